"""Messages that wait for the next page, in a cookie of which the installation says the name."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class NamedCookieStorage(CookieStorage):
    """Production gives its cookies names that no other host can set (`__Host-`)."""

    @property
    def cookie_name(self) -> str:  # type: ignore[override]
        return str(settings.MESSAGE_COOKIE_NAME)


class MessageStorage(FallbackStorage):
    storage_classes = (NamedCookieStorage, SessionStorage)
