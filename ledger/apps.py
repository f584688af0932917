from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    name = "ledger"
    verbose_name = _("公开记录")

    def ready(self) -> None:
        # Models are not there before the apps are ready.
        from .token_index import keep_index

        post_migrate.connect(keep_index, sender=self, dispatch_uid="ledger.token_index")
