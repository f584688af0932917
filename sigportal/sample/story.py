"""Tells the sample's history through the same functions that people's clicks call."""

import datetime as dt
import uuid
from pathlib import Path

from django.conf import settings

from meetings import agenda, minutes_file, recurrence, schedule, seats
from meetings import series as series_room
from meetings.models import Meeting, Series
from members import holiday, promotion
from members.charter.importing import import_charter, read_files
from members.models import Promotion, RoleTerm, Sig
from reviews import resolution, rfc
from reviews.models import PullRequest, Resolution, Rfc
from reviews.subject import Subject
from reviews.sync.run import Outcome, sync

from . import cast, remarks

FOLDER = Path(__file__).parent
FILES = ("README.md", "README_en.md", "sig-info.yaml", "OWNERS")
SLUG = "mindspore-transformers"
ROLES_SINCE = dt.date(2025, 6, 28)
PAST_MONTHS = 6
# With so many decisions before it, the next one supersedes the first.
SUPERSEDING = 3
DAY = dt.timedelta(days=1)
SAID = "已讨论，结论见行动项。"
TOPICS = (
    ("示例：训练性能回退的定位进展", "示例：断点续训的接口评审", "示例：文档改版计划"),
    ("示例：推理服务的流式输出", "示例：评测脚本的精度口径", "示例：新贡献者引导"),
    ("示例：并行配置的命名约定", "示例：发布分支的冻结时间", "示例：安全响应流程"),
)


def load_charter(at: dt.datetime) -> Sig:
    reading = read_files(
        [FOLDER / name for name in FILES], kind=None, max_bytes=settings.IMPORT_MAX_BYTES
    )
    import_charter(reading, slug=SLUG, on=ROLES_SINCE, at=at)
    return Sig.objects.get(slug=SLUG)


def mirror(sig: Sig) -> list[Outcome]:
    """A first sync of every repository, so that nominations have evidence to show."""
    return [sync(repository) for repository in sig.repositories.all()]


# ── meetings ──────────────────────────────────────────────────────────────────────────────────
def hold_meetings(sig: Sig, at: dt.datetime) -> None:
    """The series of the charter, half a year of held meetings with minutes, those of the newest
    still out for comment, the next ones planned."""
    since = sig.day_of(at) - PAST_MONTHS * 31 * DAY
    series = series_room.create(
        sig=sig,
        name="SIG 例会",
        rrule="FREQ=MONTHLY;BYDAY=1TH",
        starts_on=since,
        start_time=dt.time(16, 0),
        at=at,
    )
    yesterday = sig.day_of(at) - DAY
    planned = schedule.plan(series, since=since, until=yesterday, at=at)
    past = [_off_holiday(series, meeting) for meeting in planned]
    *older, newest = [meeting for meeting in past if meeting.starts_at + DAY <= at]
    for meeting in older:
        _minutes(meeting, publish=True)
    newest = _minutes(newest, publish=False)
    remarks.offer(meeting=newest, passage=f"{_topics(newest)[0]}：{SAID}", at=at)
    take_turns(series, at)
    schedule.plan(series, at=at)


def take_turns(series: Series, at: dt.datetime) -> None:
    """Who hosts and who writes in turn; a Contributor is among the writers."""
    lists = {
        "host": ("suhaibo", "hss-shuai", "renyujin"),
        "scribe": ("sample-linxia", "chenrayray", "hss-shuai"),
    }
    for duty, logins in lists.items():
        for login in logins:
            person, by = cast.person(login), cast.person("suhaibo")
            seats.add(series=series, duty=duty, person=person, by=by, at=at)


def _minutes(meeting: Meeting, *, publish: bool) -> Meeting:
    done = minutes_file.load(
        sig=meeting.sig,
        text=minutes_text(meeting),
        file_name=f"sample-{meeting.starts_at:%Y%m%d}.md",
        publish=publish,
        at=meeting.starts_at + DAY,
    )
    return done.meeting


def _topics(meeting: Meeting) -> tuple[str, ...]:
    return TOPICS[meeting.starts_at.astimezone(meeting.sig.zone).month % len(TOPICS)]


def _off_holiday(series: Series, meeting: Meeting) -> Meeting:
    """As the maintainers would: a meeting on a holiday moves to the day the portal proposes."""
    day, rule = series.sig.day_of(meeting.starts_at), schedule.rule_of(series)
    found = recurrence.occurrences(rule, since=day, until=day, calendar=holiday.china())
    if not found or found[0].proposal is None:
        return meeting
    return schedule.move(
        meeting=meeting,
        starts_at=dt.datetime.combine(found[0].proposal, rule.start_time, rule.zone),
        reason=f"示例：原定日期为{found[0].holiday}",
        by=cast.person("suhaibo"),
        at=meeting.starts_at - 10 * DAY,
    )


def minutes_text(meeting: Meeting) -> str:
    """Minutes in the community's template; every line of content is marked as a sample."""
    day = meeting.starts_at.astimezone(meeting.sig.zone)
    topics = _topics(meeting)
    agenda_lines = "\n".join(f"* {n} - {topic}" for n, topic in enumerate(topics, start=1))
    notes = "\n".join(f"* {n} - {topic}：{SAID}" for n, topic in enumerate(topics, start=1))
    standing = meeting.sig.meeting_decisions.count()
    decision = f"- 决定：示例：采用“{topics[0].removeprefix('示例：')}”的方案"
    if standing == SUPERSEDING:
        decision += "（取代 D-1）"
    return f"""# {day:%A}, {day:%B} {day.day}, {day.year} at 16:00 GMT+8

## Agenda

{agenda_lines}

## Conference links

* https://meeting.example.com/sample

## Attendees

* He Qinglin (Huawei)
* Su Haibo (Huawei)
* Huang Shengshuai (Huawei)
* Ren Yujin (Huawei)
* 示例·林夏

## Notes

{notes}

{decision}

## Action items

* 1 - 示例：把“{topics[0].removeprefix("示例：")}”的结论写进文档 -- Huang Shengshuai
* 2 - 示例：下次例会汇报“{topics[1].removeprefix("示例：")}” -- 示例·林夏
"""


def propose_topics(sig: Sig, promoted: Promotion, at: dt.datetime) -> None:
    """The next meeting's agenda: a talk, and the promotion that is being voted on."""
    meeting = Meeting.objects.filter(sig=sig, starts_at__gt=at).order_by("starts_at").first()
    if meeting is None:
        raise LookupError(f"{sig.slug}: the series planned no meeting after {at:%Y-%m-%d}")
    agenda.propose(
        meeting=meeting,
        title="示例：断点续训在大集群上的验证结果",
        body="示例：汇报验证方法与遗留问题，约 15 分钟。",
        minutes_allotted=15,
        by=cast.person("sample-linxia"),
        at=at - 2 * DAY,
    )
    agenda.propose(
        meeting=meeting,
        title="示例：Committer 提名的表决情况",
        promotion=promoted,
        minutes_allotted=10,
        by=cast.person("suhaibo"),
        at=at - DAY,
    )


# ── resolutions ───────────────────────────────────────────────────────────────────────────────
def resolve(sig: Sig, at: dt.datetime) -> None:
    """One RFC decided, one in review, and a decision on a pull request."""
    proposals = list(Rfc.objects.filter(issue__repository__sig=sig).order_by("issue__created_at"))
    for proposal in proposals:
        author = proposal.issue.author
        by = author.person if author else cast.person("suhaibo")
        rfc.submit(rfc_id=proposal.pk, by=by, at=at - 21 * DAY)
    if proposals:
        _decide(
            proposals[0].issue,
            "示例：采用新的检查点格式",
            "示例：例会讨论过兼容性，旧格式再读两个版本。\n\n- 写入只用新格式\n- 附迁移脚本",
            at - 19 * DAY,
        )
    merged = PullRequest.objects.filter(repository__sig=sig, state=PullRequest.State.MERGED)
    if latest := merged.order_by("-merged_at").first():
        _decide(
            latest, "示例：并行配置说明随发布分支一起合入", "示例：发布需要这份说明。", at - 3 * DAY
        )


def _decide(subject: Subject, title: str, reasons: str, at: dt.datetime) -> None:
    outcome = Resolution.Outcome.ACCEPTED
    proposal = resolution.Proposal(subject, title, outcome, reasons)
    resolution.adopt(proposal=proposal, token=uuid.uuid4(), by=cast.person("suhaibo"), at=at)


# ── promotions ────────────────────────────────────────────────────────────────────────────────
def promote(sig: Sig, at: dt.datetime) -> Promotion:
    """One role won and laid down again, one vote short of its decision (returned), one not accepted."""
    _won(sig, at - 110 * DAY)
    _laid_down(sig, at - 12 * DAY)
    waiting = _in_vote(sig, at - DAY)
    promotion.nominate(
        sig=sig,
        person=cast.person("sample-chenyu"),
        role=RoleTerm.Role.COMMITTER,
        duty="示例：文档负责人",
        repositories=sig.repositories.all(),
        reason="示例：修复了多处文档与示例脚本的错误。",
        by=cast.person("zyw-hw"),
        at=at - DAY / 4,
    )
    return waiting


def _won(sig: Sig, at: dt.datetime) -> None:
    one = _nominated(
        sig,
        "sample-zhouming",
        by="renyujin",
        duty="示例：推理服务负责人",
        reason="示例：持续修复推理模块的问题，并补充用例。",
        at=at,
    )
    for login in ("Lin-Bert", "suhaibo", "renyujin", "hss-shuai", "chenrayray", "zyw-hw"):
        _in_favour(one, login, "示例：贡献稳定，同意。", at + DAY)
    suhaibo = cast.person("suhaibo")
    closed_at = at + 2 * DAY
    promotion.close(promotion_id=one.pk, by=suhaibo, at=closed_at, clock=lambda: closed_at)
    promotion.take_effect(
        promotion_id=one.pk, effective_on=sig.day_of(closed_at), by=suhaibo, at=closed_at
    )


def _laid_down(sig: Sig, at: dt.datetime) -> None:
    zhouming = cast.person("sample-zhouming")
    one = promotion.nominate(
        sig=sig,
        person=zhouming,
        kind=Promotion.Kind.STEP_DOWN,
        role=RoleTerm.Role.COMMITTER,
        reason="示例：工作变动，暂时没有时间看护仓库。",
        by=zhouming,
        at=at,
    )
    promotion.take_effect(
        promotion_id=one.pk,
        effective_on=sig.day_of(at),
        by=cast.person("suhaibo"),
        at=at + DAY / 4,
    )


def _in_vote(sig: Sig, at: dt.datetime) -> Promotion:
    one = _nominated(
        sig,
        "sample-linxia",
        by="hss-shuai",
        duty="示例：数据集与断点续训负责人",
        reason="示例：一年来持续贡献并认真评审他人的代码，愿意看护数据集模块。",
        at=at,
    )
    _in_favour(one, "hss-shuai", "示例：一起评审过多个拉取请求，判断可靠。", at + DAY / 3)
    _in_favour(one, "suhaibo", "示例：同意。", at + DAY / 2)
    return one


def _nominated(
    sig: Sig, login: str, *, by: str, duty: str, reason: str, at: dt.datetime
) -> Promotion:
    """A nomination for Committer of all repositories, accepted and open for votes."""
    one = promotion.nominate(
        sig=sig,
        person=cast.person(login),
        role=RoleTerm.Role.COMMITTER,
        duty=duty,
        repositories=sig.repositories.all(),
        reason=reason,
        by=cast.person(by),
        at=at,
    )
    hour = dt.timedelta(hours=1)
    promotion.accept(promotion_id=one.pk, by=cast.person(login), at=at + hour)
    promotion.open_voting(promotion_id=one.pk, by=cast.person("suhaibo"), at=at + 2 * hour)
    return one


def _in_favour(one: Promotion, login: str, reason: str, at: dt.datetime) -> None:
    """The vote of that moment, by that moment's clock."""
    by = cast.person(login)
    promotion.cast(promotion_id=one.pk, choice=1, reason=reason, by=by, at=at, clock=lambda: at)
