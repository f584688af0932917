"""A lively invented year of mindspore/mindformers, so that a newcomer sees every page with life in it.

Everything is invented and marked 「示例」; the reviewers' logins are those of the SIG's public charter.
"""

import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from tests.fakes.records import Issue, Pull
from tests.fakes.shapes import SHANGHAI
from tests.fakes.state import Repo, State, sha_for

SAMPLE_REPO = "mindspore/mindformers"
BOT = "i-robot"
APPROVERS = ("Lin-Bert", "suhaibo", "hss-shuai", "renyujin", "zyw-hw")
REVIEWERS = (*APPROVERS, "chenrayray")
STAR = "sample-linxia"  # writes and reviews most: the one whose promotion a newcomer can try
AUTHORS = (
    STAR,
    "sample-zhouming",
    "sample-chenyu",
    "sample-wangke",
    "sample-heqing",
    "sample-sunyi",
    "sample-tanglan",
    "sample-guhe",
)
# login -> (numeric id, name, e-mail)
SAMPLE_USERS: dict[str, tuple[int, str, str | None]] = {
    "Lin-Bert": (9100001, "Lin-Bert", None),
    "suhaibo": (9100002, "suhaibo", None),
    "hss-shuai": (9100003, "hss-shuai", None),
    "renyujin": (9100004, "renyujin", None),
    "chenrayray": (9100005, "chenrayray", None),
    "zyw-hw": (9100006, "zyw-hw", None),
    BOT: (9100007, "i-robot", None),
    "sample-linxia": (9200001, "示例·林夏", "linxia@example.com"),
    "sample-zhouming": (9200002, "示例·周明", "zhouming@example.com"),
    "sample-chenyu": (9200003, "示例·陈雨", None),
    "sample-wangke": (9200004, "示例·王可", None),
    "sample-heqing": (9200005, "示例·何青", None),
    "sample-sunyi": (9200006, "示例·孙一", None),
    "sample-tanglan": (9200007, "示例·唐岚", None),
    "sample-guhe": (9200008, "示例·顾禾", None),
}

PULLS = 60
ISSUES = 25
STILL_OPEN = 8
TOPICS = (
    "修复长序列训练时的显存溢出",
    "为推理服务增加流式输出",
    "重构数据集加载，支持断点续训",
    "补充 MoE 模型的并行配置说明",
    "优化权重转换脚本的速度",
    "统一配置文件中的学习率字段",
    "修正评测脚本的精度统计",
    "支持从命令行覆盖 YAML 配置",
    "增加混合精度训练的用例",
    "删除已废弃的接口并更新文档",
    "修复多机启动脚本的端口冲突",
    "为分词器增加缓存",
)
QUESTIONS = (
    "训练在第二个 epoch 中断，日志没有报错",
    "文档中的安装步骤与新版本不符",
    "希望支持按层设置学习率",
    "权重转换后推理结果不一致",
    "单机八卡启动时偶发超时",
    "建议给出最小可运行示例",
)
# Title and by whom; the older one first.
PROPOSALS = (
    ("RFC：断点续训的检查点格式", "sample-linxia", 75),
    ("RFC：统一并行配置的写法", "hss-shuai", 24),
)
# Merged with one lgtm where two are asked for: what the page of exceptions is there for.
HASTY = 43
REMARKS = (
    "这里建议补一个用例。",
    "变量名可以再明确一些。",
    "请说明这个默认值的来由。",
    "本地验证通过。",
    "第 2 点已修改，请再看看。",
    "文档里也请同步更新。",
)
OWNERS = (
    "reviewers:\n- chenrayray\n- hss-shuai\n- renyujin\n- zyw-hw\n\n"
    "approvers:\n- Lin-Bert\n- suhaibo\n- hss-shuai\n- renyujin\n- zyw-hw\n"
)


@dataclass
class Story:
    """Writes events one after the other in working hours; none lies in the future."""

    state: State
    dice: random.Random
    now: datetime

    def later(self, at: datetime, hours: float) -> datetime:
        """A moment about so many hours on; before `now`, so that the history stays in the past."""
        moved = at + timedelta(hours=hours * self.dice.uniform(0.5, 1.5), minutes=1)
        return min(moved, self.now - timedelta(minutes=5))

    def working_hour(self, days_ago: float) -> datetime:
        day = (self.now - timedelta(days=days_ago)).astimezone(SHANGHAI).date()
        clock = time(self.dice.randint(9, 17), self.dice.randint(0, 59), self.dice.randint(0, 59))
        moment = datetime.combine(day, clock, SHANGHAI)
        return min(moment, self.now - timedelta(hours=1))

    def say(self, pull: Pull | Issue, login: str, body: str, at: datetime) -> datetime:
        kind = "pull" if isinstance(pull, Pull) else "issue"
        self.state.add_comment(SAMPLE_REPO, kind, pull.number, user=login, body=body, at=at)
        return at


def load_sample(state: State, *, now: datetime | None = None, seed: int = 20260101) -> Repo:
    """The same history for the same day and seed: people, OWNERS, pull requests, issues."""
    now = now or state.clock()
    for login, (uid, name, email) in SAMPLE_USERS.items():
        state.add_user(login, name, uid=uid, email=email)
    repo = state.repos.get(SAMPLE_REPO) or state.add_repo(
        SAMPLE_REPO, description="示例：大模型套件", created_at=now - timedelta(days=1500)
    )
    repo.files["OWNERS"] = OWNERS.encode()
    repo.files["README.md"] = "# mindformers\n\n示例仓库。\n".encode()
    story = Story(state, random.Random(seed), now)
    for index in range(PULLS):
        _tell_pull(story, index)
    for index in range(ISSUES):
        _tell_issue(story, index)
    for title, login, days_ago in PROPOSALS:
        _tell_proposal(story, title, login, days_ago)
    return repo


def _days_ago(index: int) -> float:
    """The open ones fall into the last ten days, the others evenly over the year before."""
    left = PULLS - index
    return (
        1.25 * left if left <= STILL_OPEN else 10 + 350 * (left - STILL_OPEN) / (PULLS - STILL_OPEN)
    )


def _tell_pull(story: Story, index: int) -> None:
    """Old ones are merged, some closed; the last are open at every stage of waiting."""
    # Every third is the star's, who must have twenty merged or reviewed ones to stand for a role.
    author = STAR if index % 3 == 0 else AUTHORS[1 + index % (len(AUTHORS) - 1)]
    created_at = story.working_hour(_days_ago(index))
    pull = story.state.add_pull(
        SAMPLE_REPO,
        user=author,
        title=f"「示例」{TOPICS[index % len(TOPICS)]}（{index + 1}）",
        body="示例内容。\r\n\r\n- [x] 已补充用例\r\n- [x] 已更新文档\r\n",
        created_at=created_at,
        head_ref=f"topic-{index + 1}",
        assignees=[REVIEWERS[index % len(REVIEWERS)]],
        draft=index == PULLS - 2,
    )
    at = story.later(created_at, 0.1)
    story.say(pull, BOT, f"@{author} 欢迎提交，评论 /lgtm 或 /approve 参与评审。", at)
    if index >= PULLS - STILL_OPEN:
        _leave_open(story, pull, index - (PULLS - STILL_OPEN), at)
    elif index % 13 == 7:
        _close(story, pull, at)
    else:
        _review_and_merge(story, pull, index, at)


def _leave_open(story: Story, pull: Pull, stage: int, at: datetime) -> None:
    """From fresh to nearly there: the higher the stage, the less has happened."""
    gate = ("ci-pipeline-passed", "ci-pipeline-passed", "ci-pipeline-failed", "ci-pipeline-running")
    labels = ["mindspore-cla/yes", gate[stage % len(gate)]]
    if stage == 5:
        labels.append("do-not-merge")
    if stage < 4:
        at = story.say(pull, REVIEWERS[stage], story.dice.choice(REMARKS), story.later(at, 5))
    if stage < 3:
        reviewer = REVIEWERS[stage + 1]
        at = story.say(pull, reviewer, "/lgtm", story.later(at, 4))
        labels.append(lgtm_label(reviewer))
    if stage == 0:
        story.say(pull, "suhaibo", "/approve", story.later(at, 3))
        labels.append("approved")
    story.state.label_pull(SAMPLE_REPO, pull.number, *labels, by=BOT, at=at)


def _close(story: Story, pull: Pull, at: datetime) -> None:
    at = story.say(pull, "suhaibo", "与另一个改动重复，先关闭。", story.later(at, 20))
    at = story.later(at, 2)
    story.state.update_pull(SAMPLE_REPO, pull.number, state="closed", closed_at=at, at=at)
    story.state.add_log(
        SAMPLE_REPO,
        "pull",
        pull.number,
        by="suhaibo",
        action="closed_pr",
        text="关闭了 Pull Request",
        at=at,
    )


def _review_and_merge(story: Story, pull: Pull, index: int, at: datetime) -> None:
    reviewers = _reviewers(story, pull, index)
    at = story.say(pull, reviewers[0], story.dice.choice(REMARKS), story.later(at, 6))
    at = story.say(pull, str(pull.user), "已修改。", story.later(at, 4))
    at = _oddities(story, pull, index, reviewers[0], at)
    for reviewer in reviewers:
        at = story.say(pull, reviewer, "/lgtm", story.later(at, 5))
    approver = next(each for each in APPROVERS if each not in (pull.user, *reviewers[:1]))
    at = story.say(pull, approver, "看过，没有问题。\r\n/approve", story.later(at, 3))
    labels = ["mindspore-cla/yes", "ci-pipeline-passed", "approved"]
    labels += [lgtm_label(reviewer) for reviewer in reviewers]
    story.state.label_pull(SAMPLE_REPO, pull.number, *labels, by=BOT, at=at)
    story.state.update_pull(SAMPLE_REPO, pull.number, accepted_by=list(pull.assignees), at=at)
    story.state.merge_pull(SAMPLE_REPO, pull.number, by=BOT, at=story.later(at, 2))


def _reviewers(story: Story, pull: Pull, index: int) -> list[str]:
    """Two who look at it; the star is one of them on every second of the others' pull requests."""
    chosen = story.dice.sample(REVIEWERS, 2)
    if index == HASTY:
        return chosen[:1]
    if pull.user != STAR and index % 2 == 1:
        chosen[0] = STAR
    return chosen


def _oddities(story: Story, pull: Pull, index: int, reviewer: str, at: datetime) -> datetime:
    """What a review record must get right: own, cancelled, edited and outdated commands."""
    if index % 10 == 2:
        at = story.say(pull, str(pull.user), "/lgtm", story.later(at, 1))
    if index % 10 == 4:
        at = story.say(pull, reviewer, "/lgtm", story.later(at, 1))
        at = story.say(pull, reviewer, "/lgtm cancel", story.later(at, 2))
    if index % 10 == 6:
        told = story.later(at, 1)
        comment = story.state.add_comment(
            SAMPLE_REPO, "pull", pull.number, user="renyujin", body="再看看", at=told
        )
        at = story.later(told, 1)
        story.state.update_comment(SAMPLE_REPO, "pull", comment.id, body="/LGTM", at=at)
    if index % 10 == 8:
        at = story.say(pull, "zyw-hw", "/lgtm", story.later(at, 1))
        at = story.later(at, 3)
        sha = sha_for(SAMPLE_REPO, pull.number, "second push")
        story.state.update_pull(SAMPLE_REPO, pull.number, head_sha=sha, at=at)
    return at


def lgtm_label(login: str) -> str:
    """As the bot writes it: lower case, cut to 20 characters."""
    return f"lgtm-{login.lower()}"[:20]


def _tell_issue(story: Story, index: int) -> None:
    created_at = story.working_hour(340 * (ISSUES - index) / ISSUES)
    labels = [("kind/bug",), ("kind/feature",), ("kind/task", "good first issue")][index % 3]
    issue = story.state.add_issue(
        SAMPLE_REPO,
        user=AUTHORS[index % len(AUTHORS)],
        title=f"「示例」{QUESTIONS[index % len(QUESTIONS)]}（{index + 1}）",
        body="示例问题描述。\r\n\r\n环境：示例环境。\r\n",
        created_at=created_at,
        labels=list(labels),
        security_hole=index == 11,
    )
    at = story.say(
        issue, REVIEWERS[index % len(REVIEWERS)], "收到，正在看。", story.later(created_at, 8)
    )
    if index % 2 == 0:
        at = story.say(issue, str(issue.user), "补充了日志，请看附件说明。", story.later(at, 10))
    if index % 5 != 4 and index < ISSUES - 4:
        state = "rejected" if index % 7 == 6 else "closed"
        at = story.later(at, 30)
        assignee = REVIEWERS[index % len(REVIEWERS)]
        story.state.update_issue(
            SAMPLE_REPO, issue.number, state=state, finished_at=at, assignee=assignee, at=at
        )


def _tell_proposal(story: Story, title: str, login: str, days_ago: float) -> None:
    """An RFC: an issue with the label, discussed and still open."""
    created_at = story.working_hour(days_ago)
    issue = story.state.add_issue(
        SAMPLE_REPO,
        user=login,
        title=f"「示例」{title}",
        body="## 动机\r\n\r\n示例：现状与问题。\r\n\r\n## 方案\r\n\r\n示例：做法与取舍。\r\n",
        created_at=created_at,
        labels=["RFC"],
    )
    at = story.say(
        issue, "renyujin", "示例：兼容旧格式的代价要写清楚。", story.later(created_at, 20)
    )
    story.say(issue, login, "示例：已补充迁移步骤，请再看。", story.later(at, 30))
