"""Addresses of the reviews' room."""

from django.urls import path

from .feeds import RecordFeed
from .resolution_feeds import ResolutionFeed, RfcFeed
from .views import issue, record, resolution, rfc, sync

app_name = "reviews"
RECORD = "reviews/<str:owner>/<str:name>/<int:number>"
urlpatterns = [
    path("sigs/<slug:slug>/reviews/", record.record_list, name="record-list"),
    path("sigs/<slug:slug>/reviews/feed.atom", RecordFeed(), name="record-feed"),
    path("sigs/<slug:slug>/reviews/records.csv", record.record_csv, name="record-csv"),
    path(f"{RECORD}/", record.record_detail, name="record-detail"),
    path(f"{RECORD}.json", record.record_json, name="record-json"),
    path("sigs/<slug:slug>/issues/", issue.issue_list, name="issue-list"),
    path("issues/<str:owner>/<str:name>/<str:number>/", issue.issue_detail, name="issue-detail"),
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
    path("sync/", sync.sync_status, name="sync"),
    path("sync/<int:pk>/request/", sync.sync_request, name="sync-request"),
]
