"""Attacks that everybody tries, one by one: each must find its door closed."""

import ast
from pathlib import Path

import pytest
import requests
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from gitee import client as gitee_client
from gitee import signature
from gitee.addresses import checked_base, segment
from ledger.spreadsheet import FORMULA_STARTS, cell, lines
from meetings.models import MinutesComment
from members.notices.text import one_line
from sigportal import metrics
from sigportal.adapters import SocialAccountAdapter
from sigportal.text import MAX_BYTES, MAX_MARKS, to_html
from tests import factories as make
from tests.sigportal import matrix_scene
from tests.sigportal.matrix_scene import BODY, ROLES

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
# The code host's client, the chat channels that the administrator names, sign-in.
CALLERS = {
    "gitee/client.py",
    "gitee/pages.py",
    "gitee/transport.py",
    "members/notices/channels.py",
    "sigportal/adapters.py",
}
ROOMS = ("gitee", "ledger", "meetings", "members", "reviews", "sigportal")
PASSWORD = "a-long-password-7"


# ── texts ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("bomb", ["[", "![", "[a](", "<div>", "<a", "<!--", "|\n", "a|b|"])
def test_a_text_of_nothing_but_marks_is_shown_as_written(bomb):
    text = bomb * (MAX_BYTES // len(bomb))

    assert to_html(text).startswith("<pre>")


@pytest.mark.parametrize(
    "bomb", [">", "> ", "- ", "*a ", "_a __b ", "`", "]", "&#x", "~~a", "#", "1. "]
)
def test_a_text_of_nested_marks_is_read_to_its_end(bomb):
    assert "<script" not in to_html(bomb * (MAX_BYTES // len(bomb)))


def test_a_document_with_many_links_is_still_one():
    link = "[一份文件](https://example.test/a)\n\n"

    assert to_html(link * 2000).count("<a ") == 2000
    assert to_html("[" * MAX_MARKS) != f"<pre>{'[' * MAX_MARKS}</pre>"


def test_a_form_larger_than_the_limit_is_refused_whole(client, settings):
    make.SigFactory(slug="one")
    answer = client.post("/time-zone/", {"zone": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)})

    assert answer.status_code == 400


def test_a_form_of_very_many_fields_is_refused(client):
    assert client.post("/time-zone/", {f"f{n}": "" for n in range(1001)}).status_code == 400


# ── other servers ─────────────────────────────────────────────────────────────────────────────
def test_no_module_but_the_code_hosts_client_and_sign_in_calls_out():
    """Whatever a charter, patch, picture or delivery names as an address is never asked."""
    callers = set()
    for room in ROOMS:
        for file in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                names = [alias.name for alias in getattr(node, "names", [])]
                source = getattr(node, "module", None) or ""
                if isinstance(node, ast.Import | ast.ImportFrom) and any(
                    name.split(".")[0] in {"requests", "httpx", "urllib3", "aiohttp", "apprise"}
                    or name.startswith(("urllib.request", "http.client"))
                    for name in [source, *names]
                ):
                    callers.add(str(file.relative_to(ROOT)))
    assert callers == CALLERS


@pytest.mark.parametrize(
    "base", ["file:///etc/passwd", "gopher://host", "//host", "https://user:pw@host", "", "host"]
)
def test_an_address_that_is_no_code_hosts_is_refused(base):
    with pytest.raises(ValueError, match="not the address of a code host"):
        checked_base(base)


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_no_name_climbs_to_another_endpoint(name):
    with pytest.raises(ValueError, match="not a name"):
        segment(name)


@pytest.mark.parametrize("name", ["../../user", "a/b", "a?b", "a#b", "a%2Fb", "@host", "a\\b"])
def test_a_name_stays_one_part_of_the_address(name):
    assert not set(segment(name)) & set("/?#@\\")


def test_the_code_hosts_client_follows_no_redirect(gitee_server, monkeypatch):
    asked = []
    send = requests.Session.send

    def watched(self, request, **how):
        asked.append((request.url, how["allow_redirects"]))
        return send(self, request, **how)

    monkeypatch.setattr(requests.Session, "send", watched)
    gitee_server.state.add_user("someone", "Someone")
    with gitee_client.client_for("gitee") as client:
        client.user("someone")

    assert asked
    assert all(url.startswith(gitee_server.url) and not follows for url, follows in asked)


def test_sign_in_asks_through_no_proxy_of_the_environment():
    assert SocialAccountAdapter().get_requests_session().trust_env is False


# ── what others open: spreadsheets and mails ──────────────────────────────────────────────────
@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_cell_of_a_download_is_a_formula(start):
    attack = f'{start}HYPERLINK("https://evil.example","x")'

    assert cell(attack) == f"'{attack}"
    assert list(lines(["title"], [[attack]]))[1].lstrip('"').startswith("'")


ADDRESSES = [
    "a@b.test\nBcc: c@d.test",
    "a@b.test\r\nSubject: x",
    "a@b.test,c@d.test",
    "a@b.test%0ABcc:x@y.z",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_adds_a_header_or_a_reader_to_a_mail(address):
    user = User.objects.create_user("someone")
    make.PersonFactory(user=user)
    client = Client()
    client.force_login(user)

    assert client.post("/people/me/notices/address/", {"email": address}).status_code == 200
    assert mail.outbox == []


def test_a_name_is_one_line_of_a_mail():
    assert one_line("Lin\r\nBcc: a@b.test\x0b\u2028x") == "Lin Bcc: a@b.test x"


# ── addresses and hosts ───────────────────────────────────────────────────────────────────────
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    " https://evil.example",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
]


@pytest.mark.parametrize("there", ELSEWHERE)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_signing_in_never_leads_elsewhere(client, there, prefix):
    User.objects.create_user("someone", password=PASSWORD)
    body = {"login": "someone", "password": PASSWORD, "next": there}
    answer = client.post(f"{prefix}/accounts/login/", body)

    assert answer.status_code == 302
    assert answer["Location"] in ("/", "/en/")


@pytest.mark.parametrize("there", ELSEWHERE)
def test_choosing_a_zone_and_signing_out_never_lead_elsewhere(client, there):
    chosen = client.post("/time-zone/", {"zone": "Asia/Tokyo", "next": there})
    client.force_login(User.objects.create_user("someone"))
    left = client.post("/accounts/logout/", {"next": there})

    assert (chosen["Location"], left["Location"]) == ("/", "/")


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "testserver:80@evil.example"]
)
def test_no_other_host_is_answered(client, settings, host):
    settings.ALLOWED_HOSTS = ["testserver"]

    assert client.get("/", headers={"host": host}).status_code == 400


def test_a_forwarded_host_is_not_believed(client, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    page = client.get("/accounts/login/", headers={"x-forwarded-host": "evil.example"})

    assert page.status_code == 200
    assert b"evil.example" not in page.content


# ── secrets ───────────────────────────────────────────────────────────────────────────────────
def test_secrets_are_compared_in_constant_time(monkeypatch, rf, settings):
    compared = []

    def counted(first, second):
        compared.append((len(first), len(second)))
        return first == second

    monkeypatch.setattr(signature.hmac, "compare_digest", counted)
    signature._same("short", "a much longer secret")
    assert compared == [(32, 32)]

    settings.METRICS_TOKEN, settings.METRICS_NETWORKS = "metrics-secret", []
    monkeypatch.setattr(metrics.hmac, "compare_digest", counted)
    refused = metrics.metrics(rf.get("/metrics", headers={"authorization": "Bearer wrong"}))
    assert len(compared) == 2
    assert refused.status_code in (401, 403, 404)


# ── forms ─────────────────────────────────────────────────────────────────────────────────────
def test_no_form_is_made_of_a_models_fields():
    """A form names each field it takes; none grows because a model did. The admin's are the exception."""
    found = [
        str(file.relative_to(ROOT))
        for room in ROOMS
        for file in (ROOT / room).rglob("*.py")
        if file.name != "admin.py" and "ModelForm" in file.read_text("utf-8")
    ]
    assert found == []


def test_a_remark_takes_only_its_own_fields():
    scene = matrix_scene.build()
    client = Client()
    client.force_login(scene.users["contributor"])
    other = make.PersonFactory()
    pk = scene.part("meetings:minutes-comments", "pk")
    before = set(MinutesComment.objects.values_list("pk", flat=True))
    offered = scene.own["meetings:minutes-comment"]["pk"]
    forged = {"author": other.pk, "meeting": pk, "outcome": "taken", "created_at": "2020-01-01"}
    client.post(f"/sigs/matrix/meetings/{offered}/minutes/comments/", BODY | forged)

    remark = MinutesComment.objects.exclude(pk__in=before).get()
    assert remark.author == scene.users["contributor"].person
    assert remark.meeting_id == offered
    assert remark.outcome == ""
    assert remark.created_at.year > 2020


def test_one_becomes_no_administrator_by_signing_up(client):
    forged = {"is_staff": "on", "is_superuser": "on", "is_active": "on", "groups": "1"}
    new = {"username": "someone", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/accounts/signup/", new | forged)

    user = User.objects.get(username="someone")
    assert (user.is_staff, user.is_superuser, user.groups.count()) == (False, False, 0)


# ── sessions ──────────────────────────────────────────────────────────────────────────────────
def test_signing_in_begins_a_new_session(client):
    User.objects.create_user("someone", password=PASSWORD)
    planted = client.session
    planted["planted"] = True
    planted.save()
    client.cookies["sessionid"] = planted.session_key
    client.post("/accounts/login/", {"login": "someone", "password": PASSWORD})

    assert client.session["_auth_user_id"]
    assert client.session.session_key != planted.session_key


def test_signing_out_ends_the_session_and_needs_a_post(client):
    client.force_login(User.objects.create_user("someone"))
    key = client.session.session_key
    client.get("/accounts/logout/")
    assert client.session.get("_auth_user_id")

    client.post("/accounts/logout/")
    assert not client.session.exists(key)


def test_sign_in_says_the_same_of_a_wrong_name_and_of_a_wrong_password(client):
    User.objects.create_user("someone", password=PASSWORD)
    said = [
        client.post("/accounts/login/", {"login": name, "password": "wrong"}).context["form"].errors
        for name in ("someone", "nobody")
    ]
    assert said[0] == said[1]
    assert said[0]


def test_resetting_a_password_says_the_same_of_any_address(client):
    User.objects.create_user("someone", email="a@b.test", password=PASSWORD)
    answers = [
        client.post("/accounts/password/reset/", {"email": address})
        for address in ("a@b.test", "nobody@b.test")
    ]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [
        (302, "/accounts/password/reset/done/")
    ] * 2


def test_a_page_of_anybody_is_framed_by_nobody(client):
    scene = matrix_scene.build()
    for role in ROLES:
        reader = Client()
        if scene.users[role] is not None:
            reader.force_login(scene.users[role])
        page = reader.get("/sigs/matrix/promotions/")
        assert page["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
