"""Tests: fast hashes, plain static files, tasks run in place unless a test starts a worker."""

from .base import *  # noqa: F403
from .base import DATABASES

SECRET_KEY = "test-only-" + "x" * 50
DEBUG = False
ALLOWED_HOSTS = ["*"]
SITE_URL = "http://testserver"
LOCAL_SIGNUP_OPEN = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "limits": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "limits",
    },
}
# Tests that are about them set their own.
RATE_LIMITS = {}
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# No test may reach a real host by accident; tests that need one start the emulator.
GITEE_URL = "http://127.0.0.1:9"
CODE_HOSTS = {"gitee": {"url": GITEE_URL, "token": ""}}
SOCIALACCOUNT_PROVIDERS = {
    "gitee": {
        "APPS": [{"client_id": "test-client", "secret": "test-secret"}],
        "SCOPE": ["user_info"],
        "GITEE_URL": GITEE_URL,
    }
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: threads of a live server share it as production processes do.
    DATABASES["default"]["TEST"] = {"NAME": str(DATABASES["default"]["NAME"]) + ".test"}
