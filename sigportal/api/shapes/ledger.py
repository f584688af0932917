"""Entries of the append-only record, and the decisions among them by their number in the register."""

from typing import Any, cast

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from pydantic import BaseModel, Field

from ledger.actions import sentence, url_of
from ledger.models import Entry, RegisterRow
from ledger.reading import as_dict

from ..choices import Group
from ..fields import Instant


class EntryShape(BaseModel):
    """One entry, its eight fields exactly as they were hashed; docs/ledger.md says how to check them."""

    seq: int = Field(examples=[17])
    at: str = Field(examples=["2026-03-02T04:00:00.000000Z"])
    actor: str = Field(examples=["person:lin-bert"])
    action: str = Field(examples=["resolution.adopted"])
    subject: str = Field(examples=["resolution:3"])
    data: Any
    prev_hash: str
    hash: str


class DecisionShape(BaseModel):
    """A deciding entry of the record under its number in the register."""

    number: int = Field(description="In the register: 1, 2, 3, … without a gap.", examples=[5])
    seq: int = Field(description="Number of the entry in `/ledger`.", examples=[17])
    at: Instant
    group: Group
    sig: str = Field(description="Slug; empty where no SIG is named.")
    actor: str = Field(examples=["person:lin-bert"])
    action: str = Field(examples=["resolution.adopted"])
    subject: str = Field(examples=["resolution:3"])
    sentence: str = Field(description="In Chinese.")
    sentence_en: str
    supersedes: int | None = Field(description="Number of the decision it took the place of.")
    superseded_by: int | None
    hash: str
    url: str = Field(description="Its own page, which stays.")
    subject_url: str = Field(description="Page of what it is about; empty where there is none.")


def entry_shape(entry: Entry) -> EntryShape:
    return EntryShape(**as_dict(entry))


def decision_shape(row: RegisterRow) -> DecisionShape:
    """Select `entry`."""
    entry = row.entry
    address = url_of(entry)
    return DecisionShape(
        number=row.number,
        seq=entry.seq,
        at=row.at,
        group=cast(Group, row.group),
        sig=row.sig,
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        sentence=_in("zh-hans", entry),
        sentence_en=_in("en", entry),
        supersedes=row.supersedes,
        superseded_by=row.superseded_by,
        hash=entry.hash,
        url=settings.SITE_URL + reverse("ledger:decision", args=[row.number]),
        subject_url=settings.SITE_URL + address if address else "",
    )


def _in(language: str, entry: Entry) -> str:
    with translation.override(language):
        return sentence(entry)
