"""The rooms and their arrows: a new import between rooms fails here, named by file and line.

meetings -> reviews -> members -> {gitee, ledger}; sigportal wires all, nothing imports it
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = {
    "ledger": set(),
    "gitee": {"ledger"},
    "members": {"gitee", "ledger"},
    "reviews": {"members", "gitee", "ledger"},
    "meetings": {"reviews", "members", "gitee", "ledger"},
    "sigportal": {"meetings", "reviews", "members", "gitee", "ledger"},
}
# The client knows typed rows, not tables.
WITHOUT_MODELS = "gitee"
NOT_IN_THE_HOUSE = {"tests", "scripts"}

Arrow = tuple[int, str]


def arrows(source: str, package: str) -> Iterator[Arrow]:
    """(line, dotted name) of whatever the source of a module in `package` imports, inline or not.

    An app named as text counts too: `get_model("members.Person")`, `ForeignKey("members.Person")`.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = resolve(package, node.level, node.module)
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call):
            yield from apps_named(node)


def resolve(package: str, level: int, module: str | None) -> str:
    """Full name of what `from ..module import` means inside `package`."""
    if level == 0:
        return module or ""
    parents = package.split(".")
    return ".".join([*parents[: len(parents) - level + 1], *([module] if module else [])])


def apps_named(call: ast.Call) -> Iterator[Arrow]:
    """Rooms that a call names by text, as Django's registry and relations allow."""
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    by_text = {"get_model", "import_module", "ForeignKey", "OneToOneField", "ManyToManyField"}
    if name not in by_text:
        return
    targets = [*call.args[:1], *(word.value for word in call.keywords if word.arg == "to")]
    for target in targets:
        if isinstance(target, ast.Constant):
            yield call.lineno, str(target.value)


def faults(source: str, path: Path) -> list[str]:
    """Every forbidden arrow of the module that stands at `path` (relative to the root)."""
    room = path.parts[0]
    package = ".".join(path.parent.parts)
    found = []
    for line, name in arrows(source, package):
        target = name.partition(".")[0]
        if target == room:
            continue
        if target in NOT_IN_THE_HOUSE or (target in ALLOWED and target not in ALLOWED[room]):
            found.append(f"{path}:{line}: {room} must not import {name}")
        if room == WITHOUT_MODELS and name.startswith("django.db"):
            found.append(f"{path}:{line}: {room} knows no models, yet imports {name}")
    return found


def modules(room: str) -> list[Path]:
    return sorted(path.relative_to(ROOT) for path in (ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("room", ALLOWED)
def test_rooms_import_only_what_stands_below_them(room):
    paths = modules(room)
    found = [fault for path in paths for fault in faults((ROOT / path).read_text(), path)]
    assert paths
    assert not found, "\n" + "\n".join(found)


def test_every_installed_room_has_its_arrows_drawn(settings):
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_IN_THE_HOUSE
    assert packages == set(ALLOWED)
    own = {app.partition(".")[0] for app in settings.INSTALLED_APPS} & packages
    assert own == set(ALLOWED)


@pytest.mark.parametrize(
    ("path", "source", "fault"),
    [
        ("members/roster.py", "import reviews.models", "members must not import reviews.models"),
        ("members/roster.py", "from reviews import sync", "members must not import reviews.sync"),
        ("members/a/b.py", "from ...reviews import x", "members must not import reviews.x"),
        ("ledger/record.py", "from members.models import Person", "ledger must not import"),
        ("gitee/client.py", "from ledger import record", None),
        ("gitee/client.py", "from django.db import models", "gitee knows no models"),
        ("gitee/client.py", "def f():\n    import members", "gitee/client.py:2: gitee must not"),
        ("members/rules.py", "from sigportal.celery import app", "members must not import"),
        ("meetings/views.py", "from tests.factories import x", "meetings must not import tests"),
        ("members/x.py", "apps.get_model('meetings.Meeting')", "must not import meetings.Meeting"),
        ("members/x.py", "apps.get_model('meetings', 'Meeting')", "must not import meetings"),
        ("ledger/models.py", "f = models.ForeignKey('members.Person', x)", "ledger must not"),
        ("ledger/migrations/a.py", "ForeignKey(x, to='members.person')", "ledger must not"),
        ("meetings/views.py", "from reviews.models import PullRequest", None),
        ("meetings/views.py", "from . import minutes\nfrom .. import meetings", None),
        ("sigportal/urls.py", "from meetings import views", None),
        ("reviews/sync.py", "import gitee.client as client, members.models", None),
    ],
)
def test_faults_names_each_forbidden_arrow_and_no_other(path, source, fault):
    found = faults(source, Path(path))
    assert len(found) == (fault is not None)
    assert fault is None or fault in found[0]
