"""Ties who signed in with a code host's account to the person the portal knows by it."""

from typing import Any

from allauth.account.signals import user_logged_in
from allauth.socialaccount.models import SocialLogin
from django.contrib import messages
from django.contrib.auth.models import User
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from members import people


@receiver(user_logged_in)
def tie_person(
    request: HttpRequest, user: User, sociallogin: SocialLogin | None = None, **kwargs: Any
) -> None:
    """allauth's signal, sent after each sign-in; a local sign-in carries no `sociallogin`."""
    if sociallogin is None:
        return
    profile = sociallogin.account.extra_data
    try:
        people.sign_in(
            user=user,
            host=sociallogin.account.provider,
            uid=sociallogin.account.uid,
            login=profile["login"],
            name=profile.get("name") or profile["login"],
            at=timezone.now(),
        )
    except people.TiedElsewhere as refusal:
        messages.warning(request, str(refusal))
