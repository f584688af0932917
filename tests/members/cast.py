"""A small SIG with one person in every part a promotion knows."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.models import User

from members.models import Person, Promotion, Repository, Sig
from members.policy_json import rules_to_json
from members.presets import PRESETS
from tests.factories import (
    ContributionFactory,
    PersonFactory,
    PolicyFactory,
    PromotionFactory,
    RepositoryFactory,
    RoleTermFactory,
    SigFactory,
)

# A Monday noon in Shanghai; the five working days after it end on the next Monday.
AT = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)
FOREVER = dt.datetime(2999, 1, 1, tzinfo=dt.UTC)
PAST = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


@dataclass
class Cast:
    sig: Sig
    repository: Repository
    candidate: Person
    nominator: Person
    maintainers: list[Person]
    committer: Person
    contributor: Person
    former: Person
    stranger: Person

    def promotion(self, state: str = "nominated", **values: object) -> Promotion:
        """A promotion of the candidate to Committer, put into a state as the steps would leave it."""
        defaults: dict[str, object] = {"accepted_at": AT} if state != "nominated" else {}
        if state in ("voting", "approved", "in_effect", "rejected", "expired"):
            defaults |= {"voting_opens_at": AT, "voting_closes_at": FOREVER}
        if state in ("approved", "in_effect", "rejected", "expired"):
            defaults |= {"decided_at": AT}
        policy = PolicyFactory._meta.model.objects.filter(sig=self.sig, role="committer").first()
        promotion = PromotionFactory(
            **{
                "sig": self.sig,
                "person": self.candidate,
                "nominated_by": self.nominator,
                "policy": policy or default_policy(self.sig),
                "state": state,
                **defaults,
                **values,
            }
        )
        promotion.repositories.add(self.repository)
        return promotion


def default_policy(sig: Sig, role: str = "committer", **changes: object):
    rules = rules_to_json(PRESETS["mindspore-transformers"][role]) | changes
    return PolicyFactory(sig=sig, role=role, rules=rules)


def make_cast(maintainers: int = 3) -> Cast:
    sig = SigFactory()

    def member(login: str, role: str | None = None, **term: object) -> Person:
        person = PersonFactory(account__login=login, name=login.title())
        if role:
            RoleTermFactory(person=person, sig=sig, role=role, **term)
        return person

    cast = Cast(
        sig=sig,
        repository=RepositoryFactory(sig=sig, name="one"),
        candidate=member("candidate", "contributor"),
        nominator=member("nominator", "contributor"),
        maintainers=[member(f"maintainer-{n}", "maintainer") for n in range(maintainers)],
        committer=member("committer", "committer"),
        contributor=member("contributor", "contributor"),
        former=member("former", "maintainer", ended_on=dt.date(2026, 2, 1)),
        stranger=member("stranger"),
    )
    ContributionFactory(person=cast.candidate, sig=sig, at=PAST)
    return cast


def user_of(person: Person) -> User:
    if person.user is None:
        person.user = User.objects.create_user(f"user-{person.pk}")
        person.save()
    return person.user
