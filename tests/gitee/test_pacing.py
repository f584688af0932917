import pytest

from gitee.pacing import Budget, backoff_s, read_budget, read_retry_after, whole_number

NOW = 1_800_000_000.0  # Fri, 15 Jan 2027 08:00:00 GMT


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("Fri, 15 Jan 2027 08:00:30 GMT", 30.0),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 0.0),
        ("soon", None),
        ("-3", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_both_forms(value, seconds):
    assert read_retry_after(value, now=NOW) == seconds


@pytest.mark.parametrize("prefix", ["X-RateLimit-", "RateLimit-"])
def test_budget_is_read_from_either_spelling(prefix):
    headers = {prefix + "Limit": "60", prefix + "Remaining": "3", prefix + "Reset": "1800000050"}
    assert read_budget(headers) == Budget(60, 3, 1_800_000_050.0)


def test_budget_is_none_without_headers():
    assert read_budget({"X-RateLimit-Limit": "60"}) is None


@pytest.mark.parametrize(
    ("remaining", "reset_at", "wait_s"),
    [
        (11, NOW + 50, 0.0),
        (10, NOW + 50, 50.0),
        (0, NOW + 50, 50.0),
        (0, NOW - 1, 0.0),
        (0, None, 0.0),
    ],
)
def test_budget_waits_only_at_the_reserve_and_before_the_reset(remaining, reset_at, wait_s):
    assert Budget(60, remaining, reset_at).wait_s(reserve=10, now=NOW) == wait_s


def test_backoff_doubles_up_to_its_cap_and_jitters_fully():
    assert [backoff_s(n, fraction=1.0) for n in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert backoff_s(3, fraction=0.0) == 0.0
    assert backoff_s(100_000, fraction=0.5) == 15.0


@pytest.mark.parametrize("text", ["", "x", "1.5", "٣", "9" * 20, None])
def test_whole_number_refuses_anything_else(text):
    assert whole_number(text) is None
