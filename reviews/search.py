"""Finding mirrored rows by words, labels and other exact values (ledger.token_index)."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from ledger.bigrams import exact_token, fold, tokens_for, tokens_of, words_of
from ledger.token_index import contains, exactly, holding_word

NUMBER = re.compile(r"([!#]?)(\d{1,9})")
LABEL, ASSIGNEE, MILESTONE, NUMBERED = "lb", "as", "ms", "no"


def columns_of(columns: Mapping[str, Any]) -> dict[str, str]:
    """What to store beside these columns of a pull request (`number` an int) or an issue (text).

    Looks at number, title, author_login and labels, and where given milestone and assignee_login.
    """
    number, title = columns["number"], columns["title"]
    # An issue's number is a word; a pull request's would be found in every longer number.
    named = title if isinstance(number, int) else f"#{number} {title}"
    text = fold(f"{named} {columns['author_login']}")
    exact = [(LABEL, label) for label in columns["labels"]]
    exact += [(MILESTONE, columns.get("milestone", ""))]
    exact += [(ASSIGNEE, columns.get("assignee_login", "")), (NUMBERED, str(number))]
    tokens = [exact_token(kind, value) for kind, value in exact if value]
    return {
        "search_text": text,
        "search_tokens": " ".join(dict.fromkeys([*tokens, *tokens_of(text)])),
    }


def matching(question: str) -> Q:
    """Rows in which every word of the question occurs; `12` is also a number, `!12` only that.

    An empty question matches every row. Constant number of conditions, whatever is asked.
    """
    condition = Q()
    for word in words_of(question):
        condition &= _matching_word(word, text=holding_word(word))
    return condition


def holding(question: str) -> Q:
    """As `matching`, but by looking at each row: for a few thousand rows read in order."""
    condition = Q()
    for word in words_of(question):
        condition &= _matching_word(word, text=contains("search_text", word))
    return condition


def token_count(question: str) -> int:
    """How many tokens the words of a question become, numbers left out, which are always rare."""
    words = [word for word in words_of(question) if not NUMBER.fullmatch(word)]
    return sum(len(tokens_for(word)) for word in words)


def labelled(label: str) -> Q:
    """Rows with this label, whatever its case or width."""
    return exactly(LABEL, label)


def in_milestone(title: str) -> Q:
    return exactly(MILESTONE, title)


def assigned_to(logins: Iterable[str]) -> Q:
    """Issues whose assignee has one of these logins; none when there are no logins."""
    condition = Q(pk__in=[])
    for login in logins:
        condition |= exactly(ASSIGNEE, login)
    return condition


def numbered(number: str) -> Q:
    """Rows with this very number, whatever its case."""
    return exactly(NUMBERED, number)


def _matching_word(word: str, *, text: Q) -> Q:
    if number := NUMBER.fullmatch(word):
        mark, digits = number.groups()
        return numbered(digits) if mark else numbered(digits) | text
    return text
