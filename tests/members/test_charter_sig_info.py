"""sig-info.yaml: known keys become facts, unknown ones stay, faults are named by line."""

import pytest

from members.charter import sig_info
from members.charter.facts import CharterError
from tests.members.charter_texts import SIG_INFO


def parse(text):
    return sig_info.parse(text, "sig-info.yaml")


def problems(text):
    return [str(problem) for problem in parse(text).problems]


def test_parse_reads_people_with_scope():
    facts = parse(SIG_INFO).facts
    assert [(p.role, p.login, p.repositories) for p in facts.people] == [
        ("maintainer", "Lan-Xi", ()),
        ("committer", "moyan", ("stars/map",)),
        ("committer", "qiu_shui", ("stars/map",)),
        ("admin", "Lan-Xi", ("stars/map",)),
        ("mentor", "gu-feng", ()),
    ]
    assert facts.people[0].organization == "Example"


def test_parse_keeps_unknown_keys():
    facts = parse(SIG_INFO).facts
    assert sorted(facts.extra) == ["branches", "mature_level", "mentors"]
    assert list(facts.repositories[0].extra) == ["repo-admin"]


def test_parse_takes_na_for_nothing():
    assert parse(SIG_INFO).facts.mailing_list == ""


@pytest.mark.parametrize("key", ["repo-admin", "repo_admin"])
def test_parse_knows_both_spellings_of_admins(key):
    facts = parse(SIG_INFO.replace("repo-admin", key)).facts
    assert facts.with_role("admin")[0].login == "Lan-Xi"
    assert list(facts.repositories[0].extra) == [key]


@pytest.mark.parametrize("written", ["007", "0x10", "null1", "No", "1_0", "2024-01-01"])
def test_login_is_text_as_it_is_written(written):
    text = f"name: S\nmaintainers:\n- gitee_id: {written}\n  name: On\n"
    person = parse(text).facts.people[0]
    assert (person.login, person.name) == (written, "On")


def test_several_repositories_share_their_people():
    text = "name: S\nrepositories:\n- repo: [a/one, a/two]\n  committers:\n  - {gitee_id: x, name: X}\n"
    facts = parse(text).facts
    assert [r.path for r in facts.repositories] == ["a/one", "a/two"]
    assert facts.people[0].repositories == ("a/one", "a/two")


def test_person_of_two_groups_is_one_with_both_scopes():
    text = (
        "name: S\nrepositories:\n- repo: [a/one]\n  committers: [{gitee_id: x, name: X}]\n"
        "- repo: [a/two]\n  committers: [{gitee_id: X, name: X}]\n"
    )
    parsed = parse(text)
    assert [p.repositories for p in parsed.facts.people] == [("a/one", "a/two")]
    assert parsed.problems == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: S\nname: T\n", "sig-info.yaml:2: the key 'name' stands twice; line 1 is taken"),
        ("name: S\nmaintainers: x\n", "sig-info.yaml:2: maintainers: a list was expected"),
        ("name: S\nmaintainers:\n- x\n", "sig-info.yaml:3: maintainers: a person with"),
        ("name: S\nmaintainers:\n- name: X\n", "sig-info.yaml:3: maintainers: an entry without gitee_id (X)"),
        ("name: S\nmaintainers:\n- gitee_id: a b\n", "sig-info.yaml:3: maintainers: 'a b' is a display name"),
        ("name: S\nmaintainers:\n- gitee_id: [a]\n", "sig-info.yaml:3: maintainers.gitee_id: one text"),
        ("name: S\nmaintainers:\n- gitee_id: x\n- gitee_id: x\n", "sig-info.yaml:4: x stands twice"),
        ("name: S\nrepositories: [1]\n", "sig-info.yaml:2: repositories: keys"),
        ("name: S\nrepositories:\n- repo: [one]\n", "sig-info.yaml:3: repo: 'one' is not OWNER/NAME"),
        ("name: S\ncreated_on: soon\n", "sig-info.yaml:2: created_on: 'soon' is not a day"),
        ("name: S\nmaintainers:\n- {gitee_id: x, name: A}\nrepositories:\n- repo: [a/b]\n"
         "  committers:\n  - {gitee_id: y, name: B}\n  - {gitee_id: Y, name: C}\n",
         "sig-info.yaml:8: Y is B on line 7 and C here"),
    ],
)  # fmt: skip
def test_fault_is_named_by_line(text, told):
    assert problems(text)[0].startswith(told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "sig-info.yaml: empty"),
        ("- a\n", "sig-info.yaml:1: not a mapping"),
        ("description: x\n", "sig-info.yaml:1: no name of the SIG"),
        ("name: S\nmaintainers: [\n", "sig-info.yaml:2: broken YAML"),
        ("name: S\n\tx: y\n", "sig-info.yaml:2: broken YAML"),
        ("name: S\nx: y: z\n", "sig-info.yaml:2: broken YAML"),
        ("name: S\nx: \x07\n", "sig-info.yaml:2: broken YAML: the control character"),
        ("name: S\n---\nname: T\n", "sig-info.yaml:2: broken YAML"),
        ("name: &a S\nx: *a\n", "sig-info.yaml:1: anchors and aliases"),
        ("name: S\nx: " + "[" * 30 + "]" * 30 + "\n", "sig-info.yaml:2: nested deeper than 20"),
        ("name: S\nx: " + "[" * 50_000 + "\n", "sig-info.yaml:2: nested deeper than 20"),
        ("name: S\nx: !!python/object/apply:os.system [ls]\n", "sig-info.yaml:2: the tag"),
        ("name: S\nx: !!binary aGk=\n", "sig-info.yaml:2: the tag"),
        ("name: S\n? [a]\n: b\n", "sig-info.yaml:2: a key that is no text"),
    ],
)
def test_file_that_cannot_be_used_is_refused(text, told):
    with pytest.raises(CharterError) as error:
        parse(text)
    assert str(error.value).startswith(told)


def test_odd_scalars_do_not_break_the_reader():
    extra = parse("name: S\na: 2024-13-45\nb: .nan\nc: 1.5\nd: 0o9\ne: ~\nf: yes\n").facts.extra
    assert extra == {"a": "2024-13-45", "b": ".nan", "c": 1.5, "d": "0o9", "e": None, "f": True}
