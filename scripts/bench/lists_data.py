"""A portal with very many pull requests: four repositories of one SIG, two of another."""

import csv
import datetime as dt
import functools
import io
import json
import random
import time
from collections.abc import Iterator
from typing import Any

from scripts.bench.report import Figure

SIG = "bench"
RARE_LABEL = "needs-rfc"
END = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
YEARS = 6
# Share of the rows; the last two belong to another SIG.
REPOSITORIES = {"r1": 40, "r2": 25, "r3": 15, "r4": 10, "o1": 7, "o2": 3}
LABELS = (
    *(("lgtm", 0.8), ("approved", 0.7), ("ci-pipeline-passed", 0.75), ("kind/bug", 0.3)),
    *(("kind/feature", 0.2), ("sig/parallel", 0.1), ("stat/wait-response", 0.02)),
    (RARE_LABEL, 0.01),
)
PEOPLE = 3000
VERBS = ["修复", "新增", "优化", "删除", "支持", "重构", "更新", "补充", "回退", "调整"]
NOUNS = [
    "图算融合",
    "并行策略",
    "自动微分",
    "动态图",
    "算子",
    "内存复用",
    "数据集",
    "混合精度",
    "流水线",
    "日志",
    "文档",
    "用例",
]
ENGLISH = [
    "fix",
    "add",
    "graph",
    "kernel",
    "tensor",
    "bug",
    "memory",
    "parallel",
    "cache",
    "test",
    "docs",
    "typo",
    "crash",
    "bert",
    "moe",
]
BODY = "本次修改的背景与做法见下。自测通过。" * 12


def login(number: int) -> str:
    return f"dev-{number:04d}"


def build(name: str, size: int) -> Figure:
    """Makes the database `name` with `size` pull requests; tells how long it took and how large it is."""
    from django.core.management import call_command
    from django.db import connection

    start = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    connection.settings_dict["NAME"] = name
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        # The rows are right by construction: no foreign key is looked up a million times.
        cursor.execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'")
        dropped = _drop_indexes(cursor)
        _fill(cursor, size)
        for definition in dropped:
            cursor.execute(definition)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(f"SELECT pg_size_pretty(pg_database_size('{name}'))")
        (space,) = cursor.fetchone()
    return Figure(f"built {size:,} rows", f"{time.perf_counter() - start:.0f} s, {space}")


def _drop_indexes(cursor: Any) -> list[str]:
    """Loading into bare tables is many times faster; returns what makes the indexes again."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN"
        " ('reviews_pullrequest', 'reviews_review') AND indexname NOT IN"
        " (SELECT conname FROM pg_constraint)"
    )
    found = cursor.fetchall()
    for index, _definition in found:
        cursor.execute(f'DROP INDEX "{index}"')
    return [definition for _index, definition in found]


def _fill(cursor: Any, size: int) -> None:
    from members.models import Account, Person, Repository, Sig

    sigs = {slug: Sig.objects.create(slug=slug, name=slug) for slug in (SIG, "other")}
    repositories = {
        name: Repository.objects.create(
            sig=sigs["other" if name.startswith("o") else SIG], owner="bench", name=name
        ).pk
        for name in REPOSITORIES
    }
    people = Person.objects.bulk_create(Person(name=f"人员{n}") for n in range(PEOPLE))
    accounts = Account.objects.bulk_create(
        Account(person=person, login=login(n)) for n, person in enumerate(people)
    )
    _copy(cursor, _pulls(size, repositories, accounts))
    # Two reviewers each, a few people doing most of it.
    cursor.execute(
        "INSERT INTO reviews_review (pull_id, account_id, first_at, remarks, has_lgtm, has_approve,"
        " is_main, is_witnessed, pull_updated_at)"
        " SELECT id, %s + (power((hashint8(id * 2 + k)::bigint & 1048575) / 1048576.0, 4) * %s)::int,"
        " first_review_at, 1, k = 0, k = 1, false, false, updated_at"
        " FROM reviews_pullrequest, generate_series(0, 1) AS k ON CONFLICT DO NOTHING",
        [accounts[0].pk, PEOPLE - 1],
    )


def _copy(cursor: Any, rows: Iterator[dict[str, Any]]) -> None:
    from reviews.models import PullRequest

    fields = [field for field in PullRequest._meta.concrete_fields if not field.primary_key]
    blank: dict[str, Any] = {str(field.column): field.get_default() for field in fields}
    lines = ([_text(value) for value in (blank | row).values()] for row in rows)
    names = ", ".join(blank)
    command = f"COPY reviews_pullrequest ({names}) FROM STDIN WITH (FORMAT csv, NULL '<null>')"
    cursor.cursor.copy_expert(command, _Stream(lines))


def _text(value: Any) -> Any:
    if isinstance(value, list):
        return json.dumps(value)
    return "<null>" if value is None else value


class _Stream(io.RawIOBase):
    """Rows as a file of CSV, made while it is read."""

    def __init__(self, rows: Iterator[list[Any]]) -> None:
        self.rows = rows

    def read(self, size: int = -1) -> str:
        text = io.StringIO()
        writer = csv.writer(text)
        for row in self.rows:
            writer.writerow(row)
            if text.tell() >= max(size, 65_536):
                break
        return text.getvalue()


def _pulls(
    size: int, repositories: dict[str, int], accounts: list[Any]
) -> Iterator[dict[str, Any]]:
    chance = random.Random(1)  # noqa: S311
    places = chance.choices(list(REPOSITORIES), list(REPOSITORIES.values()), k=size)
    step = dt.timedelta(days=365 * YEARS) / size
    numbers = dict.fromkeys(REPOSITORIES, 0)
    for index, place in enumerate(places):
        numbers[place] += 1
        created = END - (size - index) * step
        state = chance.choices(["merged", "closed", "open"], [80, 12, 8])[0]
        ended = created + dt.timedelta(hours=chance.expovariate(1 / 60))
        author = accounts[int(chance.random() ** 4 * PEOPLE)]
        title, labels = _title(chance), [word for word, share in LABELS if chance.random() < share]
        verdict = "pending" if state == "open" else chance.choices(["met", "unmet"], [9, 1])[0]
        text, tokens = _searched(title, author.login, labels, numbers[place])
        yield {
            "repository_id": repositories[place],
            "host": "gitee",
            "remote_id": index + 1,
            "author_id": author.pk,
            "author_login": author.login,
            "html_url": f"https://gitee.com/bench/{place}/pulls/{numbers[place]}",
            "created_at": created,
            "updated_at": ended,
            "number": numbers[place],
            "state": state,
            "title": title,
            "body": BODY,
            "labels": labels,
            "base_ref": "master",
            "head_sha": f"{index:040x}",
            "closed_at": None if state == "open" else ended,
            "merged_at": ended if state == "merged" else None,
            "verdict": verdict,
            "lgtm_count": 2,
            "approve_count": 1,
            "first_review_at": created,
            "search_text": text,
            "search_tokens": tokens,
        }


@functools.cache
def _clauses() -> tuple[list[str], list[float]]:
    """Twenty thousand clauses of common and rare characters, the first ones used far more often."""
    chance = random.Random(2)  # noqa: S311
    common = [chr(code) for code in chance.sample(range(0x4E00, 0x9FA5), 2500)]
    clauses = []
    for _ in range(20_000):
        rare = "".join(
            common[int(chance.random() ** 3 * 2500)] for _ in range(chance.randint(2, 6))
        )
        clauses.append(chance.choice(VERBS) + chance.choice(NOUNS) + rare)
    return clauses, [1 / (rank + 10) for rank in range(20_000)]


@functools.cache
def _cumulated() -> list[float]:
    total, sums = 0.0, []
    for weight in _clauses()[1]:
        total += weight
        sums.append(total)
    return sums


def _title(chance: random.Random) -> str:
    clauses = chance.choices(_clauses()[0], cum_weights=_cumulated(), k=chance.randint(1, 2))
    words = chance.sample(ENGLISH, chance.randint(1, 4))
    return " ".join([*clauses, *words, f"{chance.getrandbits(16):x}"])


def _searched(title: str, author: str, labels: list[str], number: int) -> tuple[str, str]:
    """As reviews.search.columns_of, word by word from a cache, for tokens never cross a space."""
    from ledger.bigrams import fold
    from reviews.search import LABEL, NUMBERED

    text = fold(f"{title} {author}")
    tokens = [_exact(LABEL, label) for label in labels] + [_exact(NUMBERED, str(number))]
    for word in text.split():
        tokens += _tokens(word)
    return text, " ".join(dict.fromkeys(tokens))


@functools.lru_cache(100_000)
def _tokens(word: str) -> list[str]:
    from ledger.bigrams import tokens_of

    return tokens_of(word)


@functools.lru_cache(100_000)
def _exact(kind: str, value: str) -> str:
    from ledger.bigrams import exact_token

    return exact_token(kind, value)


# ── questions ─────────────────────────────────────────────────────────────────────────────────
def questions(chance: random.Random, count: int) -> list[str]:
    """Words that people might look for: two characters of any title, one, English, numbers, nothing."""
    clauses = _clauses()[0]
    asked = []
    for _ in range(count):
        clause = chance.choice(clauses)
        start = chance.randrange(len(clause) - 1)
        kinds = [
            clause[start : start + 2],
            clause[start : start + 2],
            clause[-4:],
            clause[start],
            chance.choice(ENGLISH),
            f"{chance.choice(VERBS)} {chance.choice(ENGLISH)}",
            str(chance.randrange(1, 200_000)),
            chance.choice(["不存", "zzzz", "%_"]),
        ]
        asked.append(chance.choice(kinds))
    return asked


def period(dated: str) -> dict[str, str]:
    """A year in the middle: many rows before and after it."""
    asked = {"since": "2022-11-01", "until": "2023-10-31"}
    return asked | ({"dated": dated} if dated else {})


def mark_of_last_page() -> str:
    return _mark("updated_at", 50)


def mark_in_the_middle() -> str:
    from reviews.models import PullRequest

    return _mark("updated_at", PullRequest.objects.count() // 3)


@functools.cache
def _mark_in(_database: str, key: str, offset: int) -> str:
    from members.paging import mark_of
    from reviews.models import PullRequest

    rows = PullRequest.objects.filter(repository__sig__slug=SIG).order_by(key, "pk")
    value, pk = rows.values_list(key, "pk")[offset]
    return mark_of(value, pk)


def _mark(key: str, offset: int) -> str:
    from django.db import connection

    return _mark_in(str(connection.settings_dict["NAME"]), key, offset)
