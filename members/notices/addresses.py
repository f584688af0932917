"""One's own mail address: used only after a link sent to it was opened by the signed-in person."""

from hashlib import sha256
from typing import Any

from django.core import signing
from django.core.cache import cache
from django.core.validators import validate_email
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from ..models import Person
from .mail import composed, hand_over
from .text import Text, address, one_line

SALT = "members.notices.address"
# A link works for three days; so many mails an hour may be asked for.
MAX_AGE_S = 3 * 24 * 3600
MAILS_AN_HOUR = 5


class BadLink(Exception):
    """The link is cut, too old, used already, or another person's; `str()` is a sentence."""


class TooMany(Exception):
    """So many mails were asked for that the next has to wait; `str()` is a sentence."""


def ask(*, person: Person, email: str, language: str) -> None:
    """Send a confirmation link to `email`; nothing is stored. Raises ValidationError, TooMany, NotSent."""
    validate_email(email)
    _count(person)
    with translation.override(language):
        path = reverse("members:notices-address", args=[_token(person, email)])
        text = Text(
            subject=_("确认邮箱地址"),
            body=_(
                "%(name)s 在 SIG 门户填写了这个邮箱。如果是您本人，请在三天内登录并确认；不是则不必理会，地址不会被使用。"
            )
            % {"name": one_line(person.name)},
            button=_("确认邮箱地址"),
            url=address(path, language),
        )
    hand_over(composed(text, person, language, headers={}, to=email))


def _count(person: Person) -> None:
    key = f"notices:address:{person.pk}"
    cache.add(key, 0, 3600)
    if cache.incr(key) > MAILS_AN_HOUR:
        raise TooMany(_("请求确认邮件过于频繁，请一小时后再试。"))


def read(*, token: str, person: Person) -> str:
    """The address that a link confirms for this person. Raises BadLink."""
    try:
        pk, email, before = signing.loads(token, salt=SALT, max_age=MAX_AGE_S)
    except signing.SignatureExpired:
        raise BadLink(_("确认链接已过期，请重新填写邮箱。")) from None
    except (signing.BadSignature, ValueError, TypeError):
        raise BadLink(_("确认链接不完整，请从邮件中重新打开。")) from None
    if pk != person.pk:
        raise BadLink(_("这个确认链接属于另一位成员，请用填写邮箱的账号登录。"))
    if before != _mark(person.email):
        raise BadLink(_("确认链接已经用过，或邮箱之后又有变化。"))
    return str(email)


def confirm(*, token: str, person: Person) -> str:
    """From now on mail goes to the address of the link; returns it. Raises BadLink."""
    email = read(token=token, person=person)
    changed = Person.objects.filter(pk=person.pk, email=person.email).update(email=email)
    if not changed:
        raise BadLink(_("确认链接已经用过，或邮箱之后又有变化。"))
    return email


def forget(*, person: Person) -> None:
    """The portal keeps no address of this person any more."""
    Person.objects.filter(pk=person.pk).update(email="")


def _token(person: Person, email: str) -> str:
    payload: list[Any] = [person.pk, email, _mark(person.email)]
    return signing.dumps(payload, salt=SALT)


def _mark(email: str) -> str:
    """Tells whether the address is still the one it was when the link was made."""
    return sha256(email.encode()).hexdigest()[:16]
