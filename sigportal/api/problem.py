"""Whatever cannot be answered is said as application/problem+json (RFC 9457), in English, never as a page."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from ninja.errors import ValidationError
from pydantic import BaseModel, Field

MEDIA_TYPE = "application/problem+json"
NOTHING_HERE = (
    "There is nothing at this address. /api/v1/ lists what there is; addresses end without a slash."
)
SAID = {
    400: "The request cannot be understood.",
    404: NOTHING_HERE,
    405: "Everything here is read only: use GET, HEAD or OPTIONS.",
    503: "The portal cannot answer just now; try again later.",
}
FAULT = "Something went wrong in the portal. It has been noted; try again later."


class Fault(BaseModel):
    """One parameter that cannot be used, and why."""

    parameter: str = Field(description="Name of the parameter.", examples=["limit"])
    detail: str = Field(examples=["Input should be less than or equal to 100"])


class Problem(BaseModel):
    """RFC 9457. `errors` is there when parameters are at fault, one entry each."""

    type: str = Field(default="about:blank", examples=["about:blank"])
    title: str = Field(examples=["Unprocessable Entity"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["limit: Input should be less than or equal to 100"])
    errors: list[Fault] | None = None


class BadParameter(Exception):
    """What is asked for cannot be asked: each parameter with the reason."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in faults.items()))
        self.faults = faults


def refuse_invalid(form: Form) -> None:
    """The filter of a page as it checks itself. Raises BadParameter."""
    with translation.override("en"):
        if not form.is_valid():
            raise BadParameter(
                {name: " ".join(map(str, errors)) for name, errors in form.errors.items()}
            )


def response(status: int, detail: str = "", faults: Sequence[Fault] = ()) -> HttpResponse:
    """The problem as a response; without a detail, what there is to say of the status."""
    problem = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail or SAID.get(status, FAULT if status >= 500 else HTTPStatus(status).phrase),
        errors=list(faults) or None,
    )
    said = JsonResponse(
        problem.model_dump(exclude_none=True),
        status=status,
        content_type=MEDIA_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )
    said.headers["Cache-Control"] = "no-store"
    return said


# ── handlers ──────────────────────────────────────────────────────────────────────────────────
def on_bad_parameter(request: HttpRequest, error: Any) -> HttpResponse:
    faults = [Fault(parameter=name, detail=text) for name, text in error.faults.items()]
    return response(422, str(error), faults)


def on_invalid(request: HttpRequest, error: Any) -> HttpResponse:
    """What the types of a question refuse; the last part of a place is the parameter's name."""
    assert isinstance(error, ValidationError)  # noqa: S101 (narrows the type for ninja's signature)
    found: dict[str, str] = {}
    for one in error.errors:
        found.setdefault(_name_of(one["loc"]), str(one["msg"]).removeprefix("Value error, "))
    return on_bad_parameter(request, BadParameter(found))


def on_missing(request: HttpRequest, error: Any) -> HttpResponse:
    return response(404, str(error.args[0]) if error.args else "")


def _name_of(place: Sequence[Any]) -> str:
    """`("query", "asked", "limit")` is `limit`."""
    return next((str(part) for part in reversed(place) if isinstance(part, str)), "")
