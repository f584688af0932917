"""The review record as a program reads it: the same facts as the page, schema in docs/reviews.md."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from .models import PullRequest, Resolution
from .record import Event, Record
from .verdict import Given, Verdict

SCHEMA = 1


def as_json(record: Record, resolutions: Iterable[Resolution]) -> dict[str, Any]:
    """The record; times ISO 8601 in UTC, durations in whole seconds. Keys are only ever added."""
    pull = record.pull
    return {
        "schema": SCHEMA,
        "repository": pull.repository.path,
        "host": pull.repository.host,
        "number": pull.number,
        "title": pull.title,
        "state": pull.state,
        "draft": pull.is_draft,
        "author": pull.author_login,
        "labels": pull.labels,
        "milestone": pull.milestone,
        "base": pull.base_ref,
        "head": pull.head_ref,
        "head_sha": pull.head_sha,
        "created_at": pull.created_at,
        "updated_at": pull.updated_at,
        "merged_at": pull.merged_at,
        "merged_by": pull.merged_by_login or None,
        "merge_sha": pull.merge_sha or None,
        "closed_at": pull.closed_at,
        "first_review_at": record.first_review_at,
        "first_review_s": _seconds(record.first_review_after),
        "merge_s": _seconds(record.merged_after),
        "verdict": _verdict(record.verdict),
        "timeline": [_event(event) for event in record.events],
        "timeline_later": _part_url(pull, record.later),
        "issues": [
            {"repository": one.path, "number": one.number, "url": _issue_url(one.issue)}
            for one in record.issues
        ],
        "resolutions": [
            {
                "number": one.number,
                "title": one.title,
                "outcome": one.outcome,
                "decided_at": one.decided_at,
                "url": settings.SITE_URL + one.get_absolute_url(),
            }
            for one in resolutions
        ],
        "url": settings.SITE_URL + pull.get_absolute_url(),
        "original": pull.html_url,
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    rule, rights = verdict.rule, verdict.rights
    return {
        "conclusion": verdict.conclusion,
        "met": verdict.met,
        "lgtm_required": rule.lgtm,
        "approve_required": rule.approve,
        "rule": {
            "lgtm": rule.lgtm,
            "approve": rule.approve,
            "required_labels": rule.required_labels,
            "blocking_labels": rule.blocking_labels,
            "since": rule.since,
        },
        "labels_missing": verdict.labels_missing,
        "labels_blocking": verdict.labels_blocking,
        "labels_known": verdict.are_labels_known,
        "comments_known": verdict.is_complete,
        "rights": {
            "owners": [version._asdict() for version in rights.owners],
            "roster": rights.by_roster,
        },
        "lgtm": [_word(given) for given in verdict.lgtm],
        "approve": [_word(given) for given in verdict.approve],
    }


def _word(given: Given) -> dict[str, Any]:
    return {
        "login": given.login,
        "at": given.at,
        "cancel": given.is_cancel,
        "counts": given.counts,
        "reason": given.reason,
        "uncertain": given.is_uncertain,
        "witnessed": given.is_witnessed,
        "note": f"note-{given.key}" if given.key else None,
    }


def _event(event: Event) -> dict[str, Any]:
    data: dict[str, Any] = {"kind": event.kind, "at": event.at, "login": event.login or None}
    if event.comment is not None:
        comment = event.comment
        data |= {
            "note": f"note-{comment.pk}",
            "body": comment.body,
            "path": comment.path or None,
            "edited": event.is_edited,
            "original": comment.html_url or None,
        }
    if event.push is not None:
        data |= {"sha": event.push.sha, "not_before": event.push.not_before}
    if event.text:
        data["text"] = event.text
    return data


def _seconds(duration: Any) -> int | None:
    return None if duration is None else int(duration.total_seconds())


def _part_url(pull: PullRequest, part: int | None) -> str | None:
    if part is None:
        return None
    return f"{settings.SITE_URL}{pull.get_absolute_url().rstrip('/')}.json?part={part}"


def _issue_url(issue: Any) -> str | None:
    return settings.SITE_URL + issue.get_absolute_url() if issue else None
