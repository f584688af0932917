"""What merge commits say: both forms, their oddities, and what only looks like one."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reviews.backfill.message import Named, NotUnderstood, Told, names, names_a_pull, read


def name(text):
    return Named(text, is_login=False)


TRAILERS = """!8002 merge feat/templates into master

feat: 迁移模板

Created-by: hua
Commit-by: hua;liu
Merged-by: wang
Reviewed-by: liu, Zhao-Yi,@wang
E2E-issues: #12
Description: 说明
Reviewed-by: forged

See merge request: example/one!8002
"""
ROBOT = """!15 修复溢出
From: @hua
Reviewed-by: @liu,@wang,@liu
Signed-off-by: @wang
"""


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            "!12 修复 !3 的溢出\nMerge pull request !12 from 华 立/fix/a\n",
            Told(12, "修复 !3 的溢出", name("华 立"), "fix/a"),
        ),
        (
            "!12 fix\r\n\r\nMerge pull request !12 from hua/dev\r\n",
            Told(12, "fix", name("hua"), "dev"),
        ),
        ("!12 fix\nMerge pull request !12 from master", Told(12, "fix", None, "master")),
        ("!12 fix\nMerge pull request !12 from N/A", Told(12, "fix")),
        ("!12 fix\nMerge pull request !12 from hua/N/A", Told(12, "fix", name("hua"))),
        ("!12 fix", Told(12, "fix")),
        ("!12\n\nfix", Told(12, "fix")),
        ("!12", Told(12, "!12")),
        ("！12：fix", Told(12, "fix")),
        (
            "!12 回退 'Pull Request !9 : fix'\nMerge pull request !12 from hua/revert-9",
            Told(12, "回退 'Pull Request !9 : fix'", name("hua"), "revert-9"),
        ),
        # Of another number: a quote.
        ("!12 fix\nMerge pull request !9 from liu/dev", Told(12, "fix")),
        ("Merge pull request !12 from hua/dev\n\nfix", Told(12, "fix", name("hua"), "dev")),
        (
            "Merge pull request !3:增加排序 from 华/master",
            Told(3, "增加排序", name("华"), "master"),
        ),
        (
            TRAILERS,
            Told(
                8002,
                "feat: 迁移模板",
                Named("hua"),
                "feat/templates",
                "master",
                Named("wang"),
                (Named("liu"), Named("Zhao-Yi"), Named("wang")),
                has_trailers=True,
            ),
        ),
        (TRAILERS.replace("\n", "\r\n"), read(TRAILERS)),
        (TRAILERS.removeprefix("!8002 "), read(TRAILERS)),
        ("!7 merge dev into master", Told(7, "merge dev into master", None, "dev", "master")),
        (
            ROBOT,
            Told(
                15,
                "修复溢出",
                Named("hua"),
                reviewed_by=(Named("liu"), Named("wang")),
                has_trailers=True,
            ),
        ),
    ],
)
def test_read_tells_what_a_merge_says(message, told):
    assert read(message) == told


@pytest.mark.parametrize(
    "message",
    [
        "",
        "fix !12",
        'Revert "!12 fix"\n\nThis reverts commit 0123.\nMerge pull request !12 from hua/dev',
        "Revert '!12 fix'",
        "Pre Merge pull request !12 from hua/dev",
        "Merge branch 'master' of https://host.example/one into dev",
        "merge dev into master",
        "!important fix",
        "!12b fix",
    ],
)
def test_read_sees_no_merge_where_none_is(message):
    assert read(message) is None


@pytest.mark.parametrize(
    "message", ["!0 fix", "!2147483648 fix", "!99999999999999999999 fix", "!" + "9" * 9000]
)
def test_read_refuses_numbers_that_no_pull_request_has(message):
    with pytest.raises(NotUnderstood):
        read(message)


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("@a,@b", [Named("a"), Named("b")]),
        ("@a @b", [Named("a"), Named("b")]),
        ("a; b、c，d", [Named("a"), Named("b"), Named("c"), Named("d")]),
        ("Li Hua <li@example.test>", [name("Li Hua")]),
        ("hua <li@example.test>, b", [name("hua"), Named("b")]),
        ("华立", [name("华立")]),
        ("Li Hua", [name("Li Hua")]),
        (" , N/A, none,", []),
        ("a/b", [name("a/b")]),
    ],
)
def test_names_tells_logins_from_display_names_and_keeps_no_address(text, people):
    assert list(names(text)) == people


@pytest.mark.parametrize(
    ("message", "answer"),
    [("merged !12 by hand", True), ("Revert !12", False), ("plain", False), ("", False)],
)
def test_names_a_pull_looks_at_the_first_line(message, answer):
    assert names_a_pull(message) is answer


WORD = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True).filter(
    lambda text: text.lower() not in {"none", "null", "unknown", "description"}
)
LINE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=40)


@settings(deadline=None)
@given(st.integers(1, 10**9), LINE, WORD, WORD)
def test_read_finds_again_what_the_first_form_was_made_of(number, title, who, branch):
    told = read(f"!{number} 改 {title}\nMerge pull request !{number} from {who}/{branch}")
    assert (told.number, told.author, told.head_ref) == (number, name(who), branch)
    assert told.title == f"改 {title}".strip()


@settings(deadline=None)
@given(st.integers(1, 10**9), WORD, st.lists(WORD, unique_by=str.lower), st.sampled_from(",;，"))
def test_read_finds_again_what_the_trailers_were_made_of(number, author, reviewers, mark):
    told = read(
        f"!{number} merge a into b\n\n改\n\nCreated-by: {author}\nReviewed-by: {mark.join(reviewers)}\n"
    )
    assert told.author == Named(author)
    assert told.reviewed_by == tuple(Named(one) for one in reviewers)


NEARLY = st.text(st.sampled_from(list("!1 \nMmergepulqustfoby:-/@,RCDin<>"))).map("!1 {}".format)


@settings(deadline=None)
@given(st.text() | NEARLY)
@example("!1\x00\r\n\x1cFrom: \x85")
@example("!²")
@example("!1 a\nMerge pull request !٣ from b/c")
@example("!1 a\nMerge pull request !1 from /")
@example("!1 a\nMerge pull request !" + "9" * 9000 + " from b/c")
def test_read_never_fails_in_another_way_and_fits_the_columns(message):
    try:
        told = read(message)
    except NotUnderstood:
        return
    if told:
        assert 0 < len(told.title) <= 500
        assert 0 < told.number < 2**31
        assert all(person.name for person in told.reviewed_by)
