"""The admin shows the mirror and changes nothing."""

import pytest
from django.contrib import admin
from django.urls import reverse

from reviews.models import Comment, Issue, PullRequest, RepositorySync, Resolution, Rfc
from tests.factories import (
    CommentFactory,
    IssueFactory,
    PullRequestFactory,
    ResolutionFactory,
    RfcFactory,
)


@pytest.mark.parametrize("model", [PullRequest, Issue, Comment, RepositorySync, Resolution, Rfc])
def test_admin_is_read_only(admin_client, rf, model):
    pull = PullRequestFactory()
    rows = {
        PullRequest: pull,
        Issue: IssueFactory(),
        Comment: CommentFactory(on=pull),
        RepositorySync: RepositorySync.objects.create(repository=pull.repository),
        Resolution: ResolutionFactory(on=pull),
        Rfc: RfcFactory(),
    }
    name = model._meta.model_name
    assert admin_client.get(reverse(f"admin:reviews_{name}_changelist")).status_code == 200
    change = reverse(f"admin:reviews_{name}_change", args=[rows[model].pk])
    assert admin_client.get(change).status_code == 200
    assert admin_client.post(change, {}).status_code == 403
    assert admin_client.get(reverse(f"admin:reviews_{name}_add")).status_code == 403
    assert not admin.site._registry[model].has_delete_permission(rf.get("/"))
