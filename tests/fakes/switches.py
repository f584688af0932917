"""What sources disagree on about Gitee: each a switch, so that both ways can be tried."""

from dataclasses import dataclass


@dataclass
class Switches:
    """Defaults are the likelier way. All can be changed while the server runs."""

    anonymous_reads: bool = True
    # `since` on pull request lists is in the description of 2026, not in that of 5.3.2.
    since_on_pulls: bool = True
    count_headers: bool = True
    link_header: bool = True
    # The capital `Total_page` has been seen.
    capital_headers: bool = False
    # A server that overlooks `page` answers page 1 for ever; one that overlooks `per_page` gives 20.
    page_ignored: bool = False
    per_page_ignored: bool = False
    gzip: bool = True
    # Requests in a window, None for no limit; the answer when exhausted is 403 or 429.
    rate_limit: int | None = None
    anonymous_rate_limit: int | None = None
    rate_window_s: int = 3600
    rate_status: int = 403
    rate_headers: bool = True
    rate_retry_after: bool = False
    # Rows of 2020 lack these.
    comment_type_field: bool = True
    draft_field: bool = True
    reviewer_flags: bool = True
    head_repo_null: bool = False
    # Whether a new comment, or a label, moves `updated_at` of its pull request or issue.
    comment_touches_parent: bool = True
    label_touches_parent: bool = False
    refresh_rotates: bool = True

    def shape(self) -> tuple[bool, ...]:
        """The switches that change how a row is written: part of the key of every cached row."""
        return (
            self.comment_type_field,
            self.draft_field,
            self.reviewer_flags,
            self.head_repo_null,
        )
