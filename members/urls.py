"""Addresses of the members' room."""

from django.urls import path

from .views import charter, notices, person, promotion, promotion_read, roster
from .views import path as my_path

app_name = "members"
urlpatterns = [
    path("sigs/<slug:slug>/members/", roster.roster, name="roster"),
    path("sigs/<slug:slug>/charter/", charter.charter_list, name="charter-list"),
    path("sigs/<slug:slug>/charter/<str:page>/", charter.charter_detail, name="charter-detail"),
    path("sigs/<slug:slug>/drift/", charter.drift, name="drift"),
    path("people/me/notices/", notices.own, name="notices"),
    path("people/me/notices/address/", notices.address_ask, name="notices-address-ask"),
    path(
        "people/me/notices/address/forget/", notices.address_forget, name="notices-address-forget"
    ),
    path("people/me/notices/address/<str:token>/", notices.address_confirm, name="notices-address"),
    path("notices/", notices.outbox, name="outbox"),
    path("notices/retry/", notices.outbox_retry_failed, name="outbox-retry-failed"),
    path("notices/<int:pk>/retry/", notices.outbox_retry, name="outbox-retry"),
    path("notices/unsubscribe/<str:token>/", notices.unsubscribe, name="notices-unsubscribe"),
    path("people/<str:login>/", person.person_detail, name="person-detail"),
    path("sigs/<slug:slug>/my-path/", my_path.my_path, name="my-path"),
    path("sigs/<slug:slug>/promotions/", promotion_read.promotion_list, name="promotion-list"),
    path("sigs/<slug:slug>/promotions/new/", promotion.promotion_create, name="promotion-create"),
    path(
        "sigs/<slug:slug>/promotions/<int:pk>/",
        promotion_read.promotion_detail,
        name="promotion-detail",
    ),
    path(
        "sigs/<slug:slug>/promotions/<int:pk>/vote/",
        promotion.promotion_vote,
        name="promotion-vote",
    ),
    path(
        "sigs/<slug:slug>/promotions/<int:pk>/remind/",
        notices.remind,
        name="promotion-remind",
    ),
    # action is a name in members.promotion.TRANSITIONS: accept, decline, withdraw, open, close, effect
    path(
        "sigs/<slug:slug>/promotions/<int:pk>/<slug:action>/",
        promotion.promotion_act,
        name="promotion-act",
    ),
]
