"""Search over minutes: what is public is found as it stands now, and nothing else ever is."""

import datetime as dt
import re
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.token_index import fts_table
from meetings import minutes, search
from meetings.minutes_file import load
from meetings.models import AgendaItem, MeetingDecision, MinutesPassage, MinutesRevision
from tests.factories import (
    ActionItemFactory,
    MeetingFactory,
    MinutesRevisionFactory,
    SigFactory,
)

AT = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
LIST = "/sigs/reading/meetings/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def held(sig):
    return MeetingFactory(sig=sig, title="十一月例会", state="held", starts_at=AT - DAY)


def said(sig, body, *, days=1, **more):
    """A held meeting with public minutes, findable."""
    meeting = MeetingFactory(sig=sig, state="held", starts_at=AT - days * DAY, **more)
    search.keep(MinutesRevisionFactory(meeting=meeting, body=body))
    return meeting


def found(question, sig=None):
    return [row.text for row in search.passages(question, sig)]


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


# ── only what is public (I9) ──────────────────────────────────────────────────────────────────
def test_a_draft_is_not_found_until_it_is_published(held, person):
    author = person["maintainer"]
    draft = minutes.save_draft(meeting=held, body="采用新接口", expected=0, by=author, at=AT)
    assert found("新接口") == []
    minutes.publish(meeting=held, expected=draft.number, by=author, at=AT)
    assert found("新接口") == ["采用新接口"]


def test_an_amendment_takes_the_place_of_the_text_before(held, person):
    author = person["maintainer"]
    draft = minutes.save_draft(meeting=held, body="采用旧接口", expected=0, by=author, at=AT)
    published = minutes.publish(meeting=held, expected=draft.number, by=author, at=AT)
    minutes.amend(
        meeting=held, body="采用新接口", expected=published.number, reason="笔误", by=author, at=AT
    )
    assert found("旧接口") == []
    assert found("新接口") == ["采用新接口"]


@pytest.mark.parametrize("state", ["draft", "comment"])
def test_keep_refuses_what_is_not_public_and_leaves_what_was_there(held, state):
    search.keep(MinutesRevisionFactory(meeting=held, number=1, body="公开的话"))
    with pytest.raises(search.NotPublic, match=state):
        search.keep(MinutesRevisionFactory(meeting=held, number=2, state=state, body="草稿的话"))
    assert found("公开") == ["公开的话"]
    assert found("草稿") == []


def test_imported_minutes_are_found_when_they_are_published(sig):
    text = "# Thursday November 5, 2026 at 16:00 GMT+8\n\n## Notes\n\n* 采用新接口\n"
    load(sig=sig, text=text, file_name="a.md", publish=False, at=AT)
    assert found("新接口") == []
    load(sig=sig, text=text, file_name="a.md", publish=True, at=AT)
    assert found("新接口") == ["采用新接口"]


def test_migration_fills_the_newest_public_text_of_each_meeting_and_no_other(held, sig):
    MinutesRevisionFactory(meeting=held, number=1, body="第一版")
    MinutesRevisionFactory(
        meeting=held, number=2, state="amended", body="# 甲\n\n第二版\n\n# 乙\n\n尾"
    )
    MinutesRevisionFactory(meeting=MeetingFactory(sig=sig), state="draft", body="草稿")
    MinutesRevisionFactory(meeting=MeetingFactory(sig=sig), state="comment", body="征求")
    module = import_module("meetings.migrations.0009_fill_passages")
    for _again in range(2):
        module.fill(apps, SimpleNamespace(connection=connection))
    filled = list(MinutesPassage.objects.values_list("heading", "text", "name", "search_text"))
    assert filled == [("甲", "第二版", "text-甲", "甲 第二版"), ("乙", "尾", "text-乙", "乙 尾")]
    columns = (
        "sig",
        "meeting",
        "held_at",
        "heading",
        "name",
        "text",
        "search_text",
        "search_tokens",
    )
    before = list(MinutesPassage.objects.values_list(*columns))
    search.keep(MinutesRevision.objects.get(meeting=held, number=2))
    assert list(MinutesPassage.objects.values_list(*columns)) == before


# ── words ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "question",
    [
        "图算",
        "融合",
        "图",
        "LLaMA",
        "ｌｌａｍａ",
        "Lin Bert",
        "图算 lin",
        "bert 决定",
        "决定",
        "100%",
        "'\"",
        "_x",
    ],
)
def test_passages_hold_every_word_in_any_case_and_width(sig, question):
    said(sig, "## 决定\n\n图算融合由 **Lin Bert** 负责，ＬＬａＭＡ 100% '\" _x\n")
    assert len(found(question)) == 1


@pytest.mark.parametrize("question", ["算图", "图算 没有", "甲 乙", "50%", "llamaa"])
def test_passages_that_lack_a_word_are_not_found(sig, question):
    said(sig, "## 甲\n\n图算 100% LLaMA\n\n## 乙\n\n其他\n")
    assert found(question) == []


@pytest.mark.parametrize("question", ["", "  ", "\0"])
def test_an_empty_question_finds_nothing(sig, question):
    said(sig, "词")
    assert found(question) == []
    assert search.beside(question, 5) == []


def test_passages_of_one_sig_alone_or_of_all(sig):
    said(sig, "接口一", days=1)
    said(SigFactory(), "接口二", days=2)
    assert found("接口") == ["接口一", "接口二"]
    assert found("接口", sig) == ["接口一"]


def test_passages_stand_newest_first_and_within_a_meeting_as_written(sig):
    said(sig, "## 甲\n\n词 1\n\n## 乙\n\n词 2\n", days=3)
    said(sig, "## 甲\n\n词 3\n\n## 乙\n\n词 4\n", days=1)
    assert found("词") == ["词 3", "词 4", "词 1", "词 2"]


# ── decisions, action items, topics ───────────────────────────────────────────────────────────
def test_beside_finds_decisions_action_items_and_topics(held, sig):
    decided = {"sig": sig, "meeting": held, "decided_at": AT}
    MeetingDecision.objects.create(number=1, text="采用 新接口", **decided)
    MeetingDecision.objects.create(number=2, text="撤下的新接口", withdrawn_at=AT, **decided)
    ActionItemFactory(meeting=held, text="写新接口的说明")
    AgendaItem.objects.create(meeting=held, title="新接口", created_at=AT)
    AgendaItem.objects.create(meeting=held, title="撤下的新接口", created_at=AT, withdrawn_at=AT)
    ActionItemFactory(text="别家的新接口")
    hits = search.beside("新接口", 5, sig)
    assert [(str(hit.kind), "".join(part.text for part in hit.title)) for hit in hits] == [
        ("会议决定 D-1", "采用 新接口"),
        ("行动项", "写新接口的说明"),
        ("议题", "新接口"),
    ]
    assert len(search.beside("新接口", 5)) == 4


def test_beside_needs_every_word(held, sig):
    ActionItemFactory(meeting=held, text="写新接口的说明")
    assert search.beside("接口 说明", 5, sig)
    assert not search.beside("接口 测试", 5, sig)


# ── the page ──────────────────────────────────────────────────────────────────────────────────
def test_page_links_each_passage_to_its_heading_in_the_meeting(client, sig):
    meeting = said(sig, "# 会\n\n## 行动项\n\n写**接口**说明\n", title="十月例会")
    text = text_of(client.get(LIST, {"q": "接口"}))
    assert f'href="{LIST}{meeting.pk}/#text-行动项"' in text
    assert "写<mark>接口</mark>说明" in text
    assert 'id="text-行动项"' in text_of(client.get(meeting.get_absolute_url()))


def test_page_marks_the_heading_too(client, sig):
    said(sig, "## 接口 A\n\n说明\n")
    assert "<mark>接口</mark> A" in text_of(client.get(LIST, {"q": "接口"}))


def test_page_leads_to_the_minutes_where_no_heading_stands_above(client, sig):
    meeting = said(sig, "接口")
    text = text_of(client.get(LIST, {"q": "接口"}))
    assert f'href="{LIST}{meeting.pk}/#minutes"' in text
    assert 'id="minutes"' in text_of(client.get(meeting.get_absolute_url()))


def test_page_escapes_question_and_passage(client, sig):
    attack = '<script>alert("1")</script>'
    said(sig, f"## {attack}\n\n{attack} 词\n")
    text = text_of(client.get(LIST, {"q": f"{attack} 词"}))
    assert "<script>alert" not in text
    assert "<mark>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;</mark>" in text


@pytest.mark.parametrize("question", ["", "  "])
def test_page_without_a_question_is_the_usual_list(client, sig, question):
    text = text_of(client.get(LIST, {"q": question}))
    assert 'id="coming"' in text
    assert 'name="q"' in text


def test_page_without_a_hit_says_so_and_offers_the_other_searches(client, sig):
    text = text_of(client.get(LIST, {"q": "没有 &"}))
    assert "纪要里没有找到" in text
    asked = "?q=%E6%B2%A1%E6%9C%89%20%26"
    for address in ("/sigs/reading/reviews/", "/decisions/", "/search/"):
        assert f'href="{address}{asked}"' in text
        assert client.get(f"{address}{asked}").status_code == 200


def test_page_tells_a_question_that_is_too_long(client, sig):
    said(sig, "字" * 101)
    text = text_of(client.get(LIST, {"q": "字" * 101}))
    assert "errorlist" in text
    assert "<mark>" not in text


def test_page_goes_through_all_passages_a_page_at_a_time(client, sig):
    for days in range(1, 24):
        said(sig, f"接口 {days}", days=days)
    first = client.get(LIST, {"q": "接口"})
    assert len(first.context["hits"]) == 20
    (older,) = re.findall(r'rel="next" href="(\?[^"]*)"', text_of(first))
    second = client.get(LIST + older.replace("&amp;", "&"))
    shown = [hit.meeting for one in (first, second) for hit in one.context["hits"]]
    assert len(set(shown)) == 23
    assert second.context["beside"] == []


def test_page_refuses_a_mark_of_nobody(client, sig):
    assert client.get(LIST, {"q": "接口", "older": "x"}).status_code == 400


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_the_rows(client, sig, count):
    for days in range(1, count + 1):
        meeting = said(sig, "## 甲\n\n接口\n\n## 乙\n\n接口\n", days=days)
        ActionItemFactory(meeting=meeting, text="接口")
        AgendaItem.objects.create(meeting=meeting, title="接口", created_at=AT)
    client.get(LIST, {"q": "接口"})
    with CaptureQueriesContext(connection) as queries:
        assert client.get(LIST, {"q": "接口"}).context["hits"]
    assert len(queries) == 5


# ── plans ─────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def crowd(sig):
    """Enough passages, a tenth of them the SIG's, that a plan without an index would be the worse one."""
    other = SigFactory()
    text = "".join(f"## {n}\n\n常见的话 {n}\n\n" for n in range(150))
    for days in range(1, 21):
        said(other if days % 10 else sig, text, days=days)
    said(sig, "罕见")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def plan_of(query):
    """The plan when PostgreSQL may read nothing whole, so that an index shows on few rows too."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    return query.explain()


def test_words_lead_to_their_rows_through_the_index_of_tokens(crowd, sig):
    index = {
        "sqlite": "meetings_minutespassage_search VIRTUAL TABLE",
        "postgresql": "minutespassage_tokens",
    }[connection.vendor]
    for question in ("罕见", "罕", "见 罕"):
        assert found(question) == ["罕见"]
        assert index in plan_of(search.passages(question).order_by())


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize(
    ("everywhere", "index"), [(False, "minutespassage_sig_held"), (True, "minutespassage_held")]
)
def test_what_is_common_is_read_off_in_order(crowd, sig, everywhere, index):
    rows = search.passages("常见", None if everywhere else sig)[:21]
    assert len(rows) == 21
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
    assert index in plan_of(rows)


@pytest.mark.engine("sqlite")
def test_index_follows_what_is_kept(held):
    for number, body in enumerate(["旧的话", "新的话"], start=1):
        search.keep(MinutesRevisionFactory(meeting=held, number=number, body=body))
    table = fts_table(MinutesPassage._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table}({table}, rank) VALUES ('integrity-check', 1)")
    assert (found("旧的"), found("新的")) == ([], ["新的话"])
