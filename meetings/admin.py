"""The administrator's view of series and meetings. What the ledger records is not edited here."""

from django.contrib import admin

from .models import ActionItem, Meeting, MinutesComment, MinutesRevision, Series


@admin.register(Meeting)
class MeetingAdmin(admin.ModelAdmin):
    """Times and states change on the pages, where the ledger hears of it."""

    list_display = ("title", "sig", "starts_at", "state")
    list_filter = ("sig", "state")
    search_fields = ("title",)
    date_hierarchy = "starts_at"
    fields = ("sig", "title", "title_en", "starts_at", "ends_at", "venue_url", "state", "uid")
    readonly_fields = ("sig", "starts_at", "ends_at", "state", "uid")

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: Meeting | None = None) -> bool:
        return False


@admin.register(Series, MinutesRevision, MinutesComment, ActionItem)
class ReadOnlyAdmin(admin.ModelAdmin):
    """To look at, never to change: they change on the pages, where the ledger hears of it."""

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False
