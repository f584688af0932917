"""Where a program begins."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router
from pydantic import BaseModel, Field

router = Router(tags=["index"])


class IndexShape(BaseModel):
    """Addresses of the lists that stand by themselves; the others hang on what these list."""

    version: str = Field(examples=["1"])
    openapi: str = Field(description="The OpenAPI document.")
    documentation: str = Field(description="The page for people.")
    sigs: str
    people: str
    decisions: str
    ledger: str
    sync: str


@router.get("/", response=IndexShape, summary="What there is")
def index(request: HttpRequest) -> Any:
    root = f"{settings.SITE_URL}/api/v1"
    lists = {name: f"{root}/{name}" for name in ("sigs", "people", "decisions", "ledger", "sync")}
    return IndexShape(
        version="1",
        openapi=f"{root}/openapi.json",
        documentation=f"{settings.SITE_URL}/api/",
        **lists,
    )
