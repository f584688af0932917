"""Figures without a cache that answers: reckoned each time, never a fault of the page."""

import pytest
from redis.exceptions import ConnectionError as RedisGone

from reviews import pulse_cache


class Away:
    def get(self, key):
        raise RedisGone("refused")

    def set(self, key, value, timeout):
        raise RedisGone("refused")


def test_figures_are_reckoned_while_the_cache_is_away(monkeypatch):
    monkeypatch.setattr(pulse_cache, "cache", Away())
    monkeypatch.setattr(pulse_cache, "_key", lambda scope: "pulse:x")
    monkeypatch.setattr(pulse_cache, "_reckoned", lambda scope: "figures")
    assert pulse_cache.figures_of(None) == "figures"


def test_other_faults_of_a_cache_are_not_hidden(monkeypatch):
    broken = Away()
    broken.get = lambda key: 1 / 0
    monkeypatch.setattr(pulse_cache, "cache", broken)
    monkeypatch.setattr(pulse_cache, "_key", lambda scope: "pulse:x")
    with pytest.raises(ZeroDivisionError):
        pulse_cache.figures_of(None)
