"""The mirror and the decisions in the admin, to look at only: neither is changed here."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from .models import Comment, Issue, PullRequest, RepositorySync, Resolution, Rfc


class ReadOnlyAdmin(admin.ModelAdmin):
    show_full_result_count = False
    list_select_related: ClassVar[tuple[str, ...]] = ("repository",)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(PullRequest)
class PullRequestAdmin(ReadOnlyAdmin):
    list_display = ("number", "title", "repository", "state", "author_login", "updated_at")
    list_filter = ("state", "repository")
    search_fields = ("=number", "title", "author_login")


@admin.register(Issue)
class IssueAdmin(ReadOnlyAdmin):
    list_display = ("number", "title", "repository", "state", "author_login", "updated_at")
    list_filter = ("state", "repository")
    search_fields = ("=number", "title", "author_login")


@admin.register(Comment)
class CommentAdmin(ReadOnlyAdmin):
    list_display = ("remote_id", "kind", "number", "repository", "author_login", "created_at")
    list_filter = ("kind", "repository")
    search_fields = ("=number", "author_login")


@admin.register(RepositorySync)
class RepositorySyncAdmin(ReadOnlyAdmin):
    list_display = ("repository", "result", "fault", "succeeded_at", "started_at", "lease_until")
    list_filter = ("result",)


@admin.register(Resolution)
class ResolutionAdmin(ReadOnlyAdmin):
    list_select_related = ("sig", "decided_by")
    list_display = ("number", "title", "sig", "outcome", "subject", "decided_by", "decided_at")
    list_filter = ("outcome", "sig")
    search_fields = ("=number", "title", "subject")


@admin.register(Rfc)
class RfcAdmin(ReadOnlyAdmin):
    list_select_related = ("issue",)
    list_display = ("issue", "state", "state_changed_at")
    list_filter = ("state",)
    search_fields = ("issue__number", "issue__title")
