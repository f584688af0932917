"""Pages that draw on every room: the portal's and a SIG's home, and the page of all components."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.models import Sig
from members.rules import acting_person
from sigportal import home, reader, search, waiting
from sigportal import styleguide as guide


def portal_home(request: HttpRequest) -> HttpResponse:
    """The one SIG's home where there is one, a directory where there are several."""
    sigs = home.directory(timezone.now())
    if len(sigs) == 1:
        return _sig_home(request, sigs[0])
    return render(request, "home.html", {"sigs": sigs})


def sig_home(request: HttpRequest, slug: str) -> HttpResponse:
    return _sig_home(request, get_object_or_404(Sig, slug=slug))


def _sig_home(request: HttpRequest, sig: Sig) -> HttpResponse:
    found = home.home_of(sig, acting_person(request.user), timezone.now())
    return render(request, "sig_home.html", {"sig": sig, "tab": "home", "home": found})


@never_cache
@login_required
@require_safe
def waiting_for_me(request: HttpRequest) -> HttpResponse:
    """What waits for whoever is signed in, over all SIGs."""
    person = acting_person(request.user)
    if person is None:
        messages.info(request, _("您的登录没有对应的成员，因此没有待处理的事。"))
        return redirect("home")
    context = {"kinds": waiting.waiting_of(person, timezone.now())}
    return render(request, "waiting.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def choose_time_zone(request: HttpRequest) -> HttpResponse:
    """In which zone times stand beside the SIG's; POST keeps the choice and leads back."""
    person = acting_person(request.user)
    chosen = reader.reader_of(request.COOKIES, person).choice
    data = request.POST if request.method == "POST" else None
    form = reader.ZoneForm.listing(data, reader.asked_of(request), chosen, timezone.now())
    if not form.is_valid():
        context = {
            "form": form,
            "asked": reader.asked_of(request),
            "back": reader.way_back(request),
        }
        return render(request, "time_zone.html", context)
    response = redirect(reader.way_back(request))
    reader.remember(response, form.cleaned_data["zone"], person)
    messages.success(request, reader.words_of(form.cleaned_data["zone"]))
    return response


def search_all(request: HttpRequest) -> HttpResponse:
    """What all rooms know of the words somebody looks for."""
    form = search.Question(request.GET)
    kind = request.GET.get("kind", "")
    context = {
        "form": form,
        "question": form.text if form.is_asked else "",
        "kind": kind if kind in search.ALONE else "",
        "sections": search.answers(form.text, kind),
    }
    return render(request, "search.html", context)


def styleguide(request: HttpRequest) -> HttpResponse:
    if not guide.is_shown():
        raise Http404
    return render(request, "styleguide/styleguide.html", guide.context())
