"""Addresses of the public record."""

from django.urls import path
from django.views.decorators.http import require_safe

from . import views
from .decision_feed import DecisionFeed

app_name = "ledger"
urlpatterns = [
    path("ledger.jsonl", views.jsonl, name="jsonl"),
    path("decisions/", views.decisions, name="decisions"),
    path("decisions.csv", views.decisions_csv, name="decisions-csv"),
    path("decisions/feed.atom", require_safe(DecisionFeed()), name="decisions-feed"),
    path("decisions/<int:number>/", views.decision, name="decision"),
]
