"""What a resolution is about, as people write it: "!12", "owner/name#I4CE7W", or a pasted address."""

import re
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from members.models import Repository, Sig

from .models import Issue, PullRequest

Subject = PullRequest | Issue
WRITTEN = re.compile(
    r"(?:(?P<host>[a-z0-9-]+):)?(?P<path>[^\s!#/:]+/[^\s!#/:]+)?(?P<mark>[!#])(?P<number>[\w-]{1,40})"
)
ADDRESS = re.compile(
    r"https?://[^\s/]+/(?P<path>[^\s/]+/[^\s/]+)/(?P<kind>pulls|issues)/(?P<number>[\w-]{1,40})/?(?:[?#]\S*)?"
)
# A column of 32 bits holds no larger number.
PULL_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
WIDE = str.maketrans("！＃：／", "!#:/")


class Unreadable(ValueError):
    """The text names no pull request or issue of the SIG; `str()` is the sentence for the reader."""


@dataclass(frozen=True)
class Reference:
    """A reference as written; `host` and `path` are empty where it does not say them."""

    host: str
    path: str
    is_pull: bool
    number: str


def text_of(row: Subject) -> str:
    """ "gitee:owner/name!12" or "gitee:owner/name#I4CE7W": how the public record names it."""
    mark = "!" if isinstance(row, PullRequest) else "#"
    return f"{row.repository}{mark}{row.number}"


def read(text: str) -> Reference:
    """Raises Unreadable."""
    text = text.translate(WIDE).strip()
    if written := WRITTEN.fullmatch(text):
        is_pull, number = written["mark"] == "!", written["number"]
        reference = Reference(written["host"] or "", written["path"] or "", is_pull, number)
    elif address := ADDRESS.fullmatch(text):
        is_pull = address["kind"] == "pulls"
        reference = Reference("", address["path"], is_pull, address["number"])
    else:
        raise Unreadable(
            _("请写成 !12（拉取请求）或 #I4CE7W（问题），前面可以加仓库，例如 owner/name!12。")
        )
    if reference.is_pull and not PULL_NUMBER.fullmatch(reference.number):
        raise Unreadable(_("拉取请求的编号应当是数字，例如 !12。"))
    return reference


def find(sig: Sig, text: str) -> Subject:
    """The pull request or issue of the SIG that a text names. Raises Unreadable."""
    reference = read(text)
    repositories = _named(sig, reference)
    found: list[Subject] = [*_rows(reference, repositories)]
    if not found:
        raise Unreadable(
            _("没有找到 %(text)s：请核对编号；刚提出的要等下一次同步。") % {"text": text.strip()}
        )
    if len(found) > 1:
        names = _("、").join(sorted(text_of(row) for row in found))
        raise Unreadable(
            _("有多个仓库用到这个编号，请写明是哪一个：%(names)s。") % {"names": names}
        )
    return found[0]


def _named(sig: Sig, reference: Reference) -> QuerySet[Repository]:
    repositories = Repository.objects.filter(sig=sig)
    if reference.host:
        repositories = repositories.filter(host=reference.host)
    if reference.path:
        owner, _slash, name = reference.path.partition("/")
        repositories = repositories.filter(owner__iexact=owner, name__iexact=name)
        if not repositories.exists():
            raise Unreadable(_("仓库 %(path)s 不归本 SIG 管理。") % {"path": reference.path})
    return repositories


def _rows(
    reference: Reference, repositories: QuerySet[Repository]
) -> QuerySet[PullRequest] | QuerySet[Issue]:
    if reference.is_pull:
        pulls = PullRequest.objects.filter(repository__in=repositories)
        return pulls.filter(number=int(reference.number)).select_related("repository__sig")
    issues = Issue.objects.filter(repository__in=repositories, number=reference.number)
    return issues.select_related("repository__sig", "author")
