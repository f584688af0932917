from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = _("评审")

    def ready(self) -> None:
        from .search_index import keep_index  # models are not there before the apps are ready

        post_migrate.connect(keep_index, sender=self, dispatch_uid="reviews.search_index")
