"""What a person wants to be told, and the link in a mail that changes it without signing in."""

from django.core import signing

from ..models import NoticePreference, Person
from .kinds import KINDS

SALT = "members.notices.unsubscribe"


class BadToken(Exception):
    """The link was cut or changed, or its person is gone."""


def preference_of(person: Person) -> NoticePreference:
    """The stored one, or an unsaved one that says everything, in Chinese. Select `notice_preference` in lists."""
    return getattr(person, "notice_preference", None) or NoticePreference(person=person)


def set_preference(*, person: Person, language: str, by_mail: bool, muted: list[str]) -> None:
    NoticePreference.objects.update_or_create(
        person=person, defaults={"language": language, "by_mail": by_mail, "muted": sorted(muted)}
    )


def token_of(person: Person, kind: str) -> str:
    """Signed, and valid for ever: a mail may be opened years later (RFC 8058)."""
    return signing.dumps([person.pk, kind], salt=SALT)


def read_token(token: str) -> tuple[Person, str]:
    """Whom and which kind a link is about; raises BadToken."""
    try:
        pk, kind = signing.loads(token, salt=SALT)
        person = Person.objects.select_related("merged_into").get(pk=pk)
    except (signing.BadSignature, ValueError, TypeError, Person.DoesNotExist) as error:
        raise BadToken from error
    if kind not in KINDS:
        raise BadToken(kind)
    return person.merged_into or person, kind


def mute(*, person: Person, kind: str) -> None:
    """No more mail of this kind; twice is once."""
    preference, _new = NoticePreference.objects.get_or_create(person=person)
    if kind not in preference.muted:
        preference.muted = sorted([*preference.muted, kind])
        preference.save(update_fields=["muted"])


def stop_mail(*, person: Person) -> None:
    NoticePreference.objects.update_or_create(person=person, defaults={"by_mail": False})
