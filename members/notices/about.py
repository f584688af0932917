"""What a notice keeps of its subject: names, roles, instants as ISO text, the path of the page."""

import datetime as dt
from typing import Any

from django.utils import translation

from ..models import Promotion, Sig


def about_sig(sig: Sig) -> dict[str, Any]:
    return {"sig": sig.name, "sig_en": sig.name_en, "zone": sig.time_zone}


def about_promotion(promotion: Promotion, **more: Any) -> dict[str, Any]:
    """Everything the kinds `promotion.*` need; `more` adds `by` (a name) where a kind asks for it."""
    # Paths are kept without a language; the reader's own is put before them when sending.
    with translation.override("zh-hans"):
        path = promotion.get_absolute_url()
    return {
        **about_sig(promotion.sig),
        "promotion": promotion.pk,
        "proposal": str(promotion.kind),
        "name": promotion.person.name,
        "role": str(promotion.role),
        "state": str(promotion.state),
        "answer_due_at": _text(promotion.answer_due_at),
        "closes_at": _text(promotion.voting_closes_at),
        "effective_on": _text(promotion.effective_on),
        "path": path,
        **more,
    }


def _text(value: dt.date | None) -> str:
    """ISO text of a day or an instant (in UTC), empty without one."""
    if isinstance(value, dt.datetime):
        value = value.astimezone(dt.UTC)
    return value.isoformat() if value else ""
