"""Who reads, in which time zone: what they chose is kept with the person, else in a cookie."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import time_zone
from members.models import Person

COOKIE_AGE = dt.timedelta(days=365)
LONGEST_QUERY = 60


@dataclass(frozen=True)
class Reader:
    """`choice`: a key of the zone database, time_zone.SAME, or empty while nothing was chosen."""

    choice: str = ""

    @property
    def zone(self) -> ZoneInfo | None:
        """In which times stand beside the SIG's; None: in no other."""
        return time_zone.zone_of(self.choice)


def reader_of(cookies: Mapping[str, str], person: Person | None) -> Reader:
    """What a person chose goes before what this browser was told. Anything else is no choice."""
    chosen = (person.time_zone if person else "") or cookies.get(settings.TIME_ZONE_COOKIE_NAME, "")
    return Reader(chosen if time_zone.is_choice(chosen) else "")


def remember(response: HttpResponse, choice: str, person: Person | None) -> None:
    """Keep a valid choice: with the person who is signed in, else in a cookie of this browser."""
    name = settings.TIME_ZONE_COOKIE_NAME
    if person is not None:
        Person.objects.filter(pk=person.pk).update(time_zone=choice)
        response.delete_cookie(name, samesite="Lax")
        return
    response.set_cookie(
        name,
        choice,
        max_age=COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


# ── the page to choose on ─────────────────────────────────────────────────────────────────────
class ZoneForm(forms.Form):
    """One zone out of those listed, by region; a valid key that is not listed is taken all the same."""

    zone = forms.CharField(
        label=gettext_lazy("时区"),
        widget=forms.Select,
        max_length=64,
        error_messages={"required": gettext_lazy("请选择一个时区。")},
    )
    groups: list[tuple[str, list[time_zone.Offered]]]

    @classmethod
    def listing(
        cls, data: QueryDict | None, asked: str, chosen: str, at: dt.datetime
    ) -> "ZoneForm":
        form = cls(data, initial={"zone": chosen if chosen != time_zone.SAME else ""})
        form.groups = time_zone.offered(at, asked, kept="" if asked else chosen)
        form.fields["zone"].widget.choices = form._choices()
        return form

    @property
    def found(self) -> int:
        return sum(len(zones) for _region, zones in self.groups)

    def clean_zone(self) -> str:
        choice = str(self.cleaned_data["zone"])
        if not time_zone.is_choice(choice):
            raise forms.ValidationError(_("没有这个时区，请从列表中选择。"))
        return choice

    def _choices(self) -> list[tuple[str, object]]:
        listed = [
            (region, [(one.key, _label(one)) for one in zones]) for region, zones in self.groups
        ]
        return [("", _("请选择")), *listed]


def _label(one: time_zone.Offered) -> str:
    """UTC+01:00 柏林 · 中欧标准时间 (Europe/Berlin)."""
    name = f" · {one.name}" if one.name not in (one.offset, one.city) else ""
    return f"{one.offset} {one.city}{name} ({one.key})"


def asked_of(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:LONGEST_QUERY]


def way_back(request: HttpRequest) -> str:
    """The page one came from, ours only; the portal's home else."""
    asked = request.POST.get("next", request.GET.get("next", ""))
    hosts = {request.get_host()}
    if url_has_allowed_host_and_scheme(asked, hosts, require_https=request.is_secure()):
        return asked
    return reverse("home")


def words_of(choice: str) -> str:
    """What is told once the choice was kept."""
    if choice == time_zone.SAME:
        return _("时间只按 SIG 的时区显示。")
    return _("SIG 的时间旁边会写出 %(zone)s 的时间。") % {"zone": time_zone.city_of(choice)}
