"""Sign-in as Gitee does it: consent page, single-use codes, tokens of a day that rotate."""

import html
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from tests.fakes.pages import document, missing
from tests.fakes.records import User
from tests.fakes.state import Grant, State
from tests.fakes.wire import Reply, Request, redirect, reply_html, reply_json

CODE_LIFE = timedelta(minutes=10)
TOKEN_LIFE_S = 86400
INVALID_GRANT = "授权方式无效，或者登录回调地址无效、过期或已被撤销"


@dataclass
class App:
    """A registered application; without callback addresses any is accepted."""

    client_id: str
    client_secret: str
    callbacks: tuple[str, ...] = ()


@dataclass
class Code:
    client_id: str
    redirect_uri: str
    login: str
    scope: str
    expires_at: datetime


class Office:
    """/oauth/authorize and /oauth/token. Until an application is registered, any pair is accepted."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.apps: dict[str, App] = {}
        self._codes: dict[str, Code] = {}
        self._refreshes: dict[str, Grant] = {}

    def register(self, client_id: str, client_secret: str, *callbacks: str) -> App:
        app = App(client_id, client_secret, callbacks)
        self.apps[client_id] = app
        return app

    def handle(self, request: Request) -> Reply:
        with self.state.lock:
            if (request.method, request.path) == ("GET", "/oauth/authorize"):
                return self._authorize(request)
            if (request.method, request.path) == ("POST", "/oauth/token"):
                return self._token(request)
        return missing()

    # ── the browser's side ─────────────────────────────────────────────────────────────────────
    def _authorize(self, request: Request) -> Reply:
        params = request.params
        problem = self._problem(params)
        if problem:
            return reply_html(document(problem, ""), status=400)
        login = params.get("login")
        if not login:
            return reply_html(consent_page(request, self._people()))
        if self.state.find_user(login) is None:
            return reply_html(document("没有这个用户", ""), status=404)
        return redirect(self._back_with_code(params, login))

    def _people(self) -> list[User]:
        return sorted(self.state.users.values(), key=lambda user: user.login.lower())

    def _problem(self, params: dict[str, str]) -> str:
        if params.get("response_type") != "code":
            return "不支持的响应类型"
        callback = params.get("redirect_uri", "")
        if urlsplit(callback).scheme not in ("http", "https"):
            return "登录回调地址无效"
        app = self.apps.get(params.get("client_id", ""))
        if self.apps and app is None:
            return "应用不存在"
        if app and app.callbacks and callback not in app.callbacks:
            return "登录回调地址无效"
        return ""

    def _back_with_code(self, params: dict[str, str], login: str) -> str:
        code = secrets.token_hex(32)
        self._codes[code] = Code(
            client_id=params.get("client_id", ""),
            redirect_uri=params["redirect_uri"],
            login=login,
            scope=params.get("scope") or "user_info",
            expires_at=self.state.clock() + CODE_LIFE,
        )
        answer = {"code": code}
        if "state" in params:
            answer["state"] = params["state"]
        joint = "&" if urlsplit(params["redirect_uri"]).query else "?"
        return params["redirect_uri"] + joint + urlencode(answer)

    # ── the server's side ──────────────────────────────────────────────────────────────────────
    def _token(self, request: Request) -> Reply:
        form = request.form
        if form.get("grant_type") == "authorization_code":
            return self._redeem(form)
        if form.get("grant_type") == "refresh_token":
            return self._refresh(form)
        return _refused("unsupported_grant_type", "授权方式不支持", status=401)

    def _redeem(self, form: dict[str, str]) -> Reply:
        app = self.apps.get(form.get("client_id", ""))
        if self.apps and (app is None or app.client_secret != form.get("client_secret")):
            return _refused("invalid_client", "客户端认证失败", status=401)
        # A code is spent by the first try, right or wrong.
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or code.expires_at <= self.state.clock():
            return _refused("invalid_grant", INVALID_GRANT, status=401)
        asked = (form.get("client_id"), form.get("redirect_uri"))
        if asked != (code.client_id, code.redirect_uri):
            return _refused("invalid_grant", INVALID_GRANT, status=401)
        return self._issue(code.login, code.scope)

    def _refresh(self, form: dict[str, str]) -> Reply:
        old = form.get("refresh_token", "")
        grant = self._refreshes.get(old)
        if grant is None:
            return _refused("invalid_grant", INVALID_GRANT, status=401)
        if self.state.switches.refresh_rotates:
            del self._refreshes[old]
        return self._issue(grant.login, grant.scope)

    def _issue(self, login: str, scope: str) -> Reply:
        now = self.state.clock()
        access, refresh = secrets.token_hex(16), secrets.token_hex(32)
        grant = Grant(login, scope, now + timedelta(seconds=TOKEN_LIFE_S))
        self.state.tokens[access] = grant
        self._refreshes[refresh] = grant
        return reply_json(
            {
                "access_token": access,
                "token_type": "bearer",
                "expires_in": TOKEN_LIFE_S,
                "refresh_token": refresh,
                "scope": scope,
                "created_at": int(now.timestamp()),
            }
        )


def _refused(error: str, description: str, *, status: int) -> Reply:
    return reply_json({"error": error, "error_description": description}, status=status)


def consent_page(request: Request, users: list[User]) -> str:
    """A plain list of the people one can sign in as; no password."""
    here = f"{request.path}?{request.query}&"
    rows = [
        f'<li><a href="{html.escape(here + urlencode({"login": user.login}))}">'
        f"{html.escape(user.login)}</a> {html.escape(user.name)}</li>"
        for user in users
    ]
    return document("以谁的身份登录", f"<ul>{''.join(rows)}</ul>")
