"""Who gets what at every address: the table names each, and an address it does not know fails."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from tests.sigportal import matrix_scene
from tests.sigportal.matrix_scene import BODY, DRAFT_WORDS, LEAVE_WORDS, ROLES, SEALED_WORDS, Scene
from tests.sigportal.matrix_table import ROWS

pytestmark = pytest.mark.django_db
LETTERS = {200: ".", 204: ".", 400: "b", 401: "u", 403: "x", 404: "0", 405: "m", 422: "b"}
ROOMS = ("account", "admin", "api", "gitee", "ledger", "meetings", "members", "reviews", "")
# Written by signing in, by counting and by a message that waits for the next page: no deed.
NO_DEED = ("django_session", "cache", "account_", "socialaccount_", "auth_user", "django_admin_log")
PRIVATE = (DRAFT_WORDS, SEALED_WORDS, LEAVE_WORDS)
# By room: who finds such words on its pages. Nobody else, and nowhere else.
MAY_READ = {
    "meetings": {DRAFT_WORDS: {"committer", "maintainer"}},
    "members": {SEALED_WORDS: {"committer", "maintainer"}, LEAVE_WORDS: {"maintainer"}},
}


def walk(patterns: Iterable[Any], space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield space + (pattern.name or ""), pattern
        else:
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from walk(pattern.url_patterns, inner)


def addresses() -> dict[str, tuple[str, ...]]:
    """Every named address and its parts; those without a name only lead on to one that has it."""
    return {
        name: tuple(pattern.pattern.regex.groupindex)
        for name, pattern in walk(get_resolver().url_patterns)
        if name and name != "admin:"
    }


def room_of(name: str) -> str:
    return next(room for room in ROOMS if name.removeprefix("social").startswith(room))


def row_of(name: str) -> tuple[str, str]:
    """Its own, or the one for all addresses that begin so."""
    family = f"{name.partition(':')[0]}:*"
    get, post = ROWS[name if name in ROWS else family]
    return get, post


def is_as(expected: str, found: str) -> bool:
    """`*` is anything but a failure."""
    return all(
        one == other or (one == "*" and other != "?")
        for one, other in zip(expected, found, strict=True)
    )


class Deeds:
    """Whether anything was written that is not about sessions."""

    def __init__(self) -> None:
        self.done = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        first, _space, rest = sql.partition(" ")
        table = rest.partition(" ")[2] if first in ("INSERT", "DELETE") else rest
        if first in ("INSERT", "UPDATE", "DELETE"):
            self.done |= not table.replace('"', "").startswith(NO_DEED)
        return execute(sql, params, many, context)


class Callers:
    """Somebody in every standing, signed in; what a request changes is taken back."""

    def __init__(self, scene: Scene) -> None:
        self.cookies = {role: self._signed_in(user) for role, user in scene.users.items()}
        self.read: dict[str, set[str]] = defaultdict(set)

    def _signed_in(self, user: Any) -> Any:
        client = Client()
        if user is not None:
            client.force_login(user)
        return client.cookies

    def ask(self, role: str, method: str, address: str) -> str:
        client = Client(raise_request_exception=False)
        client.cookies.update(self.cookies[role])
        # What is counted against one caller must not stop the next.
        cache.clear()
        before = transaction.savepoint()
        with connection.execute_wrapper(deeds := Deeds()):
            response = getattr(client, method)(address, BODY if method == "post" else None)
        transaction.savepoint_rollback(before)
        self._note(role, response)
        return "w" if deeds.done else letter(response)

    def _note(self, role: str, response: Any) -> None:
        body = b"".join(response.streaming_content) if response.streaming else response.content
        for words in PRIVATE:
            if words in body.decode():
                self.read[words].add(role)

    def answers(self, method: str, address: str) -> str:
        return "".join(self.ask(role, method, address) for role in ROLES)


def letter(response: HttpResponse) -> str:
    if response.status_code == 302:
        return "L" if "/login/?next=" in response["Location"] else "r"
    return LETTERS.get(response.status_code, "?")


def found_in(room: str) -> tuple[dict[str, tuple[str, str]], Callers]:
    scene = matrix_scene.build()
    callers = Callers(scene)
    found = {}
    for name, parts in addresses().items():
        if room_of(name) == room:
            address = reverse(name, kwargs={part: scene.part(name, part) for part in parts})
            found[name] = (callers.answers("get", address), callers.answers("post", address))
    return found, callers


def test_the_table_names_every_address_and_no_other():
    families = tuple(row.removesuffix("*") for row in ROWS if row.endswith("*"))
    known = addresses()
    assert [name for name in known if name not in ROWS and not name.startswith(families)] == []
    assert [name for name in ROWS if name not in known and not name.endswith("*")] == []


@pytest.mark.parametrize("room", ROOMS)
def test_everybody_gets_at_every_address_what_the_table_says(settings, room):
    settings.GITEE_WEBHOOK_SECRET = "matrix-secret"
    found, callers = found_in(room)
    wrong = {
        name: {"found": got, "expected": row_of(name)}
        for name, got in found.items()
        if not all(map(is_as, row_of(name), got))
    }
    assert wrong == {}
    # The admin is for administrators alone, who keep every row.
    may_read = MAY_READ.get(room, {})
    readers = {
        words: roles - {"administrator"} if room == "admin" else roles
        for words, roles in callers.read.items()
    }
    assert {words: roles for words, roles in readers.items() if roles} == may_read


# Programs do not carry our token: these prove themselves by a signature, or change nothing.
WITHOUT_TOKEN = {"webhook-gitee": 401, "members:notices-unsubscribe": 200}


def test_no_address_takes_a_post_without_our_token(settings):
    settings.GITEE_WEBHOOK_SECRET = "matrix-secret"
    scene = matrix_scene.build()
    client = Client(enforce_csrf_checks=True)
    client.force_login(scene.users["maintainer"])
    for name, parts in addresses().items():
        address = reverse(name, kwargs={part: scene.part(name, part) for part in parts})
        expected = 405 if name.startswith("api-v1:") else WITHOUT_TOKEN.get(name, 403)
        assert client.post(address, BODY).status_code == expected, name
