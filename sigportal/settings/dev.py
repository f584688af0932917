"""Development and `make run`: works with no environment at all."""

from .base import *  # noqa: F403
from .base import SITE_URL, env

# Not a secret: production refuses to start without its own.
SECRET_KEY = env.str("SECRET_KEY", default="development-only-" + "x" * 50)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
LOCAL_SIGNUP_OPEN = True
CSRF_TRUSTED_ORIGINS = [SITE_URL]
