from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

CALLBACK = "https://portal.example/accounts/gitee/login/callback/"
AGENT = {"User-Agent": "test"}
INVALID = "授权方式无效，或者登录回调地址无效、过期或已被撤销"


@pytest.fixture
def app(server):
    server.state.add_user("ann", "安", uid=11, email="ann@example.com")
    return server.oauth.register("client", "s3cret", CALLBACK)


def authorize(server, **changes):
    params = {
        "client_id": "client",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "user_info emails",
        "state": "xyz",
        "login": "ann",
    }
    params = {name: value for name, value in {**params, **changes}.items() if value is not None}
    url = f"{server.url}/oauth/authorize"
    return requests.get(url, params=params, allow_redirects=False, timeout=5)


def code_of(answer):
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


def redeem(server, code, headers=AGENT, **changes):
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": "client",
        "client_secret": "s3cret",
        "redirect_uri": CALLBACK,
    }
    url = f"{server.url}/oauth/token"
    return requests.post(url, data={**form, **changes}, headers=headers, timeout=5)


def refresh(server, token):
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return requests.post(f"{server.url}/oauth/token", data=form, headers=AGENT, timeout=5)


def api(server, path, token):
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{server.url}/api/v5{path}", headers=headers, timeout=5)


@pytest.mark.usefixtures("app")
def test_whole_way_from_consent_to_profile(server):
    answer = authorize(server)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(CALLBACK + "?code=")
    assert parse_qs(urlsplit(answer.headers["location"]).query)["state"] == ["xyz"]
    grant = redeem(server, code_of(answer)).json()
    assert (len(grant["access_token"]), len(grant["refresh_token"])) == (32, 64)
    assert (grant["token_type"], grant["expires_in"]) == ("bearer", 86400)
    profile = api(server, "/user", grant["access_token"]).json()
    assert (profile["id"], profile["login"], profile["email"]) == (11, "ann", None)
    (email,) = api(server, "/emails", grant["access_token"]).json()
    assert (email["email"], email["state"]) == ("ann@example.com", "confirmed")
    assert "primary" in email["scope"]


@pytest.mark.usefixtures("app")
def test_consent_page_lists_the_people(server):
    server.state.add_user("<b>", "x")
    page = authorize(server, login=None)
    assert page.status_code == 200
    assert "login=ann" in page.text
    assert "<b>" not in page.text


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"client_id": "other"}, 400),
        ({"redirect_uri": "https://evil.example/"}, 400),
        ({"redirect_uri": "javascript:alert(1)"}, 400),
        ({"redirect_uri": None}, 400),
        ({"response_type": "token"}, 400),
        ({"login": "nobody"}, 404),
    ],
)
def test_bad_consent_goes_nowhere(server, changes, status):
    answer = authorize(server, **changes)
    assert answer.status_code == status
    assert "location" not in answer.headers


@pytest.mark.usefixtures("app")
def test_code_works_once(server):
    code = code_of(authorize(server))
    assert redeem(server, code).status_code == 200
    again = redeem(server, code)
    assert again.status_code == 401
    assert again.json() == {"error": "invalid_grant", "error_description": INVALID}


@pytest.mark.usefixtures("app")
def test_wrong_callback_spends_the_code(server):
    code = code_of(authorize(server))
    assert redeem(server, code, redirect_uri=CALLBACK + "x").json()["error"] == "invalid_grant"
    assert redeem(server, code).status_code == 401


@pytest.mark.usefixtures("app")
def test_wrong_secret_is_refused(server):
    answer = redeem(server, code_of(authorize(server)), client_secret="guess")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.usefixtures("app")
def test_code_goes_stale(server):
    code = code_of(authorize(server))
    clock = server.state.clock
    server.state.clock = lambda: clock() + timedelta(minutes=11)
    assert redeem(server, code).status_code == 401


@pytest.mark.usefixtures("app")
def test_token_endpoint_wants_a_user_agent(server):
    assert redeem(server, "x", headers={"User-Agent": ""}).status_code == 403


def test_unknown_grant_type_is_refused(server):
    answer = redeem(server, "x", grant_type="password")
    assert (answer.status_code, answer.json()["error"]) == (401, "unsupported_grant_type")


@pytest.mark.usefixtures("app")
def test_refresh_rotates(server):
    first = redeem(server, code_of(authorize(server))).json()
    second = refresh(server, first["refresh_token"]).json()
    assert second["access_token"] != first["access_token"]
    assert refresh(server, first["refresh_token"]).status_code == 401
    server.switches.refresh_rotates = False
    assert refresh(server, second["refresh_token"]).status_code == 200
    assert refresh(server, second["refresh_token"]).status_code == 200


@pytest.mark.usefixtures("app")
def test_access_token_lasts_a_day(server):
    token = redeem(server, code_of(authorize(server))).json()["access_token"]
    clock = server.state.clock
    server.state.clock = lambda: clock() + timedelta(hours=25)
    answer = api(server, "/user", token)
    assert (answer.status_code, answer.json()["message"]) == (
        401,
        "401 Unauthorized: Access token is expired",
    )


@pytest.mark.usefixtures("app")
def test_emails_need_their_scope(server):
    token = redeem(server, code_of(authorize(server, scope="user_info"))).json()["access_token"]
    assert api(server, "/emails", token).status_code == 403
    assert api(server, "/user", token).status_code == 200


def test_profile_needs_a_token(server):
    for path in ("/user", "/emails"):
        assert requests.get(f"{server.url}/api/v5{path}", timeout=5).status_code == 401
