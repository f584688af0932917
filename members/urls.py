"""Addresses of the members' room."""

from django.urls import path

from .views import charter, person, promotion, promotion_read, roster
from .views import path as my_path

app_name = "members"
urlpatterns = [
    path("sigs/<slug:slug>/members/", roster.roster, name="roster"),
    path("sigs/<slug:slug>/charter/", charter.charter_list, name="charter-list"),
    path("sigs/<slug:slug>/charter/<str:page>/", charter.charter_detail, name="charter-detail"),
    path("sigs/<slug:slug>/drift/", charter.drift, name="drift"),
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
    # action is a name in members.promotion.TRANSITIONS: accept, decline, withdraw, open, close, effect
    path(
        "sigs/<slug:slug>/promotions/<int:pk>/<slug:action>/",
        promotion.promotion_act,
        name="promotion-act",
    ),
]
