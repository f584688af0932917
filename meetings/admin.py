"""The administrator's view of series and meetings. Minutes and ledger are not edited here."""

from django import forms
from django.contrib import admin

from . import recurrence
from .models import ActionItem, Meeting, MinutesRevision, Series


class SeriesForm(forms.ModelForm):
    """Refuses a rule that no meeting can follow."""

    class Meta:
        model = Series
        fields = [
            "sig",
            "name",
            "rrule",
            "starts_on",
            "start_time",
            "duration_min",
            "time_zone",
            "venue_url",
            "is_active",
        ]

    def clean_rrule(self) -> str:
        text = str(self.cleaned_data["rrule"])
        try:
            recurrence.check(text)
        except recurrence.BadRule as error:
            raise forms.ValidationError(str(error)) from error
        return text


@admin.register(Series)
class SeriesAdmin(admin.ModelAdmin):
    form = SeriesForm
    list_display = ("name", "sig", "rrule", "start_time", "time_zone", "is_active")
    list_filter = ("sig", "is_active")


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


@admin.register(MinutesRevision, ActionItem)
class ReadOnlyAdmin(admin.ModelAdmin):
    """To look at, never to change: both have their own history."""

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False
