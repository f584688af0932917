"""The provider as allauth sees it: which scopes to ask for, how a profile becomes an account."""

from collections.abc import Mapping
from typing import Any

from allauth.socialaccount.providers.base import ProviderAccount
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider

from .views import GiteeOAuth2Adapter


class GiteeAccount(ProviderAccount):
    def get_profile_url(self) -> str | None:
        return self.account.extra_data.get("html_url")

    def to_str(self) -> str:
        return self.account.extra_data.get("login") or super().to_str()


class GiteeProvider(OAuth2Provider):
    """Gitee, source: GITEE_API.md section 8. The numeric id is the identity; logins can change."""

    id = "gitee"
    name = "Gitee"
    account_class = GiteeAccount
    oauth2_adapter_class = GiteeOAuth2Adapter

    def get_default_scope(self) -> list[str]:
        return ["user_info"]

    def extract_uid(self, data: Mapping[str, Any]) -> str:
        return str(data["id"])

    def extract_common_fields(self, data: Mapping[str, Any]) -> dict[str, Any]:
        # No e-mail: Gitee does not confirm it, and accounts are never joined by address.
        return {"username": data.get("login"), "name": data.get("name")}

    def extract_extra_data(self, data: Mapping[str, Any]) -> dict[str, Any]:
        # What the portal uses and no more: the rest of the profile is none of our business.
        return {key: data.get(key) for key in ("id", "login", "name", "html_url")}


provider_classes = [GiteeProvider]
