"""Production: HTTPS only, secure cookies; refuses to start without what it needs, naming it."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

from .base import *  # noqa: F403
from .base import ALLOWED_HOSTS, DATABASES, SITE_URL, TRUSTED_PROXY_COUNT, env, logging_as

# What `check --deploy` asks of one.
SECRET_KEY_LENGTH = 50
SECRET_KEY_VARIETY = 5
REQUIRED = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "SITE_URL", "ALLOWED_HOSTS")
_missing = [name for name in REQUIRED if not env.str(name, default="")]
if _missing:
    raise ImproperlyConfigured(
        f"Production settings need {', '.join(_missing)} in the environment (see .env.example)."
    )
if not SITE_URL.startswith("https://"):
    raise ImproperlyConfigured(f"SITE_URL must start with https:// in production, not {SITE_URL}.")

if not validate_host(urlsplit(SITE_URL).hostname or "", ALLOWED_HOSTS):
    raise ImproperlyConfigured(f"ALLOWED_HOSTS must name the host of SITE_URL, {SITE_URL}.")
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name hosts in production; * lets any through.")
SECRET_KEY = env.str("SECRET_KEY")
if len(SECRET_KEY) < SECRET_KEY_LENGTH or len(set(SECRET_KEY)) < SECRET_KEY_VARIETY:
    raise ImproperlyConfigured(
        f"SECRET_KEY needs {SECRET_KEY_LENGTH} random characters or more in production."
    )
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL in production (postgres://).")
DEBUG = False
SECURE_SSL_REDIRECT = True
# Asked from beside the process, past the proxy that has the certificate.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrftoken"
MESSAGE_COOKIE_NAME = "__Host-messages"
TIME_ZONE_COOKIE_NAME = "__Host-time-zone"
LOG_REQUESTS = env.bool("LOG_REQUESTS", default=True)
LOGGING = logging_as("json")
