"""Issues that a pull request's text names."""

import pytest

from reviews.issue_links import Named, issues_named
from reviews.models import IssueLink
from reviews.outcome import settle_pulls
from tests.factories import PullRequestFactory, RepositoryFactory


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("#I4CE7W", ["I4CE7W"]),
        ("修正 #I4CE7W：训练报错", ["I4CE7W"]),
        ("见#I4CE7W。", ["I4CE7W"]),
        ("(#I4CE7W, #I1EM6)", ["I4CE7W", "I1EM6"]),
        ("#I4CE7W #I4CE7W", ["I4CE7W"]),
        ("fixes #12", ["12"]),
        ("Fixes: #IABCDE", ["IABCDE"]),
        ("关联问题 #IABCDE", ["IABCDE"]),
        ("close #12, resolved #13", ["12", "13"]),
        ("https://gitee.com/example/one/issues/I4CE7W", ["example/one I4CE7W"]),
        ("https://gitee.com/example/one/issues/IABCDE?from=x", ["example/one IABCDE"]),
        ("http://GITEE.com/Example/One/issues/I4CE7W#note_1", ["example/one I4CE7W"]),
        ("other/two#I4CE7W", ["other/two I4CE7W"]),
        ("#12", []),
        ("!12", []),
        ("#IMPORT", []),
        ("#i4ce7w", []),
        ("fixes #i4ce7w", []),
        ("a#I4CE7W", []),
        ("#I4CE7Wx", []),
        ("#I4CE7W-2", []),
        ("prefix #12", []),
        ("https://github.com/example/one/issues/12", []),
        ("https://gitee.com/example/one/pulls/12", []),
        ("修复#I4CE7W的报错", ["I4CE7W"]),
        ("", []),
    ],
)
def test_issues_named(text, named):
    found = issues_named(text, web_host="gitee.com")
    assert [f"{one.path} {one.number}".strip() for one in found] == named


def test_issues_named_does_not_follow_a_whole_list():
    text = " ".join(f"#I{number:05d}" for number in range(60))
    assert len(issues_named(text, web_host="gitee.com")) == 50
    assert issues_named(text, web_host="gitee.com")[0] == Named("I00000")


def test_settling_stores_links_and_takes_them_back(db, settings):
    settings.CODE_HOSTS = {"gitee": {"url": "https://gitee.com", "token": ""}}
    repository = RepositoryFactory(owner="example", name="one")
    other = RepositoryFactory(owner="Example", name="Two")
    pull = PullRequestFactory(
        repository=repository,
        title="fixes #I4CE7W",
        body="https://gitee.com/example/two/issues/I1EM6 no/where#I2XYZ",
    )
    settle_pulls(repository, [pull.number])
    links = IssueLink.objects.order_by("number")
    assert [(link.repository, link.number) for link in links] == [
        (other, "I1EM6"),
        (repository, "I4CE7W"),
    ]
    pull.title = "没有问题"
    pull.body = "#I1EM6"
    pull.save()
    settle_pulls(repository, [pull.number])
    assert [(link.repository, link.number) for link in IssueLink.objects.all()] == [
        (repository, "I1EM6")
    ]
