from django.apps import AppConfig


class SigportalConfig(AppConfig):
    name = "sigportal"

    def ready(self) -> None:
        # The receiver of allauth's sign-in signal; the models must be loaded before it.
        from . import signin, task_log  # noqa: F401

        task_log.connect()
