"""Addresses of the members' room."""

from django.urls import path

from . import path_text  # noqa: F401 (makes <text:…> known)
from .promotion_export import PromotionFeed
from .views import (
    charter,
    file_change,
    identity,
    inactivity,
    leave,
    notices,
    person,
    policy,
    promotion,
    promotion_read,
    refresh,
    roster,
)
from .views import path as my_path

app_name = "members"
urlpatterns = [
    path("sigs/<slug:slug>/members/", roster.roster, name="roster"),
    path("sigs/<slug:slug>/members/former/", roster.former, name="roster-former"),
    path("sigs/<slug:slug>/leaves/", leave.leave_list, name="leave-list"),
    path("sigs/<slug:slug>/leaves/<int:pk>/end/", leave.leave_end, name="leave-end"),
    path("sigs/<slug:slug>/inactivity/", inactivity.inactivity, name="inactivity"),
    path("sigs/<slug:slug>/inactivity/ask/", inactivity.inquiry_create, name="inquiry-create"),
    path("sigs/<slug:slug>/inactivity/<int:pk>/", inactivity.inquiry_detail, name="inquiry-detail"),
    path("sigs/<slug:slug>/members/refresh/", refresh.role_refresh, name="role-refresh"),
    path("sigs/<slug:slug>/charter/", charter.charter_list, name="charter-list"),
    path("sigs/<slug:slug>/charter/<text:page>/", charter.charter_detail, name="charter-detail"),
    path("sigs/<slug:slug>/drift/", charter.drift, name="drift"),
    path("sigs/<slug:slug>/drift/<text:login>/", charter.drift_person, name="drift-person"),
    path(
        "sigs/<slug:slug>/drift/<text:login>/<int:number>.patch",
        charter.drift_patch,
        name="drift-patch",
    ),
    path("people/me/notices/", notices.own, name="notices"),
    path("people/me/notices/address/", notices.address_ask, name="notices-address-ask"),
    path(
        "people/me/notices/address/forget/", notices.address_forget, name="notices-address-forget"
    ),
    path(
        "people/me/notices/address/<text:token>/", notices.address_confirm, name="notices-address"
    ),
    path("notices/", notices.outbox, name="outbox"),
    path("notices/retry/", notices.outbox_retry_failed, name="outbox-retry-failed"),
    path("notices/<int:pk>/retry/", notices.outbox_retry, name="outbox-retry"),
    path("notices/unsubscribe/<text:token>/", notices.unsubscribe, name="notices-unsubscribe"),
    path("people/<text:login>/", person.person_detail, name="person-detail"),
    path("people/<text:login>/identity/", identity.person_identity, name="person-identity"),
    path("people/<text:login>/identity/add/", identity.account_add, name="account-add"),
    path(
        "people/<text:login>/identity/detach/<int:pk>/",
        identity.account_detach,
        name="account-detach",
    ),
    path("people/<text:login>/identity/merge/", identity.person_merge, name="person-merge"),
    path("people/<text:login>/identity/ask/", identity.merge_ask, name="merge-ask"),
    path("sigs/<slug:slug>/doubles/", identity.doubles, name="doubles"),
    path("sigs/<slug:slug>/doubles/apart/", identity.doubles_apart, name="doubles-apart"),
    path("people/<text:login>/path/<slug:slug>/", my_path.person_path, name="person-path"),
    path(
        "people/<text:login>/path/<slug:slug>/evidence/<slug:figure>/",
        my_path.person_evidence,
        name="person-evidence",
    ),
    path("sigs/<slug:slug>/my-path/", my_path.my_path, name="my-path"),
    path(
        "sigs/<slug:slug>/my-path/evidence/<slug:figure>/", my_path.my_evidence, name="my-evidence"
    ),
    path("sigs/<slug:slug>/promotions/", promotion_read.promotion_list, name="promotion-list"),
    path("sigs/<slug:slug>/promotions/feed.atom", PromotionFeed(), name="promotion-feed"),
    path(
        "sigs/<slug:slug>/promotions/promotions.csv",
        promotion_read.promotion_csv,
        name="promotion-csv",
    ),
    path("sigs/<slug:slug>/promotions/new/", promotion.promotion_create, name="promotion-create"),
    path(
        "sigs/<slug:slug>/promotions/<int:pk>/",
        promotion_read.promotion_detail,
        name="promotion-detail",
    ),
    path(
        "sigs/<slug:slug>/promotions/<int:pk>/evidence/<slug:figure>/",
        promotion_read.promotion_evidence,
        name="promotion-evidence",
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
    path(
        "sigs/<slug:slug>/promotions/<int:pk>/say/", promotion.promotion_say, name="promotion-say"
    ),
    path(
        "sigs/<slug:slug>/promotions/<int:pk>/statements/<int:statement>/retract/",
        promotion.promotion_retract,
        name="promotion-retract",
    ),
    path(
        "sigs/<slug:slug>/promotions/<int:pk>/files/",
        file_change.promotion_files,
        name="promotion-files",
    ),
    path(
        "sigs/<slug:slug>/promotions/<int:pk>/files/make/",
        file_change.promotion_files_make,
        name="promotion-files-make",
    ),
    path(
        "sigs/<slug:slug>/promotions/<int:pk>/files/propose/<int:repository>/",
        file_change.promotion_files_propose,
        name="promotion-files-propose",
    ),
    path(
        "sigs/<slug:slug>/promotions/<int:pk>/files/<int:change>.patch",
        file_change.promotion_patch,
        name="promotion-patch",
    ),
    # action is a name in members.transitions.TRANSITIONS that has a button: accept, open, recuse, …
    path(
        "sigs/<slug:slug>/promotions/<int:pk>/<slug:action>/",
        promotion.promotion_act,
        name="promotion-act",
    ),
    path("sigs/<slug:slug>/policies/", policy.policy_list, name="policy-list"),
    path("sigs/<slug:slug>/policies/<slug:role>/", policy.policy_history, name="policy-history"),
    path(
        "sigs/<slug:slug>/policies/<slug:role>/<int:version>/",
        policy.policy_detail,
        name="policy-detail",
    ),
    path("sigs/<slug:slug>/policies/<slug:role>/edit/", policy.policy_edit, name="policy-edit"),
    path(
        "sigs/<slug:slug>/policies/<slug:role>/qualifying/",
        policy.policy_qualifying,
        name="policy-qualifying",
    ),
]
