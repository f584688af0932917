"""How allauth's accounts meet the portal's people."""

import logging
from typing import Any

import requests
from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.http import HttpRequest
from redis.exceptions import RedisError

from members.models import Account

log = logging.getLogger(__name__)
USER_AGENT = "sigportal (+https://gitee.com/mindspore/community)"


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.LOCAL_SIGNUP_OPEN)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts wrong passwords; while the counter is away people sign in all the same."""
        try:
            super().pre_authenticate(request, **credentials)
        except RedisError as error:
            self._login_failed_rl_usage = None
            log.warning("sign-ins are not counted: %s", type(error).__name__)


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return True

    def get_requests_session(self) -> requests.Session:
        """allauth's session with our User-Agent: Gitee answers 403 without one."""
        session: requests.Session = super().get_requests_session()
        session.headers["User-Agent"] = USER_AGENT
        session.trust_env = False
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Someone known by (host, uid) who already has a user signs in as that user.

        Joined by the host's number only, never by login or e-mail: both can change hands.
        """
        if sociallogin.is_existing or request.user.is_authenticated:
            return
        known = (
            Account.objects.filter(host=sociallogin.account.provider, uid=sociallogin.account.uid)
            .exclude(person__user=None)
            .select_related("person__user")
            .first()
        )
        if known is not None:
            sociallogin.connect(request, known.person.user)

    def populate_user(
        self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]
    ) -> Any:
        user = super().populate_user(request, sociallogin, data)
        # The portal keeps no address it did not ask for.
        user.email = ""
        return user
