import datetime as dt

import pytest
from django.urls import reverse

from ledger.models import Entry
from members import refresh
from members.models import RoleTerm
from members.refresh import Stale, Wanted
from members.refusals import BadProposal, NotAllowed
from tests.factories import RepositoryFactory, RoleTermFactory

from .cast import AT, make_cast, user_of

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 2)


@pytest.fixture
def cast():
    cast = make_cast()
    RoleTerm.objects.get(person=cast.committer).repositories.add(cast.repository)
    return cast


def seen(cast):
    return refresh.fingerprint(refresh.holders(cast.sig, DAY))


def term_of(person):
    return RoleTerm.objects.get(person=person, ended_on=None)


def save(cast, *wanted, **values):
    defaults = {
        "sig": cast.sig,
        "wanted": wanted,
        "seen": seen(cast),
        "meeting": "2026-03-05 例会",
        "by": cast.maintainers[0],
        "at": AT,
    }
    return refresh.refresh(**{**defaults, **values})


def test_refresh_writes_the_rows_that_differ_only(cast):
    other = RepositoryFactory(sig=cast.sig, name="two")
    committer, maintainer = term_of(cast.committer), term_of(cast.maintainers[0])
    changed = save(
        cast,
        Wanted(committer.pk, " 推理 ", frozenset({other.pk})),
        Wanted(maintainer.pk, "", frozenset()),
    )
    assert [term.pk for term in changed] == [committer.pk]
    committer.refresh_from_db()
    assert (committer.duty, list(committer.repositories.all())) == ("推理", [other])
    entry = Entry.objects.get()
    assert (entry.action, entry.subject) == ("role.changed", "person:committer")
    assert (entry.data["duty_before"], entry.data["duty"]) == ("", "推理")
    assert entry.data["repositories_before"] == ["gitee:example/one"]
    assert entry.data["repositories"] == ["gitee:example/two"]
    assert entry.data["reason"] == "meeting:2026-03-05 例会"


def test_refresh_without_a_difference_writes_nothing_and_asks_for_no_meeting(cast):
    term = term_of(cast.committer)
    same = Wanted(term.pk, "", frozenset({cast.repository.pk}))
    assert save(cast, same, meeting="") == []
    assert not Entry.objects.exists()


def test_refresh_from_a_stale_tab_is_refused(cast):
    before, term = seen(cast), term_of(cast.committer)
    save(cast, Wanted(term.pk, "推理", frozenset()))
    with pytest.raises(Stale):
        save(cast, Wanted(term.pk, "训练", frozenset()), seen=before)
    term.refresh_from_db()
    assert term.duty == "推理"


@pytest.mark.parametrize("part", ["committer", "contributor", "stranger", "former"])
def test_refresh_is_a_maintainers(cast, part):
    with pytest.raises(NotAllowed):
        save(cast, by=getattr(cast, part))


def test_refresh_refuses_what_cannot_be_and_writes_nothing(cast):
    committer, maintainer = term_of(cast.committer), term_of(cast.maintainers[0])
    foreign = RepositoryFactory()
    faults = [
        (Wanted(committer.pk, "长" * 201, frozenset()), {}, "duty"),
        (Wanted(committer.pk, "", frozenset({foreign.pk})), {}, "repositories"),
        (Wanted(maintainer.pk, "", frozenset({cast.repository.pk})), {}, "repositories"),
        (Wanted(committer.pk, "推理", frozenset()), {"meeting": " "}, "meeting"),
    ]
    for wanted, values, field in faults:
        with pytest.raises(BadProposal) as refusal:
            save(cast, wanted, **values)
        assert refusal.value.field == field
    with pytest.raises(Stale):
        save(cast, Wanted(term_of(cast.candidate).pk + 1000, "", frozenset()))
    assert not Entry.objects.exists()


# ── page ──────────────────────────────────────────────────────────────────────────────────────
def url(cast):
    return reverse("members:role-refresh", args=[cast.sig.slug])


def posted(cast, page):
    """What a browser would send of the form as it stands."""
    form, data = page.context["form"], {}
    for name, field in form.fields.items():
        value = form.get_initial_for_field(field, name)
        data[name] = value if value is not None else ""
    return data


def test_page_changes_one_duty_and_says_so(cast, client):
    client.force_login(user_of(cast.maintainers[0]))
    page = client.get(url(cast), {"meeting": "例会"})
    data = posted(cast, page) | {f"duty-{term_of(cast.committer).pk}": "推理"}
    assert data["meeting"] == "例会"
    answer = client.post(url(cast), data, follow=True)
    assert "1 人的职责或负责仓库已更新" in answer.content.decode()
    term = term_of(cast.committer)
    assert (term.duty, list(term.repositories.all())) == ("推理", [cast.repository])
    # The same tab sent once more: what it showed is no longer so.
    answer = client.post(url(cast), data, follow=True)
    assert "没有保存" in answer.content.decode()
    assert Entry.objects.count() == 1


def test_page_without_a_change_writes_nothing(cast, client):
    client.force_login(user_of(cast.maintainers[0]))
    data = posted(cast, client.get(url(cast))) | {"meeting": "例会"}
    answer = client.post(url(cast), data, follow=True)
    assert "什么也没有写入" in answer.content.decode()
    assert not Entry.objects.exists()


def test_page_is_for_maintainers(cast, client):
    assert client.get(url(cast)).status_code == 302
    client.force_login(user_of(cast.committer))
    assert client.get(url(cast)).status_code == 403


def test_page_names_the_field_that_is_wrong(cast, client):
    client.force_login(user_of(cast.maintainers[0]))
    data = posted(cast, client.get(url(cast))) | {f"repositories-{term_of(cast.committer).pk}": "x"}
    answer = client.post(url(cast), data)
    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() >= {
        "meeting",
        f"repositories-{term_of(cast.committer).pk}",
    }


@pytest.mark.parametrize(("more", "queries"), [(1, 11), (3, 11)])
def test_page_has_a_constant_number_of_queries(
    cast, client, django_assert_num_queries, more, queries
):
    for _number in range(more):
        term = RoleTermFactory(sig=cast.sig, role="committer")
        term.repositories.add(RepositoryFactory(sig=cast.sig))
    client.force_login(user_of(cast.maintainers[0]))
    with django_assert_num_queries(queries):
        client.get(url(cast))


def test_page_is_linked_from_the_roster_for_maintainers_only(cast, client):
    roster = reverse("members:roster", args=[cast.sig.slug])
    assert url(cast) not in client.get(roster).content.decode()
    client.force_login(user_of(cast.maintainers[0]))
    assert url(cast) in client.get(roster).content.decode()
