"""SIGs, their repositories, and the state of the mirror."""

from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Query, Router

from members.models import Repository, Sig
from reviews.status import listed_repositories, statuses

from ..finding import only
from ..paging import Asked, Listed, list_of
from ..shapes.sigs import (
    RepositoryShape,
    SigShape,
    SyncShape,
    repository_shape,
    sig_shape,
    sync_shape,
)

router = Router(tags=["sigs"])
Slug = Annotated[
    str,
    Path(description="Slug of the SIG.", examples=["transformers"], pattern="^[-a-zA-Z0-9_]+$"),
]
PLACE = "/repositories/{host}/{text:owner}/{text:name}"
Host = Annotated[
    str, Path(description="Code host.", examples=["gitee"], pattern="^[-a-zA-Z0-9_]+$")
]
Owner = Annotated[str, Path(examples=["mindspore"], pattern="^[^/\\u0000]+$")]
Name = Annotated[str, Path(examples=["mindformers"], pattern="^[^/\\u0000]+$")]


def sig_of(slug: str) -> Sig:
    return only(Sig.objects.filter(slug=slug), f"No SIG is called {slug} here.")


def repository_of(host: str, owner: str, name: str) -> Repository:
    """By its path on its host, whatever the case."""
    rows = _repositories().filter(host=host, owner__iexact=owner, name__iexact=name)
    return only(rows, f"No repository {host}:{owner}/{name} belongs to a SIG here.")


def _repositories() -> QuerySet[Repository]:
    return Repository.objects.select_related("sig", "moved_to")


@router.get("/sigs", response=Listed[SigShape], summary="All SIGs")
def sig_list(request: HttpRequest, response: HttpResponse, asked: Query[Asked]) -> Any:
    rows = Sig.objects.all()
    return list_of(request, response, asked, rows, sig_shape, name="sigs", key="id")


@router.get("/sigs/{slug:slug}", response=SigShape, summary="One SIG")
def sig_detail(request: HttpRequest, slug: Slug) -> Any:
    return sig_shape(sig_of(slug))


@router.get(
    "/sigs/{slug:slug}/repositories",
    response=Listed[RepositoryShape],
    summary="Repositories of a SIG",
)
def repository_list(
    request: HttpRequest, response: HttpResponse, slug: Slug, asked: Query[Asked]
) -> Any:
    rows = _repositories().filter(sig=sig_of(slug))
    return list_of(request, response, asked, rows, repository_shape, name="repositories", key="id")


@router.get(PLACE, response=RepositoryShape, summary="One repository")
def repository_detail(request: HttpRequest, host: Host, owner: Owner, name: Name) -> Any:
    return repository_shape(repository_of(host, owner, name))


@router.get("/sync", response=Listed[SyncShape], tags=["sync"], summary="How fresh the mirror is")
def sync_list(request: HttpRequest, response: HttpResponse) -> Any:
    """All repositories on one page, as on the page `/sync/`."""
    repositories = list(listed_repositories())
    rows = statuses(repositories, requestable=set(), at=timezone.now())
    return {"items": [sync_shape(row) for row in rows], "next": None, "previous": None}
