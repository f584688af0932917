"""What sources disagree on about Gitee: each a switch, so that both ways can be tried."""

from dataclasses import dataclass


@dataclass
class Switches:
    """Defaults are the likelier way. All can be changed while the server runs."""

    anonymous_reads: bool = True
    # `since` on pull request lists is in the description of 2026, not in that of 5.3.2.
    since_on_pulls: bool = True
    since_on_issues: bool = True
    since_on_comments: bool = True
    # A server that overlooks these answers newest created first, or in the order it would by default.
    sort_ignored: bool = False
    direction_ignored: bool = False
    count_headers: bool = True
    link_header: bool = True
    # The capital `Total_page` has been seen.
    capital_headers: bool = False
    # A proxy that dislikes underscores makes them `Total-Count`, which nobody documents.
    dashed_headers: bool = False
    # Whether `total_count` also counts private issues that the caller is not shown.
    counts_private: bool = False
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
    # Whether a new comment, a label, a push, an edit moves `updated_at` of its pull request or issue.
    comment_touches_parent: bool = True
    label_touches_parent: bool = False
    push_touches_parent: bool = True
    edit_touches_comment: bool = True
    edit_touches_parent: bool = False
    # Private issues: what the single one answers to strangers, whether every token counts as a
    # member, and whether the repository-wide list keeps what is said on them to itself.
    private_status: int = 404
    private_for_tokens: bool = True
    private_comments_hidden: bool = True
    # The old address of a moved repository: 301 to the new one, or 404.
    moved_status: int = 301
    names_case_sensitive: bool = False
    # Operate logs call a label's change `add_label`; in 2020 they called it `set_assignee`.
    label_logs_typed: bool = True
    log_change_fields: bool = False
    collaborators_need_token: bool = True
    # Events go by `limit` and `prev_id`, in the description of 5.3.2 by page.
    events_paged: bool = False
    # `ETag` on answers, and 304 for `If-None-Match`.
    etags: bool = False
    refresh_rotates: bool = True
    # How the head of a pull request from a fork is written: "namespace/repo:branch" or "login:branch".
    head_form_new: bool = True

    def shape(self) -> tuple[bool, ...]:
        """The switches that change how a row is written: part of the key of every cached row."""
        return (
            self.comment_type_field,
            self.draft_field,
            self.reviewer_flags,
            self.head_repo_null,
        )
