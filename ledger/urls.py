"""Addresses of the public record."""

from django.urls import path

from . import views

app_name = "ledger"
urlpatterns = [
    path("ledger.jsonl", views.jsonl, name="jsonl"),
    path("decisions/", views.decisions, name="decisions"),
]
