"""A SIG with one person of every standing, so that tests name who acts."""

import pytest
from django.contrib.auth.models import AnonymousUser, User

from members.models import Person, RoleTerm
from tests.factories import PersonFactory, RoleTermFactory, SigFactory


@pytest.fixture
def sig(db):
    return SigFactory(slug="reading", name="阅读小组", name_en="Reading group")


@pytest.fixture
def people(sig):
    """user by standing: anonymous, tieless (a sign-in without a person), stranger, the three roles,
    former (a Maintainer until last year) and superuser (no role)."""
    users = {"anonymous": AnonymousUser(), "tieless": User.objects.create_user("tieless")}
    for name in ("stranger", "contributor", "committer", "maintainer", "former", "superuser"):
        user = User.objects.create_user(name, is_superuser=name == "superuser")
        users[name] = user
        person = PersonFactory(name=name.title(), account__login=name)
        Person.objects.filter(pk=person.pk).update(user=user)
    for role in RoleTerm.Role.values:
        RoleTermFactory(sig=sig, person=users[role].person, role=role)
    RoleTermFactory(
        sig=sig,
        person=users["former"].person,
        role="maintainer",
        started_on="2024-01-01",
        ended_on="2025-01-01",
    )
    return users


@pytest.fixture
def person(people):
    return {name: user.person for name, user in people.items() if hasattr(user, "person")}


@pytest.fixture
def sign_in(client, people):
    """Sign in as someone; anonymous signs out. Returns the client."""

    def sign_in(name):
        client.logout()
        if name != "anonymous":
            client.force_login(people[name])
        return client

    return sign_in
