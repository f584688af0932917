"""A SIG with one of everything, private things too, and somebody in every standing, for the matrix of rights."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from meetings import personal
from meetings.models import MinutesComment, MinutesRevision
from members.models import (
    CharterPage,
    FileChange,
    Inquiry,
    Leave,
    Notice,
    Person,
    Promotion,
    Sig,
    Statement,
)
from members.notices import addresses, consent
from members.policy import FIGURES
from members.policy_json import rules_to_json
from members.presets import PRESETS
from reviews.models import RepositorySync
from tests import factories as make

# The order of the columns in the matrix.
ROLES = (
    "anonymous",
    "contributor",
    "committer",
    "maintainer",
    "other",
    "retired",
    "administrator",
)
DRAFT_WORDS = "尚未公布的草稿"
SEALED_WORDS = "不公开的意见"
LEAVE_WORDS = "私人的请假缘由"
# Enough for most forms: a right that is missing must not hide behind a form that is refused.
BODY = {
    "choice": "1", "body": "正文", "reason": "理由充分", "text": "写一份说明", "title": "题目",
    "note": "说明", "name": "来宾", "login": "newcomer", "host": "gitee", "state": "done",
    "here": "1", "person": "contributor", "outcome": "taken", "reply": "采纳", "other": "retired",
    "email": "a@example.test", "zone": "Asia/Tokyo", "step": "preview", "answer": "stays",
    "by_mail": "on", "language": "zh-hans", "expected": "1", "seen": "1", "started_on": "2026-12-01",
    "owner": "contributor", "do": "issue", "code": "000000", "password": "wrong",
}  # fmt: skip


@dataclass
class Scene:
    sig: Sig
    users: dict[str, User | None]
    kwargs: dict[str, Any] = field(default_factory=dict)
    own: dict[str, dict[str, Any]] = field(default_factory=dict)

    def part(self, name: str, part: str) -> Any:
        """What stands in a part of the named address: by the longest beginning of its name that knows."""
        known = [start for start in self.own if name.startswith(start) and part in self.own[start]]
        return self.own[max(known, key=len)][part] if known else self.kwargs[part]


def build() -> Scene:
    """One of everything; `kwargs` by the name of an address' part, `own` by the name of an address."""
    now = timezone.now()
    sig = make.SigFactory(slug="matrix")
    users = _people(sig)
    scene = Scene(sig, users)
    subject = make.PersonFactory(account__login="subject", name="当事人")
    make.RoleTermFactory(person=subject, sig=sig, role="contributor")
    repository = make.RepositoryFactory(sig=sig, name="one")
    scene.kwargs = {"slug": sig.slug, "owner": "example", "name": "one", "login": "subject"}
    scene.kwargs |= {"role": "committer", "version": 1, "figure": FIGURES[0], "duty": "host"}
    scene.kwargs |= {"host": "gitee", "seq": 1, "number": 1, "object_id": "1", "id": 1}
    scene.kwargs |= {"app_label": "members", "content_type_id": 1, "key": "x", "uidb36": "1"}
    _members(scene, subject, now)
    _meetings(scene, subject, now)
    _reviews(scene, repository, now)
    return scene


def _people(sig: Sig) -> dict[str, User | None]:
    users: dict[str, User | None] = {"anonymous": None}
    for role in ("contributor", "committer", "maintainer"):
        users[role] = _user(role)
        make.RoleTermFactory(person=users[role].person, sig=sig, role=role)
    users["other"] = _user("other")
    make.RoleTermFactory(person=users["other"].person, role="maintainer")
    users["retired"] = _user("retired")
    ended = dt.date(2026, 2, 1)
    make.RoleTermFactory(person=users["retired"].person, sig=sig, role="maintainer", ended_on=ended)
    users["administrator"] = User.objects.create_superuser("administrator")
    return users


def _user(role: str) -> User:
    user = User.objects.create_user(role, password="matrix-password")
    make.PersonFactory(user=user, account__login=role, name=role)
    return user


def _members(scene: Scene, subject: Person, now: dt.datetime) -> None:
    sig, hour = scene.sig, dt.timedelta(hours=1)
    sealed = {"discussion": {"mode": "sealed", "working_days": 0}}
    rules = rules_to_json(PRESETS["mindspore-transformers"]["committer"]) | sealed
    policy = make.PolicyFactory(sig=sig, rules=rules)
    nominator = make.PersonFactory()
    make.RoleTermFactory(person=nominator, sig=sig, role="committer")
    promotion = make.PromotionFactory(
        sig=sig, person=subject, policy=policy, nominated_by=nominator, nominated_at=now - hour,
        accepted_at=now - hour, state=Promotion.State.VOTING, voting_opens_at=now - hour,
        voting_closes_at=now + 99 * hour,
    )  # fmt: skip
    statement = Statement.objects.create(
        promotion=promotion,
        author=nominator,
        body=SEALED_WORDS,
        is_sealed=True,
        salt="0" * 32,
        at=now,
    )
    leave = Leave.objects.create(
        person=subject, sig=sig, started_on=dt.date(2026, 11, 1), note=LEAVE_WORDS
    )
    inquiry = Inquiry.objects.create(person=subject, sig=sig, asked_at=now, asked_by=nominator)
    notice = Notice.objects.create(
        key="matrix", person=subject, kind="promotion.opened", made_at=now, next_try_at=now
    )
    page = CharterPage.objects.create(sig=sig, slug="roles", title="角色")
    at_promotion = {"pk": promotion.pk, "statement": statement.pk, "change": 1, "repository": 1}
    scene.own |= {
        "members:leave-end": {"pk": leave.pk},
        "members:inquiry-detail": {"pk": inquiry.pk},
        "members:charter-detail": {"page": page.slug},
        "members:drift-patch": {"number": 1},
        "members:outbox-retry": {"pk": notice.pk},
        "members:notices-address": {"token": addresses._token(subject, "a@example.test")},
        "members:notices-unsubscribe": {"token": consent.token_of(subject, "promotion.opened")},
        "members:account-detach": {"pk": subject.accounts.get().pk},
        "members:promotion-act": at_promotion | {"action": "close"},
        "members:promotion": at_promotion,
    }


def _meetings(scene: Scene, subject: Person, now: dt.datetime) -> None:
    sig, day = scene.sig, dt.timedelta(days=1)
    series = make.SeriesFactory(sig=sig)
    seats = [make.RotationSeatFactory(series=series, position=n) for n in (1, 2)]
    ahead = make.MeetingFactory(sig=sig, series=series, starts_at=now + 9 * day)
    item = make.AgendaItemFactory(meeting=ahead)
    held = make.MeetingFactory(sig=sig, starts_at=now - 9 * day, state="held")
    make.MinutesRevisionFactory(
        meeting=held, body=f"# {DRAFT_WORDS}\n", state=MinutesRevision.State.DRAFT
    )
    offered = make.MeetingFactory(
        sig=sig, starts_at=now - 8 * day, state="held", comments_close_at=now + day
    )
    text = make.MinutesRevisionFactory(meeting=offered, state=MinutesRevision.State.COMMENT)
    remark = MinutesComment.objects.create(
        meeting=offered, revision=text, author=subject, body="意见", created_at=now
    )
    row = held.attendances.create(name="来宾")
    action = make.ActionItemFactory(meeting=held, owner=subject)
    decision = make.MeetingDecisionFactory(meeting=held, number=1)
    scene.own |= {
        "meetings:": {"pk": ahead.pk, "item_pk": item.pk},
        "meetings:meeting-hold": {"pk": held.pk},
        "meetings:seat": {"pk": series.pk, "seat_pk": seats[1].pk},
        "meetings:seat-down": {"pk": series.pk, "seat_pk": seats[0].pk},
        "meetings:series-edit": {"pk": series.pk},
        "meetings:attendance": {"pk": held.pk, "person_pk": subject.pk, "row_pk": row.pk},
        "meetings:minutes": {"pk": held.pk},
        "meetings:minutes-take-back": {"pk": offered.pk},
        "meetings:minutes-comment": {"pk": offered.pk, "comment_pk": remark.pk},
        "meetings:action-note": {"pk": held.pk},
        "meetings:decision-note": {"pk": held.pk},
        "meetings:action-add": {"pk": held.pk},
        "meetings:digest-put": {"pk": held.pk},
        "meetings:decision-detail": {"number": decision.number},
        "meetings:action-": {"pk": action.pk},
        "meetings:personal-feed": {"key": personal.key_of(personal.issue(by=subject, at=now))},
    }


def _reviews(scene: Scene, repository: Any, now: dt.datetime) -> None:
    pull = make.PullRequestFactory(repository=repository)
    issue = make.IssueFactory(repository=repository)
    rfc = make.RfcFactory(issue__repository=repository)
    resolution = make.ResolutionFactory(on=pull)
    delivery = make.WebhookDeliveryFactory(repository=repository)
    RepositorySync.objects.get_or_create(repository=repository)
    change = FileChange.objects.create(
        promotion_id=scene.own["members:promotion"]["pk"],
        made_at=now, state_changed_at=now, repository=repository,
        path="OWNERS", patch="--- a\n+++ b\n-subject <a@example.test>\n",
    )  # fmt: skip
    scene.own |= {
        "reviews:record": {"number": pull.number},
        "reviews:issue-detail": {"number": issue.number},
        "reviews:resolution-detail": {"number": resolution.number},
        "reviews:rfc": {"pk": rfc.pk, "action": "submit"},
        "reviews:repository-edit": {"pk": repository.pk},
        "reviews:sync-request": {"pk": repository.pk},
        "reviews:delivery": {"pk": delivery.pk},
        "reviews:pulse-csv": {"table": "months"},
        "members:promotion-files-propose": scene.own["members:promotion"]
        | {"repository": repository.pk},
        "members:promotion-patch": scene.own["members:promotion"] | {"change": change.pk},
    }
