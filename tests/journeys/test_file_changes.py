"""A Maintainer brings a decision into the community's files; a visitor reads along, on a phone too."""

import pytest

from members import file_change
from members.file_change_tasks import follow_file_changes, sweep_file_changes
from sigportal.sample import cast as sample_cast
from tests.browser import axe
from tests.members.cast import user_of
from tests.members.charter_cast import AT, COMMUNITY, accept, approved, charter_cast, host

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def promotion(live_server, gitee_server, settings):
    host(gitee_server)
    entry = {**settings.CODE_HOSTS["gitee"], "write_token": "writes"}
    settings.CODE_HOSTS = {**settings.CODE_HOSTS, "gitee": entry}
    cast = charter_cast()
    user = user_of(cast.maintainers[0])
    user.set_password(sample_cast.PASSWORD)
    user.save()
    promotion = approved(cast)
    file_change.make(promotion_id=promotion.pk, at=AT)
    return promotion


def test_maintainer_proposes_the_change_and_sees_it_merged(page, sign_in, gitee_server, promotion):
    page.goto(promotion.get_absolute_url())
    sign_in(page, user_of(promotion.sig.role_terms.filter(role="maintainer")[0].person).username)
    page.goto(promotion.get_absolute_url())
    page.get_by_role("link", name="查看补丁，提交改动").click()
    section = page.locator("section", has=page.get_by_role("heading", name=COMMUNITY))
    assert "+* Candidate @candidate (制图)" in section.inner_text()
    section.get_by_role("button", name="提交拉取请求").click()
    page.get_by_text("即将提交拉取请求").wait_for()
    assert sweep_file_changes() == 1
    page.reload()
    link = section.get_by_role("link", name="!1")
    assert link.get_attribute("href").endswith(f"/{COMMUNITY}/pulls/1")
    axe(page)
    accept(gitee_server, COMMUNITY, 1)
    follow_file_changes()
    page.reload()
    assert section.get_by_text("已合入").count() == 2


@pytest.mark.parametrize("width", [390, 1280])
def test_pages_of_files_and_drift_are_accessible_and_fit(page, promotion, width):
    page.set_viewport_size({"width": width, "height": 844})
    home = f"/sigs/{promotion.sig.slug}"
    for address in (
        f"{home}/promotions/{promotion.pk}/files/",
        f"{home}/promotions/{promotion.pk}/",
        f"{home}/drift/",
        f"{home}/drift/moyan/",
        f"/en{home}/drift/",
    ):
        assert page.goto(address).status == 200
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        axe(page)
