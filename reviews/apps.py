from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = _("评审")

    def ready(self) -> None:
        # Models are not there before the apps are ready.
        from ledger.token_index import keep_index
        from members.account import SOURCES

        from .identity import sources_of

        SOURCES.append(sources_of)
        post_migrate.connect(keep_index, sender=self, dispatch_uid="reviews.token_index")
