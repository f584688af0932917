"""One transaction at a time writes a repository's mirrored rows: syncs, webhooks and sweeps may overlap.

Each of them writes many rows at once, in an order of its own; without a turn they would deadlock.
"""

from members.models import Repository


def take_turn(repository: Repository) -> None:
    """Wait for the others' transactions and hold the turn until ours ends. Call it before any write.

    The lock is weak: rows that only refer to the repository (a delivery just received) need not wait.
    SQLite has one writer anyway.
    """
    rows = Repository.objects.select_for_update(no_key=True).filter(pk=repository.pk)
    rows.values_list("pk", flat=True).first()
