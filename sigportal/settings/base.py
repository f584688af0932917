"""Settings that hold everywhere; dev, test and prod are short differences from these.

Every value an installation may choose comes from the environment and is listed in `.env.example`.
"""

import ipaddress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from sigportal.logs import logging_config

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = env.bool("DEBUG", default=False)
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[urlsplit(SITE_URL).hostname])
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
# True while the pages show the invented history that `make run` loads: a banner says so on every page.
SAMPLE_DATA = env.bool("SAMPLE_DATA", default=False)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "sigportal",
    "meetings",
    "reviews",
    "members",
    "gitee.provider",
    "ledger",
]

MIDDLEWARE = [
    # The outermost: whatever answers is logged, numbered and measured.
    "sigportal.request_log.RequestLogMiddleware",
    "sigportal.metrics.RequestMetricsMiddleware",
    # What the browser is told not to do: with whatever the others answer.
    "sigportal.headers.SecurityHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "sigportal.health.ProbeHostMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # Outside the others: whatever the others answer to a program is said in JSON, without cookies.
    "sigportal.api.middleware.ApiMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sigportal.compression.CompressionMiddleware",
    "sigportal.validators.ValidatorMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "sigportal.rate_limits.RateLimitMiddleware",
]

ROOT_URLCONF = "sigportal.urls"
WSGI_APPLICATION = "sigportal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sigportal.context.portal",
            ],
        },
    },
]

# ── database ──────────────────────────────────────────────────────────────────────────────────
# SQLite in var/ unless DATABASE_URL names a PostgreSQL. WAL and IMMEDIATE: a deferred transaction
# that turns into a write fails at once when another writer is active.
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
        " PRAGMA cache_size=-16000;"
    ),
}
DATABASES: dict[str, dict[str, Any]] = {
    # An empty DATABASE_URL means the same as none.
    "default": environ.Env.db_url_config(
        env.str("DATABASE_URL", default="") or f"sqlite:///{VAR_DIR / 'portal.sqlite3'}"
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # One that does not answer at all must not hold up every page. Seconds.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ── cache and broker ──────────────────────────────────────────────────────────────────────────
REDIS_URL = env.str("REDIS_URL", default="")
CACHES: dict[str, dict[str, Any]] = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            # One that hangs must not hold a page for ever. Seconds.
            "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 5},
        }
        if REDIS_URL
        # Shared by all processes, unlike local memory: allauth's rate limits count in it.
        else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
    )
}
# Without Redis each process counts for itself: a write to the database for each request is too dear.
CACHES["limits"] = (
    CACHES["default"]
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "limits"}
)

CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    # A broker that does not answer at all must not hold up whoever sends: the sweeps find the work.
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "socket_connect_timeout": 2,
        "socket_timeout": 10,
    }
else:
    _broker = VAR_DIR / "broker"
    for _folder in ("queue", "processed", "control"):
        (_broker / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "queue"),
        "data_folder_out": str(_broker / "queue"),
        "processed_folder": str(_broker / "processed"),
        "control_folder": str(_broker / "control"),
        "store_processed": False,
        "polling_interval": 0.1,
    }
# Beat only wakes the sweepers; each finds in the database what is due. Seconds.
CELERY_BEAT_SCHEDULE = {
    "sweep-syncs": {"task": "reviews.tasks.sweep_syncs", "schedule": 30.0},
    "sweep-deliveries": {"task": "reviews.tasks.sweep_deliveries", "schedule": 10.0},
    "sweep-verdicts": {"task": "reviews.tasks.sweep_verdicts", "schedule": 60.0},
    "sweep-notices": {"task": "members.tasks.sweep_notices", "schedule": 10.0},
    "remind-voters": {"task": "members.tasks.remind_voters", "schedule": 600.0},
    "close-votes": {"task": "members.tasks.close_due_votes", "schedule": 60.0},
    "follow-merges": {"task": "members.tasks.follow_merges", "schedule": 3600.0},
    "expire-nominations": {"task": "members.tasks.expire_due_nominations", "schedule": 600.0},
    "sweep-file-changes": {
        "task": "members.file_change_tasks.sweep_file_changes",
        "schedule": 60.0,
    },
    "follow-file-changes": {
        "task": "members.file_change_tasks.follow_file_changes",
        "schedule": 600.0,
    },
    "remind-minutes": {"task": "meetings.tasks.remind_minutes", "schedule": 3600.0},
    "remind-turns": {"task": "meetings.tasks.remind_turns", "schedule": 3600.0},
    "plan-meetings": {"task": "meetings.tasks.plan_meetings", "schedule": 3600.0},
    "remind-action-owners": {
        "task": "meetings.tasks.remind_action_owners",
        "schedule": 600.0,
    },
    "fill-agendas": {"task": "meetings.tasks.fill_agendas", "schedule": 900.0},
    "announce-agendas": {"task": "meetings.tasks.announce_agendas", "schedule": 600.0},
    "verify-ledger": {"task": "ledger.tasks.verify", "schedule": 86400.0},
}

# ── ledger ────────────────────────────────────────────────────────────────────────────────────
# Who knows which rows the entries speak of; verify_ledger asks each (dotted names of functions
# without arguments that yield a sentence a fault).
LEDGER_WITNESSES = ["members.witness.faults"]
# Who knows whom and which SIG the entries name (ledger.names.Directory).
LEDGER_DIRECTORY = "members.directory"

# ── notices ───────────────────────────────────────────────────────────────────────────────────
# Kinds of which a room above members knows whether one still makes sense when it is sent (dotted
# names of functions that take the notice and answer true for a stale one).
NOTICE_STALE = {
    "action.due": "meetings.action_reminders.is_stale",
    "meeting.announced": "meetings.announcing.is_stale",
    "meeting.your_turn": "meetings.turn_reminders.is_stale",
}

# ── code hosts ────────────────────────────────────────────────────────────────────────────────
GITEE_URL = env.str("GITEE_URL", default="https://gitee.com").rstrip("/")
# API below /api/v5, OAuth below /oauth. A second home of a repository is a second entry.
CODE_HOSTS: dict[str, dict[str, str]] = {
    "gitee": {
        "url": GITEE_URL,
        "token": env.str("GITEE_TOKEN", default=""),
        # Proposes changes of OWNERS, README and sig-info.yaml; without one they are patches only.
        "write_token": env.str("GITEE_WRITE_TOKEN", default=""),
    },
}
SYNC_INTERVAL_S = env.int("SYNC_INTERVAL_S", default=600)
# Every list is read whole and compared row by row after so many seconds.
SYNC_RECONCILE_S = env.int("SYNC_RECONCILE_S", default=86400)
# Requests at a time with one token, and how many of its allowance stay unused.
SYNC_CONNECTIONS = env.int("SYNC_CONNECTIONS", default=6)
SYNC_RESERVE = env.int("SYNC_RESERVE", default=10)
# Labels that make an issue an RFC, in any case.
RFC_LABELS: list[str] = env.list("RFC_LABELS", default=["RFC", "kind/rfc", "type/rfc"])
# Several, separated by commas, while one is replaced. Without any, deliveries are refused.
GITEE_WEBHOOK_SECRET = env.str("GITEE_WEBHOOK_SECRET", default="")
# A delivery's timestamp may be so many seconds from our clock; one hour at most.
WEBHOOK_TOLERANCE_S = env.int("WEBHOOK_TOLERANCE_S", default=300)
# The largest delivery that is read, bytes, and how long ended ones are kept.
WEBHOOK_MAX_BYTES = env.int("WEBHOOK_MAX_BYTES", default=1024 * 1024)
WEBHOOK_KEEP_DAYS = env.int("WEBHOOK_KEEP_DAYS", default=90)

# ── sign-in ───────────────────────────────────────────────────────────────────────────────────
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "sigportal.adapters.AccountAdapter"
ACCOUNT_SESSION_REMEMBER = True
# Local passwords are for development and the first administrator; people sign in with their code host.
LOCAL_SIGNUP_OPEN = False
SOCIALACCOUNT_ADAPTER = "sigportal.adapters.SocialAccountAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_LOGIN_ON_GET = False
GITEE_CLIENT_ID = env.str("GITEE_CLIENT_ID", default="")
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {
    "gitee": {
        "APPS": (
            [{"client_id": GITEE_CLIENT_ID, "secret": env.str("GITEE_CLIENT_SECRET", default="")}]
            if GITEE_CLIENT_ID
            else []
        ),
        "SCOPE": ["user_info"],
        "GITEE_URL": GITEE_URL,
    }
}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
# Requests a minute, by address, posts by person; 0: any number. sigportal.rate_limits says of what.
RATE_LIMITS = {
    "sign-in": env.int("RATE_LIMIT_SIGN_IN", default=20),
    "search": env.int("RATE_LIMIT_SEARCH", default=60),
    "posts": env.int("RATE_LIMIT_POSTS", default=30),
    "webhooks": env.int("RATE_LIMIT_WEBHOOKS", default=1200),
    "api": env.int("RATE_LIMIT_API", default=600),
}
# Counted there already, and let through while Redis is away; wrong passwords allauth counts by name.
ACCOUNT_RATE_LIMITS = {"login": None, "reauthenticate": None, "signup": None}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# ── language and time ─────────────────────────────────────────────────────────────────────────
# Message ids are Chinese, so Chinese needs no catalogue of ours and English is complete or fails `make check`.
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# ── static files ──────────────────────────────────────────────────────────────────────────────
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# ── security ──────────────────────────────────────────────────────────────────────────────────
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        # The sign-in form is answered by a redirect to the code host.
        "form-action": ["'self'", GITEE_URL],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "sigportal.message_storage.MessageStorage"
MESSAGE_COOKIE_NAME = "messages"
# In which zone a reader who is not signed in wants to see times.
TIME_ZONE_COOKIE_NAME = "time-zone"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# The largest charter, OWNERS or minutes file that is read, bytes.
IMPORT_MAX_BYTES = 1024 * 1024

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
EMAIL_BACKEND = EMAIL_CONFIG["EMAIL_BACKEND"]
EMAIL_HOST = EMAIL_CONFIG.get("EMAIL_HOST", "")
EMAIL_PORT = EMAIL_CONFIG.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = EMAIL_CONFIG.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = EMAIL_CONFIG.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = EMAIL_CONFIG.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = EMAIL_CONFIG.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = EMAIL_CONFIG.get("EMAIL_FILE_PATH") or None
# For each answer of the mail server, seconds; members.notices.sending.LEASE is much longer.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="sig-portal@localhost")
# Chat channels that are told what is public. Each address is a secret.
NOTIFY_URLS: list[str] = env.list("NOTIFY_URLS", default=[])

# ── operation ─────────────────────────────────────────────────────────────────────────────────
# Who may read /metrics: whoever bears the token, and these networks.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
try:
    METRICS_NETWORKS = [
        ipaddress.ip_network(text)
        for text in env.list("METRICS_NETWORKS", default=["127.0.0.0/8", "::1/128"])
    ]
except ValueError as error:
    raise ImproperlyConfigured(f"METRICS_NETWORKS: {error}") from error
# Workers are processes of their own: each serves its figures at a port, 0 for none.
WORKER_METRICS_HOST = env.str("WORKER_METRICS_HOST", default="127.0.0.1")
WORKER_METRICS_PORT = env.int("WORKER_METRICS_PORT", default=0)
# /readyz fails when less is free in VAR_DIR.
MIN_FREE_DISK_MB = env.int("MIN_FREE_DISK_MB", default=100)
# Whatever tells releases apart, shown in /metrics.
BUILD_REVISION = env.str("BUILD_REVISION", default="")
# A line for each request that went well, too; refusals and failures always have theirs.
LOG_REQUESTS = env.bool("LOG_REQUESTS", default=False)
# The client's address in them. It is personal data: not unless somebody decides so.
LOG_CLIENT_ADDRESS = env.bool("LOG_CLIENT_ADDRESS", default=False)
LOG_FORMATS = ("console", "json")


def logging_as(default: str) -> dict[str, Any]:
    """LOG_FORMAT, or the default; raises ImproperlyConfigured for one that is none."""
    form = env.str("LOG_FORMAT", default="") or default
    if form not in LOG_FORMATS:
        raise ImproperlyConfigured(f"LOG_FORMAT is one of {', '.join(LOG_FORMATS)}, not {form}.")
    return logging_config(
        as_json=form == "json",
        level=env.str("LOG_LEVEL", default="INFO").upper(),
        worker_level=env.str("WORKER_LOG_LEVEL", default="WARNING").upper(),
        secrets=_secrets(),
    )


def _secrets() -> list[str]:
    """What must not stand in any line, whoever writes it."""
    urls = [env.str(name, default="") for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL")]
    passwords = [url.password for url in map(urlsplit, urls) if url.password]
    hosts = [
        value for host in CODE_HOSTS.values() for value in (host["token"], host["write_token"])
    ]
    return [
        *passwords,
        *map(unquote, passwords),
        *hosts,
        *(secret.strip() for secret in GITEE_WEBHOOK_SECRET.split(",")),
        *(app["secret"] for app in SOCIALACCOUNT_PROVIDERS["gitee"]["APPS"]),
        *NOTIFY_URLS,
        METRICS_TOKEN,
    ]


LOGGING = logging_as("console")
