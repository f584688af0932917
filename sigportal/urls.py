"""Every address of the portal. English pages stand below /en/, Chinese ones have no prefix."""

from allauth.account.decorators import secure_admin_login
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from reviews.views import webhook

from . import health, metrics, views
from .api.page import guide
from .api.v1 import api

# One way in, with its limits: the admin's own form has none.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
urlpatterns: list[URLPattern | URLResolver] = i18n_patterns(
    path("", views.portal_home, name="home"),
    path("sigs/<slug:slug>/", views.sig_home, name="sig-home"),
    path("people/me/", views.waiting_for_me, name="waiting"),
    path("", include("members.urls")),
    path("", include("reviews.urls")),
    path("", include("meetings.urls")),
    path("", include("ledger.urls")),
    path("time-zone/", views.choose_time_zone, name="time-zone"),
    path("search/", views.search_all, name="search"),
    path("api/", guide, name="api"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    prefix_default_language=False,
)
# For machines: one address, no language.
urlpatterns += [
    path("webhooks/gitee/", webhook.gitee, name="webhook-gitee"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("api/v1/", api.urls),
]
handler400 = "sigportal.errors.bad_request"
handler404 = "sigportal.errors.not_found"
handler500 = "sigportal.errors.server_error"
