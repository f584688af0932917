"""One repository: what is mirrored of it, by which rule it is reviewed, and the form for its Maintainers."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Repository
from members.review_rule import RuleRefused, own_rule, rule_at, rules_of
from members.rules import acting_person

from ..models import RepositorySync
from ..repository_choices import (
    PRESETS,
    ChoiceRefused,
    Choices,
    Stale,
    changes_of,
    choices_of,
    choose,
)
from ..repository_form import RepositoryForm, changes, initial_of, rule_rows
from ..rules import can_configure


def repository_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    repository = get_object_or_404(
        Repository.objects.select_related("sig", "moved_to"), pk=pk, sig__slug=slug
    )
    if request.method == "POST":
        return _change(request, repository)
    preset = PRESETS.get(request.GET.get("preset", ""))
    current = choices_of(repository, timezone.now())
    initial = initial_of(current, preset.rule if preset else None)
    form = RepositoryForm(initial=initial, others=_others(repository))
    return _page(request, repository, form, current)


def _change(request: HttpRequest, repository: Repository) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    by = acting_person(request.user)
    if by is None or not can_configure(request.user, repository):
        raise PermissionDenied(_("只有本 SIG 的 Maintainer 可以更改仓库的设置。"))
    form = RepositoryForm(request.POST, others=_others(repository))
    if not form.is_valid():
        return _refused(request, repository, form, 400)
    try:
        done = choose(
            repository,
            form.choices(),
            revision=form.cleaned_data["revision"],
            by=by,
            at=timezone.now(),
        )
    except Stale as stale:
        return _refused(request, repository, _again(request, form, stale), 409)
    except (ChoiceRefused, RuleRefused) as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return _refused(request, repository, form, 400)
    if done:
        messages.success(request, _("已保存 %(path)s 的设置。") % {"path": repository.path})
    else:
        messages.info(request, _("没有改动，未写入任何内容。"))
    return redirect("reviews:repository-edit", repository.sig.slug, repository.pk)


def _again(request: HttpRequest, form: RepositoryForm, stale: Stale) -> RepositoryForm:
    """What was typed stays, with the revision of now: sending it once more is a decision."""
    data = request.POST.copy()
    data["revision"] = stale.current.revision
    again = RepositoryForm(data, others=form.others)
    again.add_error(
        None,
        _("您打开本页之后，设置已被他人更改，所以没有保存。请对照下面的历史，确认后再次保存。"),
    )
    return again


def _others(repository: Repository) -> list[Repository]:
    return list(Repository.objects.filter(sig=repository.sig_id).exclude(pk=repository.pk))


def _refused(
    request: HttpRequest, repository: Repository, form: RepositoryForm, status: int
) -> HttpResponse:
    """The page once more, with what was typed and what is wrong with it."""
    return _page(request, repository, form, choices_of(repository, timezone.now()), status)


def _page(
    request: HttpRequest,
    repository: Repository,
    form: RepositoryForm,
    current: Choices,
    status: int = 200,
) -> HttpResponse:
    rules = rules_of([repository])[repository.pk]
    in_force = rule_at(rules, timezone.now()) or own_rule(repository)
    context = {
        "sig": repository.sig,
        "tab": "reviews",
        "repository": repository,
        "form": form,
        "may_change": can_configure(request.user, repository),
        "choices": current,
        "details": RepositorySync.Details(current.settings.details).label,
        "presets": PRESETS,
        "rules": rule_rows(rules, in_force),
        "changes": changes(changes_of(repository)),
    }
    return render(request, "reviews/repository_edit.html", context, status=status)
