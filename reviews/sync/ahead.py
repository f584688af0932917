"""Several pages of one list under way at a time, handed on in order: waiting is most of what a sync does."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

Answer = TypeVar("Answer")


def in_order(
    ask: Callable[[int], Answer], *, first: int, last: Callable[[], int], width: int
) -> Iterator[tuple[int, Answer]]:
    """`(number, ask(number))` from `first` to `last()`, at most `width` questions sent ahead.

    `last` is asked again and again, for answers handed on may show that the list goes on. The first
    error is raised in its place; questions not yet sent are dropped then, and those under way are
    waited for, so that nothing runs on behind the caller's back.
    """
    waiting: deque[tuple[int, Future[Answer]]] = deque()
    number = first
    pool = ThreadPoolExecutor(max_workers=width, thread_name_prefix="pages")
    try:
        while True:
            while len(waiting) < width and number <= last():
                # In the caller's context, so that log lines bear the number of what asked for it.
                waiting.append((number, pool.submit(copy_context().run, ask, number)))
                number += 1
            if not waiting:
                return
            done, future = waiting.popleft()
            yield done, future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
