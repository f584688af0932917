"""A scribe starts from the agenda, in the community's template, with a heading for each topic."""

import datetime as dt

import pytest
from django.utils.translation import override

from meetings import structure, template
from meetings.skeleton import LINKS, skeleton
from tests.factories import (
    ActionItemFactory,
    AgendaItemFactory,
    IssueFactory,
    MeetingFactory,
    PromotionFactory,
    PullRequestFactory,
    RepositoryFactory,
)

AT = dt.datetime(2026, 12, 3, 10, 0, tzinfo=dt.UTC)


@pytest.fixture
def meeting(sig):
    return MeetingFactory(sig=sig, venue_url="https://meet.example.test/1")


def test_notes_hold_a_heading_for_each_standing_item(meeting):
    AgendaItemFactory(meeting=meeting, title="议题 二", position=2)
    AgendaItemFactory(meeting=meeting, title="议题一", position=1)
    AgendaItemFactory(meeting=meeting, title="撤下", withdrawn_at=AT)
    text = skeleton(meeting)

    assert text.startswith("# Thursday December 3, 2026 at 16:00 GMT+8\n")
    assert "## Agenda\n\n* 议题一\n* 议题 二\n" in text
    assert "## Notes\n\n### 1 - 议题一\n\n### 2 - 议题 二\n\n## Action items" in text
    assert "撤下" not in text


def test_item_brings_its_links(meeting, sig, settings):
    settings.SITE_URL = "https://portal.example.test"
    repository = RepositoryFactory(sig=sig, owner="example", name="one")
    promotion = PromotionFactory(sig=sig)
    AgendaItemFactory(
        meeting=meeting,
        title="几件事",
        promotion=promotion,
        pull_request=PullRequestFactory(repository=repository, number=12),
        issue=IssueFactory(repository=repository, number="I4CE7W"),
        body="见 [这里](https://example.test/a)，\n以及 https://example.test/a。",
    )
    AgendaItemFactory(
        meeting=meeting, title="许多", body=" ".join(f"https://example.test/{n}" for n in range(30))
    )
    with override("en"):
        text = skeleton(meeting)

    assert (
        "### 1 - 几件事\n\n"
        f"* <https://portal.example.test/sigs/reading/promotions/{promotion.pk}/>\n"
        "* <https://portal.example.test/reviews/example/one/12/>\n"
        "* <https://portal.example.test/issues/example/one/I4CE7W/>\n"
        "* <https://example.test/a>\n\n"
    ) in text
    assert text.count("* <https://example.test/") == LINKS + 1


@pytest.mark.parametrize("count", [0, 3])
def test_skeleton_survives_the_template_and_decides_nothing(meeting, count):
    for number in range(count):
        AgendaItemFactory(
            meeting=meeting, title=f"议题 {number} -- 甲", body="https://example.test/"
        )
    ActionItemFactory(meeting=meeting, text="写文档", owner_name="Ann Lee")
    text = skeleton(meeting)
    facts = template.parse(text)

    assert template.write(facts) == text
    assert template.parse(template.write(facts)) == facts
    assert [item.title for item in facts.agenda] == [f"议题 {n} -- 甲" for n in range(count)]
    assert structure.read(text).decisions == []


def test_skeleton_takes_a_constant_number_of_queries(meeting, sig, django_assert_num_queries):
    promotion = PromotionFactory(sig=sig)
    for _more in range(3):
        repository = RepositoryFactory(sig=sig)
        AgendaItemFactory(
            meeting=meeting,
            promotion=promotion,
            pull_request=PullRequestFactory(repository=repository),
        )
        with django_assert_num_queries(4):
            skeleton(meeting)
