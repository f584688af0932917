"""A Maintainer meets one human twice and makes it one; every page on the way is accessible and fits."""

import itertools
import re

import pytest

from ledger.models import Entry
from members.models import Account, Contribution, Person
from sigportal.sample import cast
from tests.browser import axe
from tests.factories import AccountFactory, ContributionFactory, RoleTermFactory

pytestmark = pytest.mark.django_db
LOOKS = list(itertools.product(["", "/en"], ["light", "dark"], [390, 1280]))


@pytest.fixture
def double(sample) -> Person:
    """Somebody of the SIG again, by the name that commits bear."""
    shadow = AccountFactory(host=Account.GIT, login="lan xi", person__name="lan xi").person
    ContributionFactory.create_batch(3, person=shadow, sig=sample)
    member = AccountFactory(login="Lan-Xi", person__name="示例·蓝溪").person
    RoleTermFactory(person=member, sig=sample, role="contributor")
    return shadow


def look(page, address: str, prefix: str, scheme: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme)
    assert page.goto(prefix + address).status == 200
    assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    axe(page)


def test_maintainer_merges_a_double(page, sample, sign_in, double):
    page.goto("/")
    sign_in(page, cast.MAINTAINER)
    doubles = f"/sigs/{sample.slug}/doubles/"
    page.goto(doubles)
    page.get_by_text("提交记录中的署名 lan xi 与").wait_for()
    page.get_by_role("link", name="预览：把 lan xi 并入 示例·蓝溪").click()
    preview = re.sub(r"^https?://[^/]+", "", page.url)
    own = "/people/Lan-Xi/identity/"
    detach = f"{own}detach/{Account.objects.get(login='Lan-Xi').pk}/"
    for address in (doubles, preview, own, detach):
        for look_of in LOOKS:
            look(page, address, *look_of)
    page.goto(preview)
    page.get_by_label("依据").fill("提交的邮箱与账号一致，本人在例会上确认。")
    page.get_by_role("button", name="把 lan xi 并入 示例·蓝溪").click()
    page.get_by_text("已合并").wait_for()
    assert page.locator("h1").inner_text() == "示例·蓝溪"
    assert page.url.endswith("/people/Lan-Xi/")
    assert Contribution.objects.filter(person__accounts__login="Lan-Xi").count() == 3
    assert Entry.objects.filter(action="person.merged").count() == 1
    for look_of in LOOKS:
        look(page, "/people/Lan-Xi/", *look_of)
    page.goto(f"/people/person-{double.pk}/")
    assert page.url.endswith("/people/Lan-Xi/")
