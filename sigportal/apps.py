from django.apps import AppConfig


class SigportalConfig(AppConfig):
    name = "sigportal"

    def ready(self) -> None:
        # The receiver of allauth's sign-in signal; the models must be loaded before it.
        from . import signin, task_log  # noqa: F401

        task_log.connect()
        _hide_sessions()


def _hide_sessions() -> None:
    """allauth shows them in the admin, keys included: whoever reads one is that person."""
    # Models cannot be imported before all apps are ready.
    from allauth.usersessions.models import UserSession
    from django.contrib import admin

    admin.site.unregister(UserSession)
