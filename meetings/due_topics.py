"""What a meeting's agenda has to hold by the records, in words of both languages: facts, no write."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.due import AWAY, RATIFY, SEATS, SILENT, TERM, role_refresh_due
from members.models import Promotion, Sig
from members.notices.text import WHAT, one_line
from reviews.models import Rfc
from reviews.pulse import Waiting, unreviewed, waiting
from reviews.rfc import rfcs_in_review

from .models import ActionItem, AgendaItem, Meeting

Kind = AgendaItem.Kind

# A pull request that nobody reviewed for longer is worth the meeting's time; so many are named.
WAITING_DAYS = 7
PULLS_NAMED = 5
ACTIONS_NAMED = 10
# Of promotions and of RFCs: more fit no meeting.
EACH = 15
LONGEST_TITLE = 200
MINUTES = {Kind.PROMOTION: 10, Kind.RFC: 15, Kind.PULLS: 10, Kind.ACTIONS: 5, Kind.ROLES: 10}
MARKUP = re.compile(r"([\\`*_{}\[\]()<>#|!~&])")

# Title and body (Markdown), in the language that is active when it is called.
Words = Callable[[], tuple[str, str]]


@dataclass(frozen=True)
class Topic:
    """One item that is due; `key` names its subject ("promotion:12"), once a meeting."""

    kind: AgendaItem.Kind
    key: str
    words: Words
    promotion: Promotion | None = None

    @property
    def minutes(self) -> int:
        return MINUTES[self.kind]

    @property
    def texts(self) -> dict[str, str]:
        """The columns of an agenda item that hold words."""
        with translation.override("zh-hans"):
            title, body = self.words()
        with translation.override("en"):
            title_en, body_en = self.words()
        return {"title": title, "body": body, "title_en": title_en, "body_en": body_en}


def topics_for(meeting: Meeting, at: dt.datetime) -> list[Topic]:
    """All that is due for a meeting at an instant (aware), in the order of a fresh agenda.

    A constant number of queries. Select `sig` and `series`.
    """
    sig = meeting.sig
    return [
        *_actions(meeting),
        *_promotions(sig),
        *_rfcs(sig),
        *_pulls(sig, at),
        *_roles(meeting),
    ]


# ── promotions ────────────────────────────────────────────────────────────────────────────────
def _promotions(sig: Sig) -> Iterator[Topic]:
    """Those in a vote and those that wait for one."""
    states = (Promotion.State.ACCEPTED, Promotion.State.VOTING)
    rows = Promotion.objects.filter(sig=sig, state__in=states).select_related("person", "sig")
    for row in rows.defer("evidence").order_by("nominated_at", "pk")[:EACH]:
        yield Topic(Kind.PROMOTION, f"promotion:{row.pk}", _promotion_words(row), row)


def _promotion_words(row: Promotion) -> Words:
    def words() -> tuple[str, str]:
        what = str(WHAT[Promotion.Kind(row.kind)])
        values = {"name": one_line(row.person.name), "role": row.get_role_display()}
        title = _("提名：%(what)s") % {"what": what % values}
        if row.state == Promotion.State.VOTING and row.voting_closes_at:
            closes = row.voting_closes_at.astimezone(row.sig.zone)
            return _cut(title), _("正在表决，截止 %(at)s（%(zone)s）。") % {
                "at": f"{closes:%Y-%m-%d %H:%M}",
                "zone": row.sig.time_zone,
            }
        return _cut(title), _("已接受提名，等待开始表决。")

    return words


# ── RFCs ──────────────────────────────────────────────────────────────────────────────────────
def _rfcs(sig: Sig) -> Iterator[Topic]:
    """Those in review: a resolution is awaited."""
    for rfc in rfcs_in_review(sig)[:EACH]:
        yield Topic(Kind.RFC, f"rfc:{rfc.pk}", _rfc_words(rfc))


def _rfc_words(rfc: Rfc) -> Words:
    def words() -> tuple[str, str]:
        issue = rfc.issue
        title = _("评审 RFC：%(title)s") % {"title": one_line(issue.title)}
        link = _link(f"RFC #{issue.number}", issue.get_absolute_url())
        return _cut(title), _("%(link)s 正在评审，等待决议。") % {"link": link}

    return words


# ── pull requests ─────────────────────────────────────────────────────────────────────────────
def _pulls(sig: Sig, at: dt.datetime) -> Iterator[Topic]:
    """One item of all pull requests that wait too long for a first review."""
    ids = list(sig.repositories.values_list("pk", flat=True))
    before = at - dt.timedelta(days=WAITING_DAYS)
    count = unreviewed(ids).filter(created_at__lte=before).count()
    longest = waiting(ids, at, PULLS_NAMED)
    if count:
        named = [row for row in longest if row.pull.created_at <= before]
        yield Topic(Kind.PULLS, "pulls", _pulls_words(count, named, sig))


def _pulls_words(count: int, named: Sequence[Waiting], sig: Sig) -> Words:
    def words() -> tuple[str, str]:
        title = ngettext(
            "%(count)d 个拉取请求等待首次评审超过 %(days)d 天",
            "%(count)d 个拉取请求等待首次评审超过 %(days)d 天",
            count,
        ) % {"count": count, "days": WAITING_DAYS}
        return title, "\n".join(_pull_line(row, sig) for row in named)

    return words


def _pull_line(row: Waiting, sig: Sig) -> str:
    pull = row.pull
    name = f"{pull.repository.owner}/{pull.repository.name}{pull}"
    # A day, not a number of days: the text stays the same until the list changes.
    since = _("自 %(day)s") % {"day": sig.day_of(pull.created_at).isoformat()}
    return f"- {_link(name, pull.get_absolute_url())} {since}"


# ── action items ──────────────────────────────────────────────────────────────────────────────
def _actions(meeting: Meeting) -> Iterator[Topic]:
    """One item of what earlier meetings left open, the first due at the top."""
    found = ActionItem.objects.filter(sig=meeting.sig, state=ActionItem.State.OPEN)
    found = found.exclude(meeting=meeting)
    count = found.count()
    named = found.select_related("owner").order_by("due_on", "pk")[:ACTIONS_NAMED]
    if rows := list(named):
        yield Topic(Kind.ACTIONS, "actions", _actions_words(count, rows, meeting.sig))


def _actions_words(count: int, rows: Iterable[ActionItem], sig: Sig) -> Words:
    def words() -> tuple[str, str]:
        title = ngettext("跟进 %(count)d 个行动项", "跟进 %(count)d 个行动项", count)
        path = reverse("meetings:action-list", args=[sig.slug])
        lines = [_action_line(row) for row in rows]
        return title % {"count": count}, "\n".join([*lines, "", _link(_("全部行动项"), path)])

    return words


def _action_line(row: ActionItem) -> str:
    owner = row.owner.name if row.owner else row.owner_name
    due = _("期限 %(day)s") % {"day": row.due_on.isoformat()} if row.due_on else ""
    facts = _("，").join(part for part in (plain(owner), due) if part)
    return f"- {plain(_cut(row.text))}" + (_("（%(facts)s）") % {"facts": facts} if facts else "")


# ── roles ─────────────────────────────────────────────────────────────────────────────────────
def _roles(meeting: Meeting) -> Iterator[Topic]:
    """The refresh of roles and duties. Only counts: who was silent is no matter for a public page."""
    sig = meeting.sig
    due = role_refresh_due(sig, sig.day_of(meeting.starts_at))
    if due:
        yield Topic(Kind.ROLES, "roles", _roles_words(Counter(row.kind for row in due), meeting))


def _roles_words(counts: Counter[str], meeting: Meeting) -> Words:
    def words() -> tuple[str, str]:
        slug, total = meeting.sig.slug, counts.total()
        title = ngettext("复核角色与职责（%(count)d 项）", "复核角色与职责（%(count)d 项）", total)
        labels = {
            RATIFY: _("待确认的表决结果"),
            TERM: _("到期的任期"),
            SEATS: _("人数不合规则的角色"),
            SILENT: _("近来没有贡献的成员"),
            AWAY: _("返回日期未定的请假"),
        }
        lines = [f"- {label}: {counts[kind]}" for kind, label in labels.items() if counts[kind]]
        query = urlencode({"meeting": meeting.local_title})
        refresh = f"{reverse('members:role-refresh', args=[slug])}?{query}"
        links = (
            _link(_("成员名册"), reverse("members:roster", args=[slug])),
            _link(_("Maintainer 登记调整"), refresh),
        )
        return title % {"count": total}, "\n".join([*lines, "", " · ".join(links)])

    return words


# ── Markdown ──────────────────────────────────────────────────────────────────────────────────
def _link(text: str, path: str) -> str:
    """A whole address: relative ones are not shown as links, and minutes are read elsewhere."""
    return f"[{plain(text)}]({settings.SITE_URL}{path})"


def plain(text: str) -> str:
    """One line without meaning to Markdown."""
    return MARKUP.sub(r"\\\1", one_line(text))


def _cut(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= LONGEST_TITLE else f"{text[: LONGEST_TITLE - 1]}…"
