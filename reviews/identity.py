"""What a code host's account did here: it goes along when the account turns out to be another person's."""

from collections.abc import Iterator

from members.models import Account, Contribution

from .models import Issue, PullRequest, Review

Kind = Contribution.Kind


def sources_of(account: Account) -> Iterator[str]:
    """Sources of the contributions that rest on this account; three queries."""
    pulls = PullRequest.objects.filter(author=account).select_related("repository").iterator()
    for pull in pulls:
        yield f"{pull.repository}!{pull.number}:{Kind.PULL_MERGED}"
    reviews = Review.objects.filter(account=account).select_related("pull__repository")
    for review in reviews.iterator():
        pull = review.pull
        yield f"{pull.repository}!{pull.number}:{Kind.PULL_REVIEWED}:{account.pk}"
    for issue in Issue.objects.filter(author=account).select_related("repository").iterator():
        yield f"{issue.repository}#{issue.number}:{Kind.ISSUE_OPENED}"
