import pytest
from django.utils import translation
from django.utils.translation import trans_real

from members.models import Promotion
from members.notices.kinds import KINDS, UnknownKind, checked
from members.notices.text import address, language_or_default, one_line, text_of

DATA = {
    "promotion": 12,
    "proposal": "promote",
    "name": "林舒",
    "role": "committer",
    "sig": "并行训练",
    "sig_en": "Parallel Training",
    "zone": "Asia/Shanghai",
    "state": "approved",
    "closes_at": "2026-03-09T15:59:59+00:00",
    "answer_due_at": "2026-03-16T15:59:59+00:00",
    "effective_on": "2026-03-10",
    "by": "周岚",
    "logins": "lin-shu、lin-s",
    "title": "十二月例会",
    "title_en": "December meeting",
    "starts_at": "2026-03-12T08:00:00+00:00",
    "was": "2026-03-11T08:00:00+00:00",
    "agenda": [{"title": "提名", "title_en": "Nomination"}, {"title": "文档"}],
    "meeting_state": "moved",
    "text": "写文档",
    "due_on": "2026-03-31",
    "meeting": 5,
    "duty": "host",
    "path": "/sigs/parallel/promotions/12/",
}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_text_of_every_kind_is_whole_in_both_languages(kind, language):
    """No place for a value is left open, every line is one line, the link leads to the reader's language."""
    text = text_of(kind, DATA, language)
    for line in (text.subject, text.body, text.button):
        assert line
        assert "%(" not in line
        assert line == one_line(line)
    prefix = "/en" if language == "en" else ""
    assert text.url == f"http://testserver{prefix}/sigs/parallel/promotions/12/"


EXPECTED = {
    "promotion.nominated": "关于您的提名：林舒 担任 Committer（并行训练）",
    "promotion.opened": "表决开始：林舒 担任 Committer（并行训练）",
    "promotion.reminder": "请表决：林舒 担任 Committer（并行训练）",
    "promotion.decided": "已通过：林舒 担任 Committer（并行训练）",
    "promotion.in_effect": "已生效：林舒 担任 Committer（并行训练）",
    "promotion.statement": "新的发言：林舒 担任 Committer（并行训练）",
    "inquiry.asked": "请答复：您是否继续在 并行训练 担任 Committer",
    "member.merged": "您在门户的记录已合并",
    "meeting.announced": "议程公布：十二月例会，2026-03-12 16:00 (北京时间)（并行训练）",
    "action.due": "行动项到期：写文档（并行训练）",
    "meeting.your_turn": "请您主持：十二月例会，2026-03-12 16:00 (北京时间)（并行训练）",
    "meeting.changed": "已改期：十二月例会（并行训练）",
    "minutes.overdue": "纪要待发布：十二月例会（并行训练）",
    "minutes.offered": "纪要征求意见：十二月例会（并行训练）",
    "minutes.remarked": "对纪要的意见：十二月例会（并行训练）",
    "minutes.settled": "您对纪要的意见已有答复：十二月例会（并行训练）",
    "minutes.remarks_closed": "征求意见已截止：十二月例会（并行训练）",
}


@pytest.mark.parametrize("kind", KINDS)
def test_subject_of_every_kind_in_chinese(kind):
    assert text_of(kind, DATA, "zh-hans").subject == EXPECTED[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_text_of_every_kind_is_looked_up_in_the_readers_language(kind, monkeypatch):
    """Whatever the language of whoever or whatever sends it."""
    words = KINDS[kind]
    english = trans_real.translation("en")._catalog._catalogs[0]
    with translation.override("zh-hans"):
        sources = {name: str(getattr(words, name)) for name in ("subject", "body", "button")}
        for source in sources.values():
            monkeypatch.setitem(english, source, f"English of {source}")
        text = text_of(kind, DATA, "en")
        chinese = text_of(kind, DATA, "zh-hans")
    for name in sources:
        assert getattr(text, name).startswith("English of ")
        assert "English" not in getattr(chinese, name)


def test_text_names_the_sig_in_english_where_it_has_a_name():
    assert "Parallel Training" in text_of("promotion.opened", DATA, "en").subject
    without = {**DATA, "sig_en": ""}
    assert "并行训练" in text_of("promotion.opened", without, "en").subject


@pytest.mark.parametrize(
    ("proposal", "what"),
    [
        ("promote", "林舒 担任 Committer"),
        ("remove", "免去 林舒 的 Committer"),
        ("step_down", "林舒 卸任 Committer"),
        ("reinstate", "恢复 林舒 的 Committer"),
        ("emeritus", "林舒 由 Committer 转为荣誉成员"),
    ],
)
def test_text_says_what_is_proposed(proposal, what):
    assert proposal in Promotion.Kind.values
    assert what in text_of("promotion.opened", {**DATA, "proposal": proposal}, "zh-hans").body


def test_every_kind_of_proposal_has_words():
    for proposal in Promotion.Kind.values:
        assert text_of("promotion.opened", {**DATA, "proposal": proposal}, "zh-hans").subject


def test_text_asks_for_an_answer_only_where_one_is_needed():
    asked = text_of("promotion.nominated", {**DATA, "state": "nominated"}, "zh-hans").body
    assert "请您接受或谢绝" in asked
    assert "答复期限：2026-03-16 23:59 (北京时间)" in asked
    told = text_of("promotion.nominated", {**DATA, "state": "accepted"}, "zh-hans").body
    assert "不需要您先同意" in told
    assert "请您接受" not in told


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Asia/Shanghai", "2026-03-09 23:59 (北京时间)"),
        ("Europe/Berlin", "2026-03-09 16:59 (UTC+01:00)"),
    ],
)
def test_text_says_instants_in_the_zone_of_the_sig(zone, said):
    assert said in text_of("promotion.opened", {**DATA, "zone": zone}, "zh-hans").body


def test_text_of_a_statement_says_nothing_of_what_was_said():
    data = {**DATA, "body": "只给评议人看"}
    assert "只给评议人看" not in str(text_of("promotion.statement", data, "zh-hans"))


def test_text_of_a_statement_without_a_speaker_names_nobody():
    body = text_of("promotion.statement", {**DATA, "by": ""}, "zh-hans").body
    assert body.startswith("有成员 就这项提名发言")


@pytest.mark.parametrize(
    "dirty", ["甲\r\nBcc: x@y.test", "甲\nX: 1", "甲\u2028乙", "甲\x00乙", "甲\u202e乙"]
)
def test_text_keeps_a_name_on_one_line(dirty):
    subject = text_of("promotion.opened", {**DATA, "name": dirty}, "zh-hans").subject
    assert subject.isprintable()
    assert "甲" in subject


def test_text_cuts_a_name_that_fills_pages():
    assert len(text_of("promotion.opened", {**DATA, "name": "长" * 5000}, "zh-hans").subject) < 300


@pytest.mark.parametrize(
    ("path", "language", "expected"),
    [
        ("/sigs/a/", "zh-hans", "http://testserver/sigs/a/"),
        ("/sigs/a/", "en", "http://testserver/en/sigs/a/"),
        ("/en/sigs/a/", "zh-hans", "http://testserver/sigs/a/"),
        ("/en/sigs/a/", "en", "http://testserver/en/sigs/a/"),
        ("//evil.test/a", "zh-hans", "http://testserver/evil.test/a"),
        ("evil.test/a", "zh-hans", "http://testserver/evil.test/a"),
    ],
)
def test_address_is_ours_and_in_the_language(path, language, expected):
    assert address(path, language) == expected


@pytest.mark.parametrize(
    ("code", "expected"), [("en", "en"), ("zh-hans", "zh-hans"), ("fr", "zh-hans"), ("", "zh-hans")]
)
def test_language_or_default_speaks_what_the_portal_speaks(code, expected):
    assert language_or_default(code) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_checked_names_what_is_missing(kind):
    checked(kind, DATA)
    for name in KINDS[kind].needs:
        with pytest.raises(UnknownKind, match=name):
            checked(kind, {key: value for key, value in DATA.items() if key != name})


@pytest.mark.parametrize(
    ("changes", "body"),
    [
        ({}, "并行训练 的十二月例会将于 2026-03-12 16:00 (北京时间) 召开，议程已经公布：提名；文档。"),
        ({"agenda": []}, "并行训练 的十二月例会将于 2026-03-12 16:00 (北京时间) 召开，议程已经公布：暂无议题。"),
        (
            {"agenda": [{"title": "长" * 300}] * 9, "is_late": True},
            "并行训练 的十二月例会将于 2026-03-12 16:00 (北京时间) 召开，议程已经公布："
            + "；".join(["长" * 80] * 8)
            + "；等 9 项。公布时距会议不足三天。",
        ),
    ],
)  # fmt: skip
def test_announcement_names_the_topics(changes, body):
    assert text_of("meeting.announced", {**DATA, **changes}, "zh-hans").body == body


@pytest.mark.parametrize(
    ("changes", "body"),
    [
        (
            {"reason": "机房检修"},
            "并行训练 的十二月例会已改期：原定 2026-03-11 16:00 (北京时间)，改为 2026-03-12 16:00 (北京时间)。原因：机房检修",
        ),
        (
            {"meeting_state": "cancelled"},
            "并行训练 的十二月例会已取消：原定 2026-03-11 16:00 (北京时间)。",
        ),
        (
            {"meeting_state": "restored", "starts_at": DATA["was"]},
            "并行训练 的十二月例会恢复举行：原定 2026-03-11 16:00 (北京时间)。",
        ),
    ],
)
def test_change_of_a_meeting_says_both_times_and_why(changes, body):
    assert text_of("meeting.changed", {**DATA, **changes}, "zh-hans").body == body
