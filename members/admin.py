"""The members' tables in the administration.

What has its own procedure and ledger entry (terms, promotions, ballots, policies) is shown only:
a change made here would be missing from the public record.
"""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from .models import (
    Account,
    Ballot,
    CharterPage,
    CharterSource,
    Contribution,
    DayOverride,
    Inquiry,
    Leave,
    Person,
    Policy,
    Promotion,
    Repository,
    RoleTerm,
    Sig,
)


class ReadOnly:
    """To look at, not to change."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class RepositoryInline(admin.TabularInline):
    model = Repository
    extra = 0


class AccountInline(admin.TabularInline):
    model = Account
    extra = 0


@admin.register(Sig)
class SigAdmin(admin.ModelAdmin):
    list_display = ["slug", "name", "name_en", "time_zone"]
    search_fields = ["slug", "name", "name_en"]
    inlines = [RepositoryInline]


@admin.register(Repository)
class RepositoryAdmin(admin.ModelAdmin):
    list_display = ["__str__", "sig", "lgtm_required", "approve_required"]
    list_select_related = ["sig"]
    search_fields = ["owner", "name"]


@admin.register(Person)
class PersonAdmin(admin.ModelAdmin):
    list_display = ["name", "organization", "user"]
    list_select_related = ["user"]
    search_fields = ["name", "accounts__login"]
    raw_id_fields = ["user"]
    inlines = [AccountInline]


@admin.register(CharterPage)
class CharterPageAdmin(admin.ModelAdmin):
    list_display = ["title", "sig", "language", "position"]
    list_filter = ["language"]
    list_select_related = ["sig"]


@admin.register(CharterSource)
class CharterSourceAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["path", "kind", "repository", "sig", "imported_at"]
    # Holds e-mail addresses.
    exclude = ["text"]
    list_select_related = ["sig"]


@admin.register(RoleTerm)
class RoleTermAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["person", "role", "duty", "sig", "started_on", "ended_on"]
    list_filter = ["role"]
    list_select_related = ["person", "sig"]
    search_fields = ["person__name"]


@admin.register(Contribution)
class ContributionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["title", "kind", "person", "at"]
    list_filter = ["kind"]
    list_select_related = ["person"]
    search_fields = ["=source"]
    show_full_result_count = False


@admin.register(Policy)
class PolicyAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["sig", "role", "version", "preset", "effective_from"]
    list_select_related = ["sig"]


@admin.register(Promotion)
class PromotionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["person", "kind", "role", "state", "sig", "nominated_at"]
    list_filter = ["state"]
    list_select_related = ["person", "sig"]


@admin.register(Ballot)
class BallotAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["promotion", "voter", "choice", "cast_at", "superseded_at"]
    list_select_related = ["promotion__person", "voter"]


@admin.register(DayOverride)
class DayOverrideAdmin(admin.ModelAdmin):
    list_display = ["day", "is_holiday", "name"]


@admin.register(Leave)
class LeaveAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["person", "sig", "started_on", "ended_on"]
    list_select_related = ["person", "sig"]


@admin.register(Inquiry)
class InquiryAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["person", "sig", "asked_at", "answer", "answered_at"]
    list_select_related = ["person", "sig"]
