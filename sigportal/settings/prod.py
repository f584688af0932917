"""Production: HTTPS only, secure cookies; refuses to start without what it needs, naming it."""

from django.core.exceptions import ImproperlyConfigured

from .base import *  # noqa: F403
from .base import SITE_URL, TRUSTED_PROXY_COUNT, env, logging_as

REQUIRED = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "SITE_URL", "ALLOWED_HOSTS")
_missing = [name for name in REQUIRED if not env.str(name, default="")]
if _missing:
    raise ImproperlyConfigured(
        f"Production settings need {', '.join(_missing)} in the environment (see .env.example)."
    )
if not SITE_URL.startswith("https://"):
    raise ImproperlyConfigured(f"SITE_URL must start with https:// in production, not {SITE_URL}.")

SECRET_KEY = env.str("SECRET_KEY")
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
TIME_ZONE_COOKIE_NAME = "__Host-time-zone"
LOG_REQUESTS = env.bool("LOG_REQUESTS", default=True)
LOGGING = logging_as("json")
