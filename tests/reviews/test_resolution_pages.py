"""Pages of resolutions and RFCs: what everyone reads, what some may do, odd addresses, query counts."""

import csv
import datetime as dt
import io
import re
import xml.etree.ElementTree as ElementTree
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from ledger.models import Entry
from members.models import Person
from reviews import resolution as resolutions
from reviews.models import Resolution, Rfc
from reviews.resolution import Proposal
from reviews.resolution_page import panel_on, rfc_panel_on
from tests.factories import (
    IssueFactory,
    PersonFactory,
    PullRequestFactory,
    RepositoryFactory,
    ResolutionFactory,
    RfcFactory,
    RoleTermFactory,
)

pytestmark = pytest.mark.django_db
LIST = "/sigs/example/resolutions/"
NEW = "/sigs/example/resolutions/new/"
RFCS = "/sigs/example/rfcs/"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def repository():
    return RepositoryFactory(owner="example", name="one", sig__slug="example")


def signed_in(client, repository, role="maintainer", login="lin"):
    user = User.objects.create(username=login)
    person = PersonFactory(name=f"{login} 先生", account__login=login, user=user)
    if role:
        RoleTermFactory(sig=repository.sig, person=person, role=role)
    client.force_login(user)
    return person


@pytest.fixture
def maintainer(client, repository):
    return signed_in(client, repository)


def adopt(subject, by, **more):
    values = {"title": "采用新格式", "outcome": "accepted", "reasons": "讨论**充分**。"}
    return resolutions.adopt(
        proposal=Proposal(subject=subject, **(values | more)),
        token=uuid4(),
        by=by,
        at=timezone.now(),
    )


def filled(subject, **more):
    values = {
        "subject": subject,
        "title": "采用新格式",
        "outcome": "accepted",
        "reasons": "讨论**充分**。",
        "supersedes": "",
        "token": str(uuid4()),
        "step": "preview",
    }
    return values | more


def text(response):
    return response.content.decode()


# ── the list ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("count", [1, 3])
def test_resolution_list_takes_a_fixed_number_of_queries(
    client, repository, count, django_assert_num_queries
):
    for number in range(1, count + 1):
        on = (IssueFactory if number % 2 else PullRequestFactory)(repository=repository)
        ResolutionFactory(on=on, number=number)
    with django_assert_num_queries(3):  # SIG, resolutions, accounts
        response = client.get(LIST)
    assert len(response.context["page"].rows) == count


@pytest.fixture
def four(repository):
    """1 on a pull request, 2 on an issue supersedes it, 3 on an RFC, 4 on a lost issue."""
    first = ResolutionFactory(
        on=PullRequestFactory(repository=repository, number=12),
        number=1,
        title="检查点格式",
        decided_by__account__login="lin",
    )
    issue = IssueFactory(repository=repository)
    ResolutionFactory(on=issue, number=2, title="删除旧接口", outcome="rejected", supersedes=first)
    rfc = RfcFactory(issue__repository=repository)
    ResolutionFactory(on=rfc.issue, number=3, title="路线图", outcome="deferred")
    lost = IssueFactory(repository=repository)
    ResolutionFactory(on=lost, number=4, title="发布节奏")
    lost.delete()
    ResolutionFactory(title="别的 SIG")


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [4, 3, 2, 1]),
        ("outcome=rejected", [2]),
        ("kind=pull", [1]),
        ("kind=issue", [4, 3, 2]),
        ("kind=rfc", [3]),
        ("standing=in_force", [4, 3, 2]),
        ("standing=superseded", [1]),
        ("q=3", [3]),
        ("q=检查", [1]),
        ("q=one!12", [1]),
        ("q=99999999999999999999", []),
        ("person=LIN", [1]),
        ("person=@lin", [1]),
    ],
)
def test_resolution_list_can_be_narrowed(client, four, query, numbers):
    response = client.get(f"{LIST}?{query}")
    assert response.status_code == 200
    assert [row.number for row in response.context["page"].rows] == numbers


@pytest.mark.parametrize("query", ["outcome=nonsense", "person=nobody", "q=%00", "kind=x"])
def test_resolution_list_tells_what_it_cannot_understand(client, four, query):
    response = client.get(f"{LIST}?{query}")
    assert not response.context["page"].rows
    assert "有条件填写有误" in text(response)
    assert client.get(f"{LIST}feed.atom?{query}").status_code == 400
    assert client.get(f"{LIST}resolutions.csv?{query}").status_code == 400


def test_resolution_list_says_what_to_do_when_empty(client, repository):
    assert "这里还没有决议" in text(client.get(LIST))
    assert "没有符合条件的内容" in text(client.get(f"{LIST}?q=没有"))


@pytest.mark.parametrize("address", ["older=x", "newer=2026~1", "older=9~9~9"])
def test_resolution_list_refuses_marks_it_never_gave(client, repository, address):
    assert client.get(f"{LIST}?{address}").status_code == 400


@pytest.mark.parametrize(
    ("role", "shown"), [("maintainer", 1), ("committer", 1), ("contributor", 0), ("", 0)]
)
def test_resolution_list_offers_recording_to_who_may(client, repository, role, shown):
    signed_in(client, repository, role)
    assert text(client.get(LIST)).count(f'href="{NEW}"') == shown


def test_resolution_csv_holds_the_narrowed_rows_and_no_formula(client, four):
    Resolution.objects.filter(number=3).update(title="=1+1")
    response = client.get(f"{LIST}resolutions.csv?kind=issue")
    rows = list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
    assert [row["number"] for row in rows] == ["4", "3", "2"]
    assert rows[1]["title"] == "'=1+1"
    assert (rows[2]["supersedes"], rows[2]["outcome"]) == ("1", "rejected")
    assert rows[2]["url"].endswith("/sigs/example/resolutions/2/")


def test_resolution_feed_is_narrowed_like_the_list(client, four):
    feed = ElementTree.fromstring(client.get(f"{LIST}feed.atom?outcome=rejected").content)
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert titles == ["2 不接受：删除旧接口"]
    assert feed.findtext(f"{ATOM}entry/{ATOM}id") == "tag:testserver,2026:resolution/example/2"


def test_resolution_feed_survives_names_xml_cannot_hold(client, four):
    Person.objects.update(name="刘\x0b工")
    feed = ElementTree.fromstring(client.get(f"{LIST}feed.atom").content)
    assert feed.findtext(f"{ATOM}entry/{ATOM}author/{ATOM}name") == "刘工"


# ── one resolution ────────────────────────────────────────────────────────────────────────────
def test_resolution_detail_says_what_who_when_and_where_recorded(client, repository):
    person = RoleTermFactory(sig=repository.sig, role="committer", person__name="刘工").person
    adopt(IssueFactory(repository=repository, number="I4CE7W", title="新格式"), person)
    entry = Entry.objects.get()
    html = text(client.get(f"{LIST}1/"))
    assert "第 1 号决议：采用新格式" in html
    assert "讨论<strong>充分</strong>" in html
    assert "#I4CE7W 新格式" in html
    assert "刘工" in html
    assert "Committer" in html
    assert entry.hash in html
    assert resolutions.hash_of("讨论**充分**。") in html
    assert f'href="/decisions/{entry.register_row.number}/"' in html
    assert "不一致" not in html
    assert "记录取代它的决议" not in html


def test_resolution_detail_leads_to_its_entry_in_the_register(client, repository, maintainer):
    adopt(IssueFactory(repository=repository), maintainer)
    adopt(IssueFactory(repository=repository), maintainer)
    html = text(client.get(client.get(f"{LIST}1/").context["entry_url"]))
    assert "第 1 号决议（接受）：采用新格式" in html
    assert 'href="/sigs/example/resolutions/1/"' in html


def test_resolution_detail_links_both_ways_when_superseded(client, repository, maintainer):
    issue = IssueFactory(repository=repository)
    adopt(issue, maintainer)
    adopt(issue, maintainer, title="改用旧格式", supersedes=1)
    old, new = text(client.get(f"{LIST}1/")), text(client.get(f"{LIST}2/"))
    assert f'href="{LIST}2/"' in old
    assert "不再有效" in old
    assert f'href="{LIST}1/"' in new
    assert "不再有效" not in new


def test_resolution_detail_warns_when_the_row_is_not_what_was_recorded(
    client, repository, maintainer
):
    adopt(IssueFactory(repository=repository), maintainer)
    Resolution.objects.update(reasons="后来改的")
    assert "与公开记录中登记的不一致" in text(client.get(f"{LIST}1/"))


def test_resolution_detail_survives_the_loss_of_its_subject(client, repository, maintainer):
    issue = IssueFactory(repository=repository, number="I0007")
    adopt(issue, maintainer)
    issue.delete()
    html = text(client.get(f"{LIST}1/"))
    assert "gitee:example/one#I0007" in html
    assert "不一致" not in html


@pytest.mark.parametrize("number", ["1", "0", "99999999999999999999"])
def test_resolution_detail_that_does_not_exist_is_a_404(client, repository, number):
    assert client.get(f"{LIST}{number}/").status_code == 404


def test_resolution_has_no_way_to_be_edited(client, repository, maintainer):
    made = adopt(IssueFactory(repository=repository), maintainer)
    before = Resolution.objects.values().get(pk=made.pk)
    client.post(f"{LIST}1/", {"title": "别的", "reasons": "别的"})
    assert Resolution.objects.values().get(pk=made.pk) == before


# ── recording ─────────────────────────────────────────────────────────────────────────────────
def test_recording_needs_a_sign_in_and_a_role(client, repository):
    assert client.get(NEW).status_code == 302
    signed_in(client, repository, "contributor")
    assert client.get(NEW).status_code == 403
    assert client.post(NEW, filled("!1")).status_code == 403


def test_form_is_filled_from_the_address(client, repository, maintainer):
    html = text(client.get(f"{NEW}?subject=example/one!12&supersedes=3&title=%3Cb%3E"))
    assert 'value="example/one!12"' in html
    assert 'value="3"' in html
    assert 'value="&lt;b&gt;"' in html


def test_preview_writes_nothing_and_says_that_it_is_final(client, repository, maintainer):
    rfc = RfcFactory(issue__repository=repository, issue__number="I0001", state="in_review")
    html = text(client.post(NEW, filled("#I0001")))
    assert "预览决议：采用新格式" in html
    assert "讨论<strong>充分</strong>" in html
    assert "不能修改，只能由新的决议取代" in html
    assert "RFC #I0001 将变为“已接受”" in html
    assert not Resolution.objects.exists()
    assert Rfc.objects.get(pk=rfc.pk).state == "in_review"


def hidden(html):
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def test_preview_then_record_then_the_page(client, repository, maintainer):
    PullRequestFactory(repository=repository, number=12)
    sent = hidden(text(client.post(NEW, filled("!12"))))
    assert sent["subject"] == "gitee:example/one!12"
    response = client.post(NEW, sent | {"step": "record"}, follow=True)
    assert response.redirect_chain == [(f"{LIST}1/", 302)]
    assert "第 1 号决议已写入公开记录" in text(response)
    assert Resolution.objects.get().reasons == "讨论**充分**。"


def test_record_twice_by_one_form_leads_to_one_resolution(client, repository, maintainer):
    PullRequestFactory(repository=repository, number=12)
    sent = filled("!12", step="record")
    pages = [client.post(NEW, sent)["Location"] for _time in range(2)]
    assert pages == [f"{LIST}1/"] * 2
    assert Resolution.objects.count() == 1


def test_record_of_a_changed_form_that_was_recorded_says_so(client, repository, maintainer):
    PullRequestFactory(repository=repository, number=12)
    sent = filled("!12", step="record")
    client.post(NEW, sent)
    response = client.post(NEW, sent | {"title": "别的"}, follow=True)
    assert "不能再改" in text(response)
    assert Resolution.objects.get().title == "采用新格式"


def test_edit_returns_to_the_form_with_what_was_typed(client, repository, maintainer):
    PullRequestFactory(repository=repository, number=12)
    response = client.post(NEW, filled("!12", step="edit"))
    assert response.templates[0].name == "reviews/resolution_create.html"
    assert "讨论**充分**。" in text(response)
    assert not Resolution.objects.exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"subject": "12"}, "请写成 !12"),
        ({"subject": "!99"}, "没有找到 !99"),
        ({"subject": "!12345678901"}, "编号应当是数字"),
        ({"subject": "!IABC"}, "编号应当是数字"),
        ({"subject": "other/place!12"}, "不归本 SIG 管理"),
        ({"subject": ""}, "这个字段是必填项"),
        ({"outcome": ""}, "请选择接受、不接受或暂缓"),
        ({"reasons": "长" * 10_001}, "10000"),
        ({"reasons": "a\0b"}, "空字符"),
        ({"supersedes": "7"}, "没有第 7 号决议"),
        ({"supersedes": "99999999999999999999"}, "2147483647"),
        ({"token": "x"}, "UUID"),
    ],
)
@pytest.mark.parametrize("step", ["preview", "record"])
def test_form_says_what_is_wrong(client, repository, maintainer, change, sentence, step):
    PullRequestFactory(repository=repository, number=12)
    response = client.post(NEW, filled("!12", step=step) | change)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert sentence in text(response)
    assert not Resolution.objects.exists()


def test_form_asks_which_repository_when_several_have_the_number(client, repository, maintainer):
    other = RepositoryFactory(sig=repository.sig, owner="example", name="two")
    for row in (repository, other):
        PullRequestFactory(repository=row, number=12)
    html = text(client.post(NEW, filled("!12")))
    assert "gitee:example/one!12、gitee:example/two!12" in html
    assert "预览决议" in text(client.post(NEW, filled("example/two!12")))


@pytest.mark.parametrize(
    "written",
    [
        "！12",
        " example/ONE!12 ",
        "gitee:example/one!12",
        "https://gitee.com/example/one/pulls/12",
        "https://gitee.com/example/one/pulls/12?from=x#note_1",
    ],
)
def test_form_reads_a_subject_however_it_is_written(client, repository, maintainer, written):
    PullRequestFactory(repository=repository, number=12)
    assert "预览决议" in text(client.post(NEW, filled(written)))


def test_committer_of_another_repository_is_refused_at_the_field(client, repository):
    person = signed_in(client, repository, "committer")
    person.role_terms.get().repositories.set([RepositoryFactory(sig=repository.sig)])
    PullRequestFactory(repository=repository, number=12)
    response = client.post(NEW, filled("!12", step="record"))
    assert "负责该仓库的 Committer" in text(response)
    assert list(response.context["form"].errors) == ["subject"]


# ── beside a pull request or an issue ─────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("role", "shown"), [("maintainer", True), ("committer", True), ("contributor", False)]
)
def test_panel_offers_recording_to_who_may(client, repository, role, shown):
    person = signed_in(client, repository, role)
    pull = PullRequestFactory(repository=repository, number=12)
    url = f"{NEW}?subject=gitee%3Aexample%2Fone%2112"
    assert panel_on(pull, person.user).create_url == (url if shown else "")


@pytest.mark.parametrize("count", [0, 3])
def test_panel_takes_a_fixed_number_of_queries(
    repository, count, django_assert_max_num_queries, rf
):
    issue = IssueFactory(repository=repository)
    for number in range(count):
        ResolutionFactory(on=issue, number=number + 1)
    with django_assert_max_num_queries(2):
        assert len(panel_on(issue, User()).resolutions) == count


def test_rfc_panel_offers_the_steps_of_the_state(client, repository, maintainer):
    rfc = RfcFactory(issue__repository=repository)
    issue, user = rfc.issue, maintainer.user
    panel = rfc_panel_on(issue, user)
    assert [button.action for button in panel.buttons] == ["submit"]
    assert panel.can_name_successor
    Rfc.objects.update(state="in_review")
    assert [button.action for button in rfc_panel_on(issue, user).buttons] == ["take_back"]
    Rfc.objects.update(state="superseded")
    panel = rfc_panel_on(issue, user)
    assert (panel.buttons, panel.can_name_successor) == ([], False)


def test_rfc_panel_is_for_rfcs_only(repository):
    assert rfc_panel_on(IssueFactory(repository=repository), User()) is None


# ── RFCs ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("count", [1, 3])
def test_rfc_list_takes_a_fixed_number_of_queries(
    client, repository, count, django_assert_num_queries
):
    for number in range(count):
        for state in Rfc.State:
            rfc = RfcFactory(issue__repository=repository, state=state)
            ResolutionFactory(on=rfc.issue, number=number * 5 + list(Rfc.State).index(state) + 1)
    # SIG; per state RFCs and accounts; resolutions
    with django_assert_num_queries(12):
        response = client.get(RFCS)
    assert [len(group.lines) for group in response.context["groups"]] == [count] * 5


def test_rfc_list_begins_with_what_is_in_review(client, repository):
    for state in ("draft", "accepted", "in_review"):
        RfcFactory(issue__repository=repository, state=state, issue__title=f"提案 {state}")
    groups = client.get(RFCS).context["groups"]
    assert [str(group.state) for group in groups] == ["in_review", "draft", "accepted"]


def test_rfc_list_of_one_state_shows_resolution_and_successor(client, repository):
    accepted = RfcFactory(issue__repository=repository, state="accepted")
    ResolutionFactory(on=accepted.issue, number=3)
    RfcFactory(issue__repository=repository, state="superseded", superseded_by=accepted)
    RfcFactory(state="accepted")
    html = text(client.get(f"{RFCS}?state=accepted"))
    assert html.count("<tr>") == 2
    assert 'href="/sigs/example/resolutions/3/"' in html
    assert f"由 #{accepted.issue.number} 取代" in text(client.get(f"{RFCS}?state=superseded"))


def test_rfc_list_says_what_to_do_when_empty(client, repository):
    assert "这里还没有 RFC" in text(client.get(RFCS))
    assert "没有处于这一状态的 RFC" in text(client.get(f"{RFCS}?state=draft"))
    assert client.get(f"{RFCS}?state=nonsense").status_code == 200
    assert client.get(f"{RFCS}?state=draft&older=x").status_code == 400


def test_rfc_feed_holds_states_and_odd_titles(client, repository):
    RfcFactory(
        issue__repository=repository,
        issue__title="提案\x0b一",
        issue__number="I0001",
        state="in_review",
        state_changed_at=dt.datetime(2026, 5, 1, tzinfo=dt.UTC),
    )
    feed = ElementTree.fromstring(client.get(f"{RFCS}feed.atom").content)
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert titles == ["评审中：#I0001 提案一"]
    name = feed.findtext(f"{ATOM}entry/{ATOM}id")
    assert name.startswith("tag:testserver,2026:rfc/gitee/example/one%23I0001/in_review/2026-05-01")


def test_rfc_move_by_the_button(client, repository, maintainer):
    rfc = RfcFactory(issue__repository=repository)
    url = reverse("reviews:rfc-move", args=["example", rfc.pk, "submit"])
    assert client.get(url)["Location"] == rfc.issue.get_absolute_url()
    assert Rfc.objects.get(pk=rfc.pk).state == "draft"
    assert client.post(url)["Location"] == rfc.issue.get_absolute_url()
    assert Rfc.objects.get(pk=rfc.pk).state == "in_review"
    response = client.post(url, follow=True)
    assert "这一步已不适用" in text(response)


def test_rfc_move_refuses_strangers_and_unknown_steps(client, repository):
    rfc = RfcFactory(issue__repository=repository)
    url = reverse("reviews:rfc-move", args=["example", rfc.pk, "submit"])
    assert client.post(url).status_code == 302
    signed_in(client, repository, "")
    assert "只有 RFC 的作者或本 SIG 成员" in text(client.post(url, follow=True))
    accept = reverse("reviews:rfc-move", args=["example", rfc.pk, "accept"])
    assert client.post(accept).status_code == 404
    other = reverse("reviews:rfc-move", args=[RepositoryFactory().sig.slug, rfc.pk, "submit"])
    assert client.post(other).status_code == 404
    client.force_login(User.objects.create(username="nobody"))
    assert client.post(url).status_code == 403
    assert Rfc.objects.get(pk=rfc.pk).state == "draft"


def test_rfc_supersede_names_the_successor(client, repository, maintainer):
    old, new = (RfcFactory(issue__repository=repository) for _time in range(2))
    plain = IssueFactory(repository=repository)
    url = reverse("reviews:rfc-supersede", args=["example", old.pk])
    assert "取代 RFC" in text(client.get(url))
    for wrong, sentence in [
        (f"#{plain.number}", "不是 RFC"),
        (f"#{old.issue.number}", "不能由自己取代"),
        ("x", "请写成"),
    ]:
        assert sentence in text(client.post(url, {"successor": wrong}))
    client.post(url, {"successor": f"#{new.issue.number}"})
    old.refresh_from_db()
    assert (old.state, old.superseded_by) == ("superseded", new)
    assert "不能由您指定后继" in text(client.get(url, follow=True))


def test_rfc_superseded_is_in_the_register(client, repository, maintainer):
    old, new = (RfcFactory(issue__repository=repository) for _time in range(2))
    url = reverse("reviews:rfc-supersede", args=["example", old.pk])
    client.post(url, {"successor": f"#{new.issue.number}"})
    html = text(client.get("/decisions/"))
    assert f"RFC #{old.issue.number} 被取代" in html
    assert f'href="{old.issue.get_absolute_url()}"' in html
