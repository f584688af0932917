"""What is written is read back as the same facts, in the same bytes: for any facts whatever."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from members.charter import owners, readme, sig_info
from members.charter.facts import (
    CharterFacts,
    Listed,
    RepositoryFacts,
    Section,
    from_json,
    plain_name,
    to_json,
)
from tests.members.charter_texts import OWNERS, README, SIG_INFO

ANY = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
LOGIN = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,12}", fullmatch=True)
NAME = st.from_regex(r"[A-Za-z蓝溪墨言][A-Za-z蓝溪墨言 .']{0,12}[a-z蓝溪]", fullmatch=True)
LINE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=30).map(
    str.strip
)


def something(text):
    """The words for "there is none" are read as nothing; other texts stay."""
    return "x" if text.casefold() in sig_info.NOTHING else text


# ── sig-info.yaml ─────────────────────────────────────────────────────────────────────────────
TEXT = st.text(ANY, max_size=30).map(lambda text: text.replace("\r", "").strip()).map(something)
PRINTABLE = st.text(max_size=20).map(lambda t: "".join(c for c in t if c.isprintable()))
KEY = PRINTABLE.map(lambda text: text or "k")
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | PRINTABLE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=3),
    max_leaves=8,
)
KNOWN = {*sig_info.TEXTS, *sig_info.PERSON_TEXTS, "maintainers", "repositories", "repo", "committers",
         "contributors", "approvers", "reviewers", *sig_info.ADMIN_KEYS, "mentors"}  # fmt: skip
EXTRA = st.dictionaries(KEY.map(lambda key: f"{key}_" if key in KNOWN else key), VALUE, max_size=2)


@st.composite
def sig_infos(draw):
    """Facts in which each login has one name, one unit and one e-mail, as a portal's have."""
    logins = draw(st.lists(LOGIN.map(something), max_size=6, unique_by=str.lower))
    paths = draw(st.lists(st.builds("{}/{}".format, LOGIN, LOGIN), max_size=3, unique_by=str.lower))
    people = []
    for login in logins:
        name = draw(PRINTABLE.map(str.strip).map(lambda text: something(text) or "y"))
        known = Listed(
            name=name,
            login=login,
            role="maintainer",
            organization=draw(PRINTABLE.map(str.strip).map(something)),
            email=draw(st.just("") | st.just("someone@example.com")),
            extra=draw(EXTRA),
        )
        for role in draw(
            st.lists(st.sampled_from(["maintainer", "committer", "contributor"]), unique=True)
        ):
            scope = (
                draw(st.lists(st.sampled_from(paths), unique=True))
                if paths and role != "maintainer"
                else []
            )
            people.append(replace(known, role=role, repositories=tuple(scope)))
    return CharterFacts(
        kind="sig-info",
        name=draw(TEXT.map(lambda text: text or "z")),
        description=draw(TEXT),
        description_en=draw(TEXT),
        mailing_list=draw(TEXT),
        meeting_url=draw(TEXT),
        created_on=draw(st.dates().map(str) | st.just("")),
        people=tuple(people),
        repositories=tuple(RepositoryFacts(path, draw(EXTRA)) for path in paths),
        extra=draw(EXTRA),
    )


@settings(max_examples=50, deadline=None)
@given(sig_infos())
def test_sig_info_is_read_back_as_written(facts):
    text = sig_info.render(facts)
    parsed = sig_info.parse(text, "sig-info.yaml")
    assert parsed.problems == ()
    assert parsed.facts.normalised() == facts.normalised()
    assert sig_info.render(parsed.facts) == text


# ── README.md ─────────────────────────────────────────────────────────────────────────────────
def is_plain(line):
    """No line that Markdown takes for a heading, a fence or a rule."""
    return not line.startswith(("#", "```", "~~~", "---", "***", "___", "- -", "* *", "_ _"))


BODY = st.lists(LINE.filter(is_plain), max_size=5).map(lambda lines: readme._tidy(lines))
TITLE = LINE.filter(
    lambda t: (
        plain_name(t) and not t.startswith("#") and not t.endswith("#") and not readme._role_of(t)
    )
)


@st.composite
def readmes(draw):
    logins = draw(st.lists(LOGIN, min_size=1, max_size=6, unique_by=str.lower))
    people = [
        Listed(
            name=draw(NAME),
            login=login if draw(st.booleans()) else "",
            role=draw(st.sampled_from(["maintainer", "committer", "contributor"])),
            duty=draw(LINE),
        )
        for login in logins
    ]
    sections = [Section(draw(TITLE), draw(BODY)) for _ in range(draw(st.integers(0, 3)))]
    if draw(st.booleans()):
        sections.insert(0, Section(draw(TITLE), draw(BODY), is_head=True))
    name = sections[0].title if sections and sections[0].is_head else ""
    return CharterFacts(
        kind="readme", name=name, people=readme._by_role(people), sections=tuple(sections)
    )


@settings(max_examples=50, deadline=None)
@given(readmes())
def test_readme_is_read_back_as_written(facts):
    text = readme.render(facts)
    parsed = readme.parse(text, "README.md")
    assert parsed.facts == facts
    assert readme.render(parsed.facts) == text


# ── OWNERS ────────────────────────────────────────────────────────────────────────────────────
@st.composite
def rights(draw):
    people = []
    for role in ("approver", "reviewer"):
        logins = draw(st.lists(LOGIN, max_size=4, unique_by=str.lower))
        names = draw(
            st.lists(st.builds("{} {}".format, LOGIN, LOGIN), max_size=2, unique_by=plain_name)
        )
        people += [Listed(name=login, login=login, role=role) for login in logins]
        people += [Listed(name=name, login="", role=role) for name in names]
    return CharterFacts(kind="owners", people=tuple(people), extra=draw(EXTRA))


@settings(max_examples=50, deadline=None)
@given(rights())
def test_owners_is_read_back_as_written(facts):
    text = owners.render(facts)
    parsed = owners.parse(text, "OWNERS").facts
    assert parsed == facts
    assert owners.render(parsed) == text


# ── the stored form ───────────────────────────────────────────────────────────────────────────
def test_stored_facts_hold_people_and_nothing_private():
    facts = sig_info.parse(SIG_INFO, "sig-info.yaml").facts
    stored = to_json(facts)
    assert "@example.com" not in str(stored)
    assert [(p.key, p.name, p.repositories) for p in from_json(stored).people] == [
        (p.key, p.name, p.repositories) for p in facts.people
    ]


def test_samples_are_read_back_as_written():
    for text, module in ((README, readme), (SIG_INFO, sig_info), (OWNERS, owners)):
        facts = module.parse(text, "file").facts
        assert module.parse(module.render(facts), "file").facts == facts
