"""The mirror in the admin, to look at only: the code host is the one who changes it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .models import Comment, Issue, PullRequest, RepositorySync


class ReadOnlyAdmin(admin.ModelAdmin):
    show_full_result_count = False
    list_select_related = ("repository",)

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
