"""What the eye would notice late: contrast, sizes, text nobody can translate, things a strict policy blocks."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse

from sigportal import styleguide
from tests.factories import PersonFactory, SigFactory

CSS = (settings.BASE_DIR / "static/css/portal.css").read_text()
JS = (settings.BASE_DIR / "static/js/portal.js").read_text()
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
# Stands by itself in both languages, see its comment.
UNTRANSLATED = {"500.html", "503.html"}
LINES = 360


def template_id(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR / "templates"))


each_template = pytest.mark.parametrize("path", TEMPLATES, ids=template_id)


# ── the sheet ─────────────────────────────────────────────────────────────────────────────────
def tokens(source: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", source))


LIGHT = tokens(CSS[: CSS.index("@media (prefers-color-scheme: dark)")])
DARK = LIGHT | tokens(
    CSS[CSS.index("@media (prefers-color-scheme: dark)") : CSS.index("── ground")]
)
TONES = re.findall(r"--tone: (#[0-9a-f]{6})", CSS)
ON_PAPER = ["ink", "muted", "accent", "good", "waiting", "blocked", "neutral"]
PAIRS = [
    *((front, back) for front in ON_PAPER for back in ("paper", "sheet")),
    *((kind, f"{kind}-soft") for kind in ("accent", "good", "waiting", "blocked", "neutral")),
    *(("ink", f"{kind}-soft") for kind in ("accent", "good", "waiting", "blocked")),
    ("on-accent", "accent"),
]


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    digits = colour.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    channels = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), PAIRS)
def test_text_has_the_contrast_of_level_aa(scheme, front, back):
    assert contrast(scheme[front], scheme[back]) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_edges_of_controls_can_be_seen(scheme):
    assert contrast(scheme["edge"], scheme["paper"]) >= 3


@pytest.mark.parametrize("tone", TONES)
def test_initials_can_be_read_on_every_tone(tone):
    assert contrast("#ffffff", tone) >= 4.5


def test_dark_scheme_chooses_its_own_colours():
    assert len(TONES) == 8
    assert set(LIGHT) == set(DARK)
    assert not [name for name in LIGHT if LIGHT[name] == DARK[name]]


def test_sheet_is_small_and_asks_nobody_for_anything():
    assert len(CSS.encode()) <= 20_000
    assert "url(" not in CSS
    assert "@import" not in CSS


def test_sheet_has_four_sizes_and_two_weights():
    sizes = set(re.findall(r"font-size: ([^;]+);", CSS)) - {"inherit"}
    scale = {f"var(--{name})" for name in ("small", "body", "large", "huge")}
    # Monospace is drawn a little smaller to match, initials must fit their circle, paper counts in points.
    assert sizes <= scale | {"0.9375em", "0.6875rem", "9pt", "11pt"}
    assert set(re.findall(r"font-weight: ([^;]+);", CSS)) == {"400", "var(--bold)"}


def test_script_needs_no_evaluation():
    assert not re.search(r"eval\(|innerHTML|new Function|document\.write", JS)


# ── the templates ─────────────────────────────────────────────────────────────────────────────
TRANSLATED = re.compile(
    r"{%\s*comment\b.*?{%\s*endcomment\s*%}"
    r"|{%\s*blocktranslate\b.*?{%\s*endblocktranslate\s*%}"
    r"|{%\s*translate\b.*?%}|_\((?:\"[^\"]*\"|'[^']*')\)|{#.*?#}|>中文</a>",
    re.DOTALL,
)
# Full-width punctuation too: it looks as foreign on an English page as a character does.
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")


@each_template
def test_template_leaves_no_text_untranslated(path):
    if template_id(path) in UNTRANSLATED:
        assert '<section lang="en">' in path.read_text()
        return
    assert CHINESE.findall(TRANSLATED.sub("", path.read_text())) == []


@each_template
def test_template_holds_nothing_a_strict_policy_blocks(path):
    source = path.read_text()
    assert not re.search(r"\sstyle\s*=|<style\b|\son[a-z]+\s*=|javascript:", source)
    assert all("src=" in tag for tag in re.findall(r"<script\b[^>]*>", source))
    assert not re.search(r'(?:src|href)="(?:https?:)?//', source)


@each_template
def test_template_uses_only_classes_of_the_sheet(path):
    known = set(re.findall(r"\.([a-zA-Z][\w-]*)", CSS + JS)) | {"badge-neutral", "year"}
    used = re.sub(
        r"{%.*?%}|{{.*?}}", " ", " ".join(re.findall(r'class="([^"]*)"', path.read_text()))
    )
    assert set(used.split()) <= known


@each_template
def test_template_says_what_each_table_head_heads(path):
    heads = re.findall(r"<th\b[^>]*>", path.read_text())
    assert [head for head in heads if "scope=" not in head] == []


@each_template
def test_template_is_short_enough_to_read(path):
    assert path.read_text().count("\n") < LINES


# ── the frame ─────────────────────────────────────────────────────────────────────────────────
class Outline(HTMLParser):
    """Headings, landmarks, labels and identifiers of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.inputs: list[str] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "label":
            self.labelled.add(attributes.get("for", ""))
        if tag in {"input", "select", "textarea"} and attributes.get("type") != "hidden":
            self.inputs.append(attributes.get("id", "?"))


@pytest.fixture
def pages(client, settings, db):
    """Every page of this author, as an anonymous reader meets it."""
    settings.SAMPLE_DATA = True
    sig = SigFactory(name="甲", name_en="Alpha")
    names = ("home", "account_login", "account_signup", "styleguide")
    addresses = [reverse(name) for name in names] + [sig.get_absolute_url(), "/nowhere/"]
    addresses += [f"/en{address}" for address in addresses]
    return {address: client.get(address).content.decode() for address in addresses}


def test_pages_have_one_h1_and_no_gap_in_the_outline(pages):
    for address, page in pages.items():
        headings = Outline(page).headings
        assert headings.count(1) == 1, address
        assert all(b - a <= 1 for a, b in pairwise(headings)), address


def test_pages_have_landmarks_a_way_past_the_head_and_a_place_for_messages(pages):
    for address, page in pages.items():
        tags = Outline(page).tags
        assert [tags.count(tag) for tag in ("header", "main", "footer")] == [1, 1, 1], address
        assert '<a class="skip" href="#content">' in page
        assert '<div id="messages" role="status">' in page


def test_pages_use_an_identifier_once_and_label_every_field(pages):
    for address, page in pages.items():
        outline = Outline(page)
        assert len(outline.ids) == len(set(outline.ids)), address
        radios = {name for name in outline.inputs if name in outline.labelled}
        assert set(outline.inputs) == radios, address


def test_pages_link_to_themselves_in_the_other_language(pages):
    assert 'href="/en/accounts/login/" lang="en"' in pages["/accounts/login/"]
    assert 'href="/accounts/login/" lang="zh-hans"' in pages["/en/accounts/login/"]
    assert '<link rel="alternate" hreflang="en" href="http://testserver/en/">' in pages["/"]


def test_pages_ask_only_this_portal(pages):
    for page in pages.values():
        assert not re.search(
            r'<(?:script|img|link rel="stylesheet")[^>]*(?:src|href)="https?:', page
        )


def test_sample_data_is_marked_on_every_page(pages):
    assert [address for address, page in pages.items() if 'class="sample"' not in page] == []


@pytest.mark.django_db
def test_real_data_carries_no_mark(client):
    assert 'class="sample"' not in client.get("/").content.decode()


@pytest.mark.django_db
def test_head_names_the_person_signed_in_and_signs_out_by_post(client):
    someone = PersonFactory(name="李一鸣", account__login="liyiming")
    someone.user = User.objects.create_user("local-name")
    someone.save()
    client.force_login(someone.user)
    page = client.get("/").content.decode()
    assert 'href="/people/liyiming/"' in page
    assert '<form method="post" action="/accounts/logout/">' in page


@pytest.mark.django_db
def test_head_leads_a_reader_back_after_signing_in(client):
    assert 'href="/accounts/login/?next=%2Fen%2F"' not in client.get("/").content.decode()
    assert 'href="/en/accounts/login/?next=%2Fen%2F"' in client.get("/en/").content.decode()


# ── signing in ────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db
def test_sign_in_offers_the_code_host_before_local_accounts(client):
    page = client.get("/accounts/login/").content.decode()
    assert page.index('action="/accounts/gitee/login/') < page.index('id="id_login"')
    assert "Gitee 账号登录" in page


@pytest.mark.django_db
def test_sign_in_without_a_code_host_offers_local_accounts_only(client, settings):
    settings.SOCIALACCOUNT_PROVIDERS = {"gitee": {"APPS": []}}
    page = client.get("/accounts/login/").content.decode()
    assert "gitee/login" not in page
    assert 'id="id_login"' in page


@pytest.mark.django_db
def test_sign_in_hides_registration_where_it_is_closed(client, settings):
    settings.LOCAL_SIGNUP_OPEN = False
    assert "/accounts/signup/" not in client.get("/accounts/login/").content.decode()
    assert "不开放注册" in client.get("/accounts/signup/").content.decode()


@pytest.mark.django_db
def test_sign_in_puts_an_error_at_its_form(client):
    page = client.post("/accounts/login/", {"login": "x", "password": ""}).content.decode()
    assert 'aria-describedby="id_password_helptext id_password_error"' in page
    assert {"id_password_helptext", "id_password_error"} <= set(Outline(page).ids)


# ── the style guide ───────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("debug", "sample", "status"), [(False, False, 404), (True, False, 200), (False, True, 200)]
)
def test_styleguide_is_shown_only_where_nobody_takes_it_for_the_truth(
    client, settings, debug, sample, status
):
    settings.DEBUG, settings.SAMPLE_DATA = debug, sample
    assert client.get("/styleguide/").status_code == status


def test_styleguide_shows_every_component():
    source = (settings.BASE_DIR / "templates/styleguide/styleguide.html").read_text()
    parts = ("badge", "person", "table.list", "_empty.html", "markdown", "_chart_bars.html")
    parts += (
        "dl.facts",
        ".checklist",
        ".timeline",
        "_form_field.html",
        "login_chip",
        "long_instant",
    )
    assert [part for part in parts if part not in source] == []
    assert styleguide.context()["chart"].bars
