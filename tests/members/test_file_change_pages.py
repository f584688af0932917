"""What a Maintainer, a stranger and the candidate see and may do about the files of a decision."""

import re
import subprocess

import pytest
from django.urls import reverse

from members import file_change
from members.models import FileChange, Sig
from tests.members import charter_texts
from tests.members.cast import user_of
from tests.members.charter_cast import AT, COMMUNITY, FOLDER, TEXTS, approved, charter_cast, host

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return charter_cast()


@pytest.fixture
def promotion(cast):
    promotion = approved(cast)
    file_change.make(promotion_id=promotion.pk, at=AT)
    return promotion


@pytest.fixture
def _may_write(settings):
    entry = {**settings.CODE_HOSTS["gitee"], "write_token": "writes"}
    settings.CODE_HOSTS = {**settings.CODE_HOSTS, "gitee": entry}


def url(name, promotion, *more):
    return reverse(f"members:promotion-{name}", args=[promotion.sig.slug, promotion.pk, *more])


def page(client, promotion, person=None):
    if person is not None:
        client.force_login(user_of(person))
    return client.get(url("files", promotion))


def change(promotion, name):
    return next(row for row in promotion.file_changes.all() if row.path.endswith(name))


# ── the page ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.usefixtures("_may_write")
def test_maintainer_sees_patches_and_what_the_button_does(client, cast, promotion):
    text = page(client, promotion, cast.maintainers[0]).content.decode()
    assert "+* Candidate @candidate (制图)" in text
    assert f"以门户的账号向 {COMMUNITY} 提交一个拉取请求" in text
    assert "重新生成补丁" in text


@pytest.mark.parametrize("who", ["stranger", "candidate", "committer", None])
@pytest.mark.usefixtures("_may_write")
def test_anybody_sees_what_must_change_but_no_button_and_no_address(client, cast, promotion, who):
    shown = page(client, promotion, getattr(cast, who) if who else None)
    text = shown.content.decode()
    assert "+* Candidate @candidate (制图)" in text
    assert "提交拉取请求" not in text.replace("提交拉取请求的", "")
    assert "@example.com" not in text
    assert "（邮箱）" in text


def test_page_says_why_there_is_no_button(client, cast, promotion):
    text = page(client, promotion, cast.maintainers[0]).content.decode()
    assert "门户没有可以写入代码平台的令牌" in text
    Sig.objects.update(charter_repository="")
    text = page(client, promotion, cast.maintainers[0]).content.decode()
    assert "还不知道 README 和 sig-info.yaml 在哪个仓库" in text


def test_page_before_the_decision_says_what_will_come(client, cast):
    assert "提名通过之后" in page(client, cast.promotion("voting")).content.decode()


def test_page_without_files_says_what_to_do(client, cast):
    cast.sig.charter_sources.all().delete()
    assert "import_charter" in page(client, approved(cast)).content.decode()


def test_promotion_page_tells_how_far_the_files_are(client, promotion):
    text = client.get(promotion.get_absolute_url()).content.decode()
    assert "写入社区文件" in text
    assert f"{FOLDER}/README.md" in text


def test_page_asks_as_much_for_one_file_as_for_three(client, promotion, django_assert_num_queries):
    # promotion, changes, and the home of the SIG is with it
    with django_assert_num_queries(2):
        client.get(url("files", promotion))
    promotion.file_changes.exclude(path="OWNERS").delete()
    with django_assert_num_queries(2):
        client.get(url("files", promotion))


def test_page_answers_in_english_too(client, promotion):
    assert client.get("/en" + url("files", promotion)).status_code == 200


# ── the patch ──────────────────────────────────────────────────────────────────────────────────
def test_patch_of_the_community_applies_with_git(client, cast, promotion, tmp_path):
    client.force_login(user_of(cast.maintainers[0]))
    answer = client.get(url("patch", promotion, change(promotion, "README.md").pk))
    assert answer["Content-Disposition"].startswith("attachment")
    for path, text in TEXTS.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=answer.content, check=True)
    assert "@candidate" in (tmp_path / FOLDER / "README.md").read_text()
    assert "gitee_id: candidate" in (tmp_path / FOLDER / "sig-info.yaml").read_text()


def test_patch_with_addresses_is_for_maintainers(client, cast, promotion):
    community, owners = change(promotion, "README.md"), change(promotion, "OWNERS")
    assert client.get(url("patch", promotion, community.pk)).status_code == 403
    assert client.get(url("patch", promotion, owners.pk)).status_code == 200
    client.force_login(user_of(cast.stranger))
    assert client.get(url("patch", promotion, community.pk)).status_code == 403


def test_patch_of_another_promotion_is_not_found(client, cast, promotion):
    other = cast.promotion("approved", role="maintainer")
    assert client.get(url("patch", other, change(promotion, "OWNERS").pk)).status_code == 404


# ── the buttons ────────────────────────────────────────────────────────────────────────────────
def post(client, name, promotion, *more):
    return client.post(url(name, promotion, *more))


def test_button_asks_for_the_pull_request(client, cast, promotion):
    client.force_login(user_of(cast.maintainers[0]))
    post(client, "files-propose", promotion, 0)
    asked = FileChange.objects.exclude(asked_at=None)
    assert {row.path for row in asked} == set(TEXTS)
    assert {row.asked_by for row in asked} == {cast.maintainers[0]}
    assert "正在提交拉取请求" in page(client, promotion).content.decode()


@pytest.mark.parametrize("repository", [10**20, 2**31 - 1])
def test_button_for_a_repository_that_is_none_is_not_found(client, cast, promotion, repository):
    client.force_login(user_of(cast.maintainers[0]))
    assert post(client, "files-propose", promotion, repository).status_code == 404


@pytest.mark.parametrize("name", ["files-make", "files-propose"])
@pytest.mark.parametrize("who", ["stranger", "candidate", "committer", "nominator"])
def test_nobody_but_a_maintainer_may_press_them(client, cast, promotion, name, who):
    client.force_login(user_of(getattr(cast, who)))
    more = [0] if name == "files-propose" else []
    assert post(client, name, promotion, *more).status_code == 403
    assert not FileChange.objects.exclude(asked_at=None).exists()


def test_maintainer_it_is_about_may_not_press_them(client, cast):
    about = approved(cast, person=cast.maintainers[0], role="maintainer", kind="remove")
    client.force_login(user_of(cast.maintainers[0]))
    assert post(client, "files-make", about).status_code == 403


def test_buttons_are_pressed_not_followed(client, cast, promotion):
    client.force_login(user_of(cast.maintainers[0]))
    assert client.get(url("files-make", promotion)).status_code == 405


def test_made_again_from_the_code_host(client, gitee_server, cast, promotion):
    host(gitee_server)
    newer = charter_texts.OWNERS.replace("- guest\n", "")
    gitee_server.state.repo("stars/map").files["OWNERS"] = newer.encode()
    from sigportal.celery import app

    app.conf.task_always_eager = True
    try:
        client.force_login(user_of(cast.maintainers[0]))
        post(client, "files-make", promotion)
    finally:
        app.conf.task_always_eager = False
    assert not re.search(r"^ - guest", change(promotion, "OWNERS").patch, re.MULTILINE)
