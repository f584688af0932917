"""Two people who may be one: asking for a merge, and remembering that they are two."""

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from ledger import record

from . import rules
from .models import Likeness, Person, actor_of
from .refusals import NotAllowed, Refusal

Answer = Likeness.Answer


class SamePerson(Refusal):
    def __init__(self) -> None:
        super().__init__(_("这是同一位成员，无须合并。"))


@transaction.atomic
def ask(*, first: Person, second: Person, note: str, by: Person, at: dt.datetime) -> Likeness:
    """Somebody says that another person is they themselves too; a Maintainer decides.

    Raises NotAllowed where `by` is neither of the two, SamePerson. Asked again, only the note changes.
    """
    if by.pk not in (first.pk, second.pk):
        raise NotAllowed(_("只能为自己申请合并。"))
    return _say(first, second, Answer.ASKED, "person.merge_asked", note, by, at)


@transaction.atomic
def set_apart(
    *, first: Person, second: Person, note: str, by: Person | None, at: dt.datetime
) -> Likeness:
    """A Maintainer found that two people are two; the page of likely doubles shows them no more.

    Raises NotAllowed, SamePerson.
    """
    if by is not None and not rules.may_identify(by, [first, second], at):
        raise NotAllowed(_("只有相关 SIG 的 Maintainer 或管理员可以作此判断，且不能是两人之一。"))
    return _say(first, second, Answer.DIFFERENT, "person.set_apart", note, by, at)


def _say(
    first: Person,
    second: Person,
    answer: Answer,
    action: str,
    note: str,
    by: Person | None,
    at: dt.datetime,
) -> Likeness:
    if first.pk == second.pk:
        raise SamePerson
    first, second = sorted((first, second), key=lambda person: person.pk)
    stored = Likeness.objects.filter(first=first, second=second).first()
    note = note.strip()
    if stored is not None and (stored.answer, stored.note) == (answer, note):
        return stored
    row, _is_new = Likeness.objects.update_or_create(
        first=first, second=second, defaults={"answer": answer, "note": note, "by": by, "at": at}
    )
    record.append(
        actor=actor_of(by),
        action=action,
        subject=first.actor,
        data={"name": first.name, "other": second.actor, "other_name": second.name, "note": note},
        at=at,
    )
    return row


def settle(*, kept: Person, gone: Person) -> None:
    """After a merge: what was said of the two is answered, what was said of `gone` is of `kept`."""
    for row in Likeness.objects.filter(Q(first=gone) | Q(second=gone)):
        other = row.second_id if row.first_id == gone.pk else row.first_id
        row.delete()
        first, second = sorted((kept.pk, other))
        if other != kept.pk:
            Likeness.objects.get_or_create(
                first_id=first,
                second_id=second,
                defaults={"answer": row.answer, "note": row.note, "by": row.by, "at": row.at},
            )
