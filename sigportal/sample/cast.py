"""Who is in the sample and may sign in to it with a local password."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User

from members.models import Person
from members.people import account_for

# For a portal that listens on this machine only; production has no local sign-up and no sample.
PASSWORD = "sig-sample"  # noqa: S105  # nosec
MAINTAINER, COMMITTER, CONTRIBUTOR = "lin-bert", "hss-shuai", "sample-linxia"
ADMINISTRATOR = "admin"
SIGN_INS = (
    (MAINTAINER, "Maintainer"),
    (COMMITTER, "Committer"),
    (CONTRIBUTOR, "Contributor"),
    (ADMINISTRATOR, "Administrator"),
)
HOST = "gitee"
# The invented contributors; their logins are those of the emulated Gitee.
INVENTED = {
    "sample-linxia": "示例·林夏",
    "sample-zhouming": "示例·周明",
    "sample-chenyu": "示例·陈雨",
}
LISTED = ("Lin-Bert", "suhaibo", "hss-shuai", "renyujin", "chenrayray", "zyw-hw")


def person(login: str) -> Person:
    return account_for(HOST, login, name=INVENTED.get(login, "")).person


def make_users() -> None:
    """A local user for everyone in the cast, tied to their person; each time the same."""
    _user(ADMINISTRATOR, is_staff=True, is_superuser=True)
    for login in (*LISTED, *INVENTED):
        someone = person(login)
        if someone.user_id is None:
            someone.user = _user(login.lower())
            someone.save(update_fields=["user"])


def _user(username: str, **flags: bool) -> User:
    user, is_new = get_user_model().objects.get_or_create(username=username, defaults=flags)
    if is_new:
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    return user


def sign_in_hint() -> str:
    """What the terminal says: where, as whom, with which password."""
    lines = [f"  {role:<14} {name}" for name, role in SIGN_INS]
    return "\n".join(
        [
            f"Sign in at {settings.SITE_URL}/accounts/login/ with the password {PASSWORD} as",
            *lines,
        ]
    )
