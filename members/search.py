"""Finding SIGs, people and promotions by words, for the search over all rooms."""

from collections.abc import Callable

from django.db.models import Case, Prefetch, Q, Value, When

from ledger.bigrams import words_of

from .models import Account, FormerLogin, Person, Promotion, Sig


def sigs(question: str, limit: int) -> list[Sig]:
    """SIGs of whose names, in either language, or short name every word is part."""
    if not words_of(question):
        return []
    return list(Sig.objects.filter(_every(question, _of_sig)).order_by("slug")[:limit])


def people(question: str, limit: int) -> list[Person]:
    """People of whom every word is part of a name or login they have or had, on any host.

    Whoever is called so, or has that login, comes first. Accounts with former logins are loaded: four
    queries. Addresses of mail are never looked at (I9).
    """
    if not words_of(question):
        return []
    rank = Case(When(_exactly(question), then=Value(0)), default=Value(1))
    rows = Person.objects.filter(_every(question, _of_person), merged_into=None)
    accounts = Prefetch("accounts", Account.objects.order_by("pk"))
    rows = rows.prefetch_related(accounts, "accounts__former_logins", "merged")
    rows = rows.annotate(rank=rank).order_by("rank", "name", "pk")
    return list(rows[:limit])


def promotions(question: str, limit: int) -> list[Promotion]:
    """The newest promotions of people whom the words find."""
    if not words_of(question):
        return []
    found = Person.objects.filter(_every(question, _of_person))
    rows = Promotion.objects.filter(person__in=found).select_related("sig", "person")
    return list(rows.defer("evidence").order_by("-nominated_at", "-pk")[:limit])


def names_of(person: Person) -> list[str]:
    """Every other name a person is found by, each once: logins, former logins, names before a merge."""
    accounts = list(person.accounts.all())
    names = [account.login for account in accounts]
    names += [former.login for account in accounts for former in account.former_logins.all()]
    names += [merged.name for merged in person.merged.all()]
    return [name for name in dict.fromkeys(names) if name != person.name]


def _every(question: str, condition: Callable[[str], Q]) -> Q:
    every = Q()
    for word in words_of(question):
        every &= condition(word.removeprefix("@") or word)
    return every


def _of_sig(word: str) -> Q:
    return Q(name__icontains=word) | Q(name_en__icontains=word) | Q(slug__icontains=word)


def _of_person(word: str) -> Q:
    logins = Account.objects.filter(login__icontains=word)
    former = FormerLogin.objects.filter(login__icontains=word)
    merged = Person.objects.filter(name__icontains=word).exclude(merged_into=None)
    return (
        Q(name__icontains=word)
        | Q(pk__in=logins.values("person"))
        | Q(pk__in=former.values("account__person"))
        | Q(pk__in=merged.values("merged_into"))
    )


def _exactly(question: str) -> Q:
    asked = question.strip().removeprefix("@")
    logins = Account.objects.filter(login__iexact=asked)
    return Q(name__iexact=asked) | Q(pk__in=logins.values("person"))
