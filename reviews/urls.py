"""Addresses of the reviews' room."""

from django.urls import path

from .feeds import RecordFeed
from .views import issue, record, sync

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
    path("sync/", sync.sync_status, name="sync"),
    path("sync/<int:pk>/request/", sync.sync_request, name="sync-request"),
]
