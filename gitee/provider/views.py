"""OAuth2 against Gitee: authorize, exchange the code, read the profile."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialLogin, SocialToken
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.oauth2.views import (
    OAuth2Adapter,
    OAuth2CallbackView,
    OAuth2LoginView,
)
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation

View = Callable[..., HttpResponse]


class GiteeOAuth2Adapter(OAuth2Adapter):
    """Reads the host at each request, so that a self-hosted Gitee or the emulator can stand in."""

    provider_id = "gitee"

    @property
    def host_url(self) -> str:
        return str(settings.SOCIALACCOUNT_PROVIDERS["gitee"]["GITEE_URL"]).rstrip("/")

    @property
    def access_token_url(self) -> str:
        return f"{self.host_url}/oauth/token"

    @property
    def authorize_url(self) -> str:
        return f"{self.host_url}/oauth/authorize"

    @property
    def profile_url(self) -> str:
        return f"{self.host_url}/api/v5/user"

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """The one address registered with the host, whatever language the page was in."""
        with translation.override(settings.LANGUAGE_CODE):
            return str(super().get_callback_url(request, app))

    def complete_login(
        self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        """The signed-in account's profile, read with the token in a header, never in the address.

        Raises ProviderException (allauth then shows its page for a failed sign-in) on an answer that
        is no profile: Gitee sends errors with status 200 as well.
        """
        headers = {"Authorization": f"Bearer {token.token}"}
        with get_adapter().get_requests_session() as session:
            response = session.get(self.profile_url, headers=headers)
        if response.status_code != 200:
            raise ProviderException(f"Gitee answered {response.status_code} for the profile")
        try:
            profile = response.json()
        except ValueError as error:
            raise ProviderException("Gitee's profile answer is not JSON") from error
        if not isinstance(profile, dict) or not profile.get("id") or not profile.get("login"):
            raise ProviderException("Gitee's profile answer has no id or login")
        return self.get_provider().sociallogin_from_response(request, profile)


def if_configured(view: View) -> View:
    """The view, or 404 where no OAuth application is set up: allauth itself would fail."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not get_adapter(request).list_apps(request, provider=GiteeOAuth2Adapter.provider_id):
            raise Http404("no OAuth application of Gitee is configured")
        return view(request, *args, **kwargs)

    return checked


oauth2_login = if_configured(OAuth2LoginView.adapter_view(GiteeOAuth2Adapter))
oauth2_callback = if_configured(OAuth2CallbackView.adapter_view(GiteeOAuth2Adapter))
