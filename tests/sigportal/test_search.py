"""The search over all rooms: what is found where, what is never found, and what it costs."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger import record
from meetings import minutes, search
from members.models import FormerLogin, Person
from sigportal.search import FEW, MANY, answers
from tests.factories import (
    AccountFactory,
    ActionItemFactory,
    IssueFactory,
    MeetingFactory,
    MinutesRevisionFactory,
    PersonFactory,
    PolicyFactory,
    PromotionFactory,
    PullRequestFactory,
    RepositoryFactory,
    ResolutionFactory,
    SigFactory,
)

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)


def words(parts):
    return "".join(part.text for part in parts)


def found(question, kind=""):
    """(kind, names) of each section with an answer."""
    return [
        (section.kind, [words(line.title) for line in section.lines])
        for section in answers(question, kind)
    ]


def kinds(question):
    return [section.kind for section in answers(question)]


# ── what is found ─────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("question", ["图算", "TUSUAN", "ｔｕsuan", "图 小组"])
def test_sigs_are_found_by_either_name_and_short_name(question):
    SigFactory(slug="tusuan", name="图算小组", name_en="Graph group")
    SigFactory(slug="other", name="别的小组")
    assert found(question)[0] == ("sigs", ["图算小组"])


@pytest.mark.parametrize(
    "question", ["王小明", "小明", "xiaoming", "XIAO", "@xiaoming", "laoming", "小明 xiao"]
)
def test_people_are_found_by_name_login_and_former_login(question):
    person = PersonFactory(name="王小明", account__login="XiaoMing")
    FormerLogin.objects.create(account=person.accounts.get(), login="laoming")
    PersonFactory(name="别人", account__login="other")
    assert found(question) == [("people", ["王小明"])]


def test_people_are_found_by_the_name_they_had_before_a_merge_and_listed_once():
    kept = PersonFactory(name="王小明", account__login="xiaoming")
    Person.objects.filter(pk=PersonFactory(name="Wang Xiaoming").pk).update(merged_into=kept)
    assert found("wang xiaoming") == [("people", ["王小明"])]


def test_whoever_is_called_so_comes_first():
    PersonFactory(name="阿明", account__login="ming-a")
    PersonFactory(name="张三", account__login="ming")
    assert found("ming")[0][1] == ["张三", "阿明"]


def test_people_are_never_found_by_their_address_of_mail():
    PersonFactory(name="张三", account__login="zhang", email="secret@example.test")
    assert found("secret") == []


def test_promotions_are_found_by_whom_they_are_about():
    promotion = PromotionFactory(person__name="王小明")
    (people, promotions) = answers("小明")
    assert people.kind == "people"
    assert promotions.kind == "promotions"
    assert promotions.lines[0].url == promotion.get_absolute_url()


@pytest.mark.parametrize("question", ["12", "!12"])
def test_a_number_leads_straight_to_its_pull_request(question):
    sig = SigFactory(name="12 号小组")
    older = PullRequestFactory(number=12, title="修复", updated_at=AT - dt.timedelta(days=90))
    for n in range(FEW + 2):
        PullRequestFactory(number=500 + n, title=f"见 12 之 {n}", updated_at=AT)
    first = answers(question)[0]
    assert first.kind == "pulls"
    assert first.lines[0].url == older.get_absolute_url()
    assert len(first.lines) == (1 if question == "!12" else FEW)
    assert ("sigs" in kinds("12")) is bool(sig.pk)


@pytest.mark.parametrize("question", ["#I5ABC", "I5ABC", "#i5abc"])
def test_a_number_leads_straight_to_its_issue(question):
    issue = IssueFactory(number="I5ABC", title="崩溃", created_at=AT - dt.timedelta(days=90))
    for n in range(FEW + 2):
        IssueFactory(title=f"同 I5ABC 之 {n}", created_at=AT)
    PersonFactory(name="i5abc")
    first = answers(question)[0]
    assert first.kind == "issues"
    assert first.lines[0].url == issue.get_absolute_url()


def test_pulls_and_issues_are_found_by_their_titles_over_all_sigs():
    PullRequestFactory(number=7, title="图算融合的修复")
    IssueFactory(number="I7", title="图算融合报错")
    assert found("融合") == [("pulls", ["!7 图算融合的修复"]), ("issues", ["#I7 图算融合报错"])]


def test_resolutions_are_found_by_title_and_number():
    ResolutionFactory(number=31, title="采用新接口")
    assert found("新接口") == [("resolutions", ["采用新接口"])]
    assert ("resolutions", ["采用新接口"]) in found("31")


def test_decisions_are_found_in_the_register_and_lead_to_their_place(client):
    sig = SigFactory(slug="one")
    for n in range(FEW + 1):
        record.append(
            actor="system",
            action="minutes.published",
            subject=f"meeting:{n}",
            data={"sig": sig.slug, "title": f"{n + 1} 月例会"},
            at=AT,
        )
    (section,) = answers("月例会")
    assert (section.kind, len(section.lines)) == ("decisions", FEW)
    assert section.lines[0].url == f"/decisions/{FEW + 1}/"
    assert client.get(section.lines[0].url).status_code == 200
    assert [link.url for link in section.more] == ["/decisions/?q=%E6%9C%88%E4%BE%8B%E4%BC%9A"]
    assert client.get(section.more[0].url).status_code == 200


def test_minutes_and_action_items_are_found_with_their_meeting():
    meeting = MeetingFactory(state="held", title="十一月例会", starts_at=AT)
    search.keep(MinutesRevisionFactory(meeting=meeting, body="## 讨论\n\n决定采用新接口。"))
    ActionItemFactory(meeting=meeting, text="写出新接口的说明")
    assert found("新接口") == [("minutes", ["十一月例会 · 讨论"]), ("beside", ["写出新接口的说明"])]
    (line,) = answers("新接口")[0].lines
    assert line.url == f"{meeting.get_absolute_url()}#text-讨论"
    assert [part.text for part in line.text if part.is_hit] == ["新接口"]


@pytest.mark.parametrize("question", ["", "   ", "\0"])
def test_an_empty_question_finds_nothing(question):
    PersonFactory()
    assert answers(question) == []


# ── what is never found ───────────────────────────────────────────────────────────────────────
def test_drafts_and_offered_texts_are_never_found():
    meeting = MeetingFactory(state="held", starts_at=AT)
    minutes.save_draft(meeting=meeting, body="秘密的草稿", expected=0, by=None, at=AT)
    MinutesRevisionFactory(meeting=MeetingFactory(state="held"), state="comment", body="秘密的草稿")
    assert found("秘密") == []


def test_what_was_said_in_a_promotion_is_never_found():
    promotion = PromotionFactory(reason="秘密的理由")
    promotion.statements.create(author=PersonFactory(), body="秘密的讨论", at=AT)
    assert found("秘密") == []


# ── bounds ────────────────────────────────────────────────────────────────────────────────────
def fill(count):
    sig = SigFactory(name="融合小组")
    repository, policy = RepositoryFactory(sig=sig), PolicyFactory(sig=sig)
    for n in range(count):
        PersonFactory(name=f"融合 {n:02}")
        PromotionFactory(sig=sig, policy=policy, person__name=f"人融合 {n:02}")
        PullRequestFactory(repository=repository, title=f"融合 {n}")
        IssueFactory(repository=repository, title=f"融合 {n}")
        ResolutionFactory(sig=sig, title=f"融合 {n}")
        meeting = MeetingFactory(sig=sig, state="held", starts_at=AT - dt.timedelta(days=n))
        search.keep(MinutesRevisionFactory(meeting=meeting, body=f"## 融合 {n}\n\n融合"))
        ActionItemFactory(meeting=meeting, text=f"融合 {n}")
    return sig


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_the_rows(client, count):
    fill(count)
    address = reverse("search")
    client.get(address, {"q": "融合"})
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(address, {"q": "融合"})
    assert len(queries) == 16


def test_each_kind_shows_a_few_and_leads_to_all(client):
    sig = fill(FEW + 1)
    sections = {section.kind: section for section in answers("融合")}
    assert {
        kind: len(one.lines) for kind, one in sections.items() if kind != "sigs"
    } == dict.fromkeys(
        ["people", "promotions", "minutes", "beside", "resolutions", "pulls", "issues"], FEW
    )
    for section in sections.values():
        for link in section.more:
            assert client.get(link.url).status_code == 200
    own = {kind: [link.url for link in one.more] for kind, one in sections.items()}
    words = "?q=%E8%9E%8D%E5%90%88"
    assert own["people"] == [f"/search/{words}&kind=people"]
    assert own["minutes"] == [f"/sigs/{sig.slug}/meetings/{words}"]
    assert own["pulls"] == [f"/sigs/{sig.slug}/reviews/{words}"]
    assert own["issues"] == [f"/sigs/{sig.slug}/issues/{words}"]
    assert own["resolutions"] == [f"/sigs/{sig.slug}/resolutions/{words}"]


def test_one_kind_alone_shows_many_and_says_when_there_are_more():
    for n in range(MANY + 1):
        PersonFactory(name=f"融合 {n:02}")
    (section,) = answers("融合", "people")
    assert len(section.lines) == MANY
    assert section.is_cut
    assert section.more == []


# ── the page ──────────────────────────────────────────────────────────────────────────────────
def page(client, question, prefix="", **more):
    response = client.get(f"{prefix}/search/", {"q": question, **more})
    assert response.status_code == 200
    return response.content.decode()


def test_page_says_what_can_be_searched(client):
    assert "可以搜索什么" in page(client, "")
    assert "What can be searched" in page(client, "", "/en")


def test_page_says_when_nothing_was_found(client):
    assert "没有找到" in page(client, "没有这个词")


def test_page_escapes_question_and_answers(client):
    attack = "<script>alert(1)</script>"
    PersonFactory(name=attack)
    text = page(client, attack)
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;</mark>" in text


def test_page_tells_a_question_that_is_too_long(client):
    PersonFactory(name="字" * 101)
    text = page(client, "字" * 101)
    assert "errorlist" in text
    assert "found-people" not in text


@pytest.mark.parametrize("kind", ["nonsense", "pulls", "<b>"])
def test_page_takes_an_unknown_kind_for_all(client, kind):
    PersonFactory(name="融合")
    assert "found-people" in page(client, "融合", kind=kind)


def test_page_finds_a_person_of_several_accounts_once(client):
    person = PersonFactory(name="王小明", account__login="xiao-one")
    AccountFactory(person=person, host="github", login="xiao-two")
    assert [names for _kind, names in found("xiao")] == [["王小明"]]
    assert page(client, "xiao").count("王小明") == 1


def test_every_page_has_the_field_in_its_head_and_the_search_has_one_only(client):
    assert 'id="find"' in client.get("/").content.decode()
    assert 'id="find"' in client.get("/nowhere/").content.decode()
    text = page(client, "词")
    assert 'id="find"' not in text
    assert text.count('name="q"') == 1
