"""What a scribe starts from: the template with all that is known, and a heading for each topic."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import override

from . import template
from .minutes_file import facts_of
from .models import AgendaItem, Meeting

# Links below one heading; the page of a topic shows the others.
LINKS = 10


def skeleton(meeting: Meeting) -> str:
    """The template of a meeting, whose notes hold `### N - topic` for each agenda item."""
    items = meeting.agenda_items.filter(withdrawn_at=None).select_related(
        "promotion__sig", "pull_request__repository", "issue__repository"
    )
    # Addresses without a language, whoever writes.
    with override(settings.LANGUAGE_CODE):
        notes = "\n\n".join(section(number, item) for number, item in enumerate(items, start=1))
    return template.write(facts_of(meeting, notes))


def section(number: int, item: AgendaItem) -> str:
    """Heading and links of one topic, for notes to stand below."""
    links = list(dict.fromkeys(_links(item)))[:LINKS]
    lines = [f"### {heading(number, item)}", *([""] if links else [])]
    return "\n".join([*lines, *(f"* <{link}>" for link in links)])


def heading(number: int, item: AgendaItem) -> str:
    return f"{number} - {' '.join(item.title.split())}"


def _links(item: AgendaItem) -> Iterator[str]:
    """What the item is about, then the addresses of its description."""
    for row in (item.promotion, item.pull_request, item.issue):
        if row is not None:
            yield settings.SITE_URL + row.get_absolute_url()
    for url in template.URL.findall(item.body):
        yield url.rstrip(".,;，。；")
