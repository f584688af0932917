from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    name = "meetings"
    verbose_name = _("例会")

    def ready(self) -> None:
        # Models are not there before the apps are ready.
        from ledger.token_index import keep_index
        from members.belongings import ON_DOUBLE
        from members.mentions import SOURCES

        from .discussed import mentions_of
        from .turns import drop_seat

        post_migrate.connect(keep_index, sender=self, dispatch_uid="meetings.token_index")
        ON_DOUBLE["rotationseat_series_duty_person_unique"] = drop_seat
        SOURCES.append(mentions_of)
