"""Addresses of the reviews' room."""

from django.urls import path

from members import path_text  # noqa: F401 (makes <text:…> known)

from .exceptions_feed import ExceptionsFeed
from .feeds import IssueFeed, RecordFeed
from .resolution_feeds import ResolutionFeed, RfcFeed
from .views import delivery, issue, pulse, record, record_list, repository, resolution, rfc, sync

app_name = "reviews"
RECORD = "reviews/<text:owner>/<text:name>/<int:number>"
urlpatterns = [
    path("sigs/<slug:slug>/reviews/", record_list.record_list, name="record-list"),
    path("sigs/<slug:slug>/reviews/feed.atom", RecordFeed(), name="record-feed"),
    path("sigs/<slug:slug>/reviews/records.csv", record_list.record_csv, name="record-csv"),
    path("sigs/<slug:slug>/reviews/pulse/", pulse.pulse, name="pulse"),
    path("sigs/<slug:slug>/reviews/pulse/<slug:table>.csv", pulse.pulse_csv, name="pulse-csv"),
    path("sigs/<slug:slug>/reviews/exceptions/", pulse.exceptions, name="exceptions"),
    path("sigs/<slug:slug>/reviews/exceptions/feed.atom", ExceptionsFeed(), name="exceptions-feed"),
    path("sigs/<slug:slug>/reviews/exceptions.csv", pulse.exceptions_csv, name="exceptions-csv"),
    path(f"{RECORD}/", record.record_detail, name="record-detail"),
    path(f"{RECORD}.json", record.record_json, name="record-json"),
    path("sigs/<slug:slug>/issues/", issue.issue_list, name="issue-list"),
    path("sigs/<slug:slug>/issues/feed.atom", IssueFeed(), name="issue-feed"),
    path("sigs/<slug:slug>/issues/issues.csv", issue.issue_csv, name="issue-csv"),
    path("issues/<text:owner>/<text:name>/<text:number>/", issue.issue_detail, name="issue-detail"),
    path("sigs/<slug:slug>/resolutions/", resolution.resolution_list, name="resolution-list"),
    path("sigs/<slug:slug>/resolutions/feed.atom", ResolutionFeed(), name="resolution-feed"),
    path(
        "sigs/<slug:slug>/resolutions/resolutions.csv",
        resolution.resolution_csv,
        name="resolution-csv",
    ),
    path(
        "sigs/<slug:slug>/resolutions/new/", resolution.resolution_create, name="resolution-create"
    ),
    path(
        "sigs/<slug:slug>/resolutions/<int:number>/",
        resolution.resolution_detail,
        name="resolution-detail",
    ),
    path("sigs/<slug:slug>/rfcs/", rfc.rfc_list, name="rfc-list"),
    path("sigs/<slug:slug>/rfcs/feed.atom", RfcFeed(), name="rfc-feed"),
    path("sigs/<slug:slug>/rfcs/<int:pk>/supersede/", rfc.rfc_supersede, name="rfc-supersede"),
    path("sigs/<slug:slug>/rfcs/<int:pk>/<slug:action>/", rfc.rfc_move, name="rfc-move"),
    path(
        "sigs/<slug:slug>/repositories/<int:pk>/",
        repository.repository_edit,
        name="repository-edit",
    ),
    path("sync/", sync.sync_status, name="sync"),
    path("sync/<int:pk>/request/", sync.sync_request, name="sync-request"),
    path("sync/deliveries/", delivery.delivery_list, name="delivery-list"),
    path("sync/deliveries/<int:pk>/", delivery.delivery_detail, name="delivery-detail"),
    path("sync/deliveries/<int:pk>/replay/", delivery.delivery_replay, name="delivery-replay"),
]
