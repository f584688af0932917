import datetime as dt

import pytest
from django.db import transaction

from members.ballot_box import database_now
from members.models import Notice
from members.notices.about import about_promotion
from members.notices.kinds import KINDS, UnknownKind
from members.notices.outbox import tell, tell_all
from tests.factories import PersonFactory
from tests.members.cast import AT, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def data():
    return about_promotion(make_cast().promotion("voting"))


def told(data, person, key="promotion:1:opened", **more):
    tell(key=key, kind="promotion.opened", person=person, data=data, at=AT, **more)


def test_tell_leaves_one_row_that_is_due_at_once(data):
    person = PersonFactory()
    told(data, person)
    notice = Notice.objects.get()
    assert notice.key == f"promotion:1:opened:person:{person.pk}"
    assert (notice.person, notice.state) == (person, "waiting")
    assert notice.made_at == AT
    assert notice.next_try_at <= database_now()


def test_tell_tells_the_same_once_and_others_too(data):
    one, other = PersonFactory(), PersonFactory()
    for person in (one, one, other):
        told(data, person)
    assert Notice.objects.filter(person=one).count() == 1
    assert Notice.objects.filter(person=other).count() == 1


def test_tell_again_leaves_the_callers_transaction_whole(data):
    person = PersonFactory()
    told(data, person)
    with transaction.atomic():
        told(data, person)
        PersonFactory(name="之后写入")
    assert Notice.objects.count() == 1


def test_tell_goes_with_a_transaction_that_is_rolled_back(data):
    class Undone(Exception):
        pass

    def undone():
        with transaction.atomic():
            told(data, PersonFactory())
            raise Undone

    with pytest.raises(Undone):
        undone()
    assert not Notice.objects.exists()


def test_tell_tells_a_merged_person_as_the_one_they_are_now(data):
    kept = PersonFactory()
    merged = PersonFactory(merged_into=kept)
    tell_all(
        key="promotion:1:opened", kind="promotion.opened", people=[merged, kept], data=data, at=AT
    )
    assert Notice.objects.get().person == kept


@pytest.mark.parametrize("number", [1, 3])
def test_tell_all_takes_two_queries_for_any_number(data, number, django_assert_num_queries):
    people = [PersonFactory() for _ in range(number)]
    with django_assert_num_queries(2):
        told = tell_all(key="k", kind="promotion.opened", people=people, data=data, at=AT)
    assert told == Notice.objects.count() == number


def test_tell_all_counts_only_who_was_not_told_before(data):
    people = [PersonFactory() for _ in range(3)]
    more = {"key": "k", "kind": "promotion.opened", "data": data, "at": AT}
    assert tell_all(people=people[:1], **more) == 1
    assert tell_all(people=people, **more) == 2
    assert tell_all(people=people, **more) == 0


def test_tell_without_a_person_makes_one_row_a_channel_and_keeps_no_address(data, settings):
    settings.NOTIFY_URLS = ["slack://secret-a", "feishu://secret-b"]
    told(data, None)
    told(data, None)
    rows = Notice.objects.all()
    assert len(rows) == 2
    assert "secret" not in str([(row.key, row.data) for row in rows])


def test_tell_without_a_channel_writes_nothing(data, settings):
    settings.NOTIFY_URLS = []
    told(data, None)
    assert not Notice.objects.exists()


# What kinds of other rooms say beyond a promotion.
ELSE = dict.fromkeys(
    ("by", "logins", "text", "due_on", "title", "starts_at", "meeting", "duty"), "2026-03-02"
)


@pytest.mark.parametrize("name", sorted(name for name, kind in KINDS.items() if not kind.is_public))
def test_tell_refuses_to_tell_a_channel_what_is_for_persons(name, data, settings):
    settings.NOTIFY_URLS = ["slack://secret-a"]
    with pytest.raises(ValueError, match="persons only"):
        tell(key="k", kind=name, person=None, data=data | ELSE, at=AT)
    assert not Notice.objects.exists()


def test_tell_refuses_an_unknown_kind_and_missing_data():
    person = PersonFactory()
    with pytest.raises(UnknownKind, match="no notice of kind"):
        tell(key="k", kind="promotion.dreamt", person=person, data={}, at=AT)
    with pytest.raises(UnknownKind, match="needs promotion"):
        tell(key="k", kind="promotion.opened", person=person, data={}, at=AT)
    assert not Notice.objects.exists()


def test_tell_refuses_a_key_that_would_be_cut(data):
    with pytest.raises(ValueError, match="longer than 200"):
        told(data, PersonFactory(), key="k" * 200)


def test_about_promotion_keeps_a_path_without_language_and_no_address():
    from django.utils import translation

    cast = make_cast()
    cast.candidate.email = "candidate@example.test"
    promotion = cast.promotion("voting")
    with translation.override("en"):
        data = about_promotion(promotion)
    assert data["path"] == f"/sigs/{cast.sig.slug}/promotions/{promotion.pk}/"
    assert "@" not in str(data)
    assert dt.datetime.fromisoformat(data["closes_at"]) == promotion.voting_closes_at
