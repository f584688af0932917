"""Finding rows by words, labels and other exact values, alike on PostgreSQL and SQLite.

Each mirrored row carries tokens (members.bigrams). An index leads from tokens to rows: on PostgreSQL
a GIN index, on SQLite an FTS5 table kept by triggers. The folded text then has the last word.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import Exact

from members.bigrams import exact_token, fold, tokens_for, tokens_of, words_of

from .models import Issue, PullRequest

NUMBER = re.compile(r"([!#]?)(\d{1,9})")
LABEL, ASSIGNEE, MILESTONE, NUMBERED = "lb", "as", "ms", "no"
FTS_TABLES: dict[str, str] = {
    PullRequest._meta.db_table: "reviews_pullrequest_search",
    Issue._meta.db_table: "reviews_issue_search",
}


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
        condition &= _matching_word(word, text=_holding(word))
    return condition


def holding(question: str) -> Q:
    """As `matching`, but by looking at each row: for a few thousand rows read in order."""
    condition = Q()
    for word in words_of(question):
        condition &= _matching_word(word, text=_contains("search_text", word))
    return condition


def token_count(question: str) -> int:
    """How many tokens the words of a question become, numbers left out, which are always rare."""
    words = [word for word in words_of(question) if not NUMBER.fullmatch(word)]
    return sum(len(tokens_for(word)) for word in words)


def labelled(label: str) -> Q:
    """Rows with this label, whatever its case or width."""
    return _exactly(LABEL, label)


def in_milestone(title: str) -> Q:
    return _exactly(MILESTONE, title)


def assigned_to(logins: Iterable[str]) -> Q:
    """Issues whose assignee has one of these logins; none when there are no logins."""
    condition = Q(pk__in=[])
    for login in logins:
        condition |= _exactly(ASSIGNEE, login)
    return condition


def _matching_word(word: str, *, text: Q) -> Q:
    if number := NUMBER.fullmatch(word):
        mark, digits = number.groups()
        return _number_is(digits) if mark else _number_is(digits) | text
    return text


def _holding(word: str) -> Q:
    return _contains("search_text", word) & Q(HasTokens(tokens_for(word)))


def _number_is(number: str) -> Q:
    return _exactly(NUMBERED, number)


def _exactly(kind: str, value: str) -> Q:
    token = exact_token(kind, value)
    return _contains("search_tokens", token) & Q(HasTokens([token]))


def _contains(column: str, text: str) -> Q:
    """Whether the column holds the text, the cheap test first where rows are walked in order.

    As "not nowhere": PostgreSQL takes that for nearly always true and so trusts what it knows of the
    tokens; it would take "position > 0" for a third each time, and rate frequent words as rare.
    """
    return ~Q(Exact(StrIndex(column, Value(text)), 0))


class HasTokens(Func):
    """Whether a row has all of these tokens, as a condition for `filter`, through the index.

    PostgreSQL sees the very expression of its index; SQLite asks the FTS5 table of the row's table.
    """

    output_field = models.BooleanField()
    conditional = True

    def __init__(self, tokens: Sequence[str], **extra: Any) -> None:
        super().__init__(models.F("search_tokens"), models.F("pk"), **extra)
        self.tokens = list(tokens)

    def as_postgresql(self, compiler: Any, connection: BaseDatabaseWrapper, **more: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        return f"string_to_array({column}, ' ') @> %s::text[]", [*params, self.tokens]

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **more: Any) -> Any:
        column: Any = self.source_expressions[1]
        pk, params = compiler.compile(column)
        table = FTS_TABLES[column.target.model._meta.db_table]
        found = f"SELECT rowid FROM {table} WHERE {table} MATCH %s"  # noqa: S608 - a constant name
        return f"{pk} IN ({found})", [*params, " ".join(self.tokens)]
