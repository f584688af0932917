"""What all requests with one token know together, in a process and between processes."""

import threading

import pytest
from django.test import override_settings

from gitee import errors
from gitee.allowance import Allowance, allowance_for
from gitee.pacing import Budget


def test_allowance_is_one_for_each_host_token_and_clock():
    clock = object()
    one = allowance_for("https://h", "t", clock)
    assert allowance_for("https://h", " t\n", clock) is one
    others = [("https://i", "t", clock), ("https://h", "u", clock), ("https://h", "t", object())]
    assert all(allowance_for(*other) is not one for other in others)


def test_allowance_forgets_old_tokens_and_never_names_one():
    first = allowance_for("https://h", "s3cret", "first")
    for count in range(64):
        allowance_for("https://h", f"token-{count}", "other")
    assert allowance_for("https://h", "s3cret", "first") is not first
    assert "s3cret" not in first.name


@pytest.mark.parametrize(
    ("told", "remaining"),
    [
        ([(9, 100), (7, 100), (8, 100)], 7),
        ([(2, 100), (60, 200)], 60),
        ([(2, None), (60, None)], 2),
    ],
)
def test_learn_takes_the_lowest_figure_of_one_window(told, remaining):
    allowance = Allowance("a")
    for left, reset_at in told:
        allowance.learn(Budget(60, left, reset_at))
    allowance.learn(None)
    assert allowance.budget.remaining == remaining


def test_wait_takes_requests_under_way_as_spent():
    allowance = Allowance("a")
    allowance.learn(Budget(60, 11, 150.0))
    assert allowance.wait_s(reserve=10, now=100.0) == 0
    with allowance.slot(2, timeout_s=1, where=""):
        assert allowance.wait_s(reserve=10, now=100.0) == 50


def test_slot_refuses_more_than_its_limit_and_is_given_back():
    allowance = Allowance("a")
    with (
        allowance.slot(1, timeout_s=0, where=""),
        pytest.raises(errors.Unavailable, match="no connection"),
        allowance.slot(1, timeout_s=0, where="GET /x"),
    ):
        raise AssertionError("one too many")
    with allowance.slot(1, timeout_s=0, where=""):
        pass


def test_slot_is_waited_for():
    allowance = Allowance("a")
    done = threading.Event()

    def second():
        with allowance.slot(1, timeout_s=30, where=""):
            done.set()

    with allowance.slot(1, timeout_s=0, where=""):
        thread = threading.Thread(target=second)
        thread.start()
        assert not done.is_set()
    thread.join()
    assert done.is_set()


# ── between processes ──────────────────────────────────────────────────────────────────────────
class Shelf:
    """A cache that counts, in the place of one that processes share."""

    def __init__(self, error=None):
        self.kept, self.looks, self.error = {}, 0, error

    def set(self, name, value, timeout):
        self.kept[name] = value

    def get(self, name):
        self.looks += 1
        if self.error:
            raise self.error
        return self.kept.get(name)


@pytest.fixture
def shelf(monkeypatch):
    shelf = Shelf()
    monkeypatch.setattr("gitee.allowance.cache", shelf)
    backend = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache"}}
    with override_settings(CACHES=backend):
        yield shelf


def test_hold_reaches_another_process(shelf):
    one, other = Allowance("same"), Allowance("same")
    one.tell_others(130.0, now=100.0)
    assert other.wait_s(reserve=0, now=100.0) == 30
    assert Allowance("different").wait_s(reserve=0, now=100.0) == 0


def test_shared_cache_is_looked_into_now_and_then_only(shelf):
    allowance = Allowance("same")
    for now in (100.0, 100.5, 101.9, 102.1):
        allowance.wait_s(reserve=0, now=now)
    assert shelf.looks == 2


def test_shared_cache_that_is_down_changes_nothing(shelf, caplog):
    shelf.error = ConnectionError("gone")
    assert Allowance("same").wait_s(reserve=0, now=100.0) == 0
    assert "does not answer" in caplog.text


def test_cache_in_the_database_is_never_asked(monkeypatch):
    monkeypatch.setattr("gitee.allowance.cache", Shelf(AssertionError("asked")))
    backend = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache"}}
    with override_settings(CACHES=backend):
        Allowance("same").tell_others(130.0, now=100.0)
        assert Allowance("same").wait_s(reserve=0, now=100.0) == 0
