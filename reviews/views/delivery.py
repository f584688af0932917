"""Webhook deliveries for those who keep the mirror going: what came, what became of it, and once more."""

import datetime as dt

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from members.paging import asked_page
from members.rules import acting_person

from ..models import WebhookDelivery
from ..rules import Sight, sight_of_deliveries
from ..webhook.delivery import replay
from ..webhook.page import DeliveryFilter, Shown


@never_cache
@login_required
def delivery_list(request: HttpRequest) -> HttpResponse:
    sight = _sight(request, timezone.now())
    form = DeliveryFilter(request.GET, repositories=list(sight.repositories))
    wanted = form.apply(sight.deliveries).select_related("repository__sig").defer("body")
    page = asked_page(request.GET, wanted, key="received_at")
    context = {"form": form, "page": page, "rows": [Shown(row) for row in page.rows]}
    return render(request, "reviews/delivery_list.html", context)


@never_cache
@login_required
def delivery_detail(request: HttpRequest, pk: int) -> HttpResponse:
    context = {"shown": Shown(_find(_sight(request, timezone.now()), pk))}
    return render(request, "reviews/delivery_detail.html", context)


@require_POST
@login_required
def delivery_replay(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    delivery = _find(_sight(request, at), pk)
    if replay(delivery, by=acting_person(request.user), at=at):
        messages.success(request, _("已重新排队，稍后会再处理一次。"))
    else:
        messages.info(request, _("这条通知已在等待处理。"))
    return redirect(delivery)


def _sight(request: HttpRequest, at: dt.datetime) -> Sight:
    sight = sight_of_deliveries(request.user, at)
    if not sight:
        raise PermissionDenied(_("只有管理员与 SIG 的 Maintainer 可以查看 Webhook 通知。"))
    return sight


def _find(sight: Sight, pk: int) -> WebhookDelivery:
    """One that may be seen; a Maintainer learns nothing of other SIGs' deliveries."""
    return get_object_or_404(sight.deliveries.select_related("repository__sig"), pk=pk)
