#!/bin/sh
# manage.py with the settings of the services: deploy/manage.sh migrate
# PORTAL_ENV names another file of settings.
set -eu
set -a
. "${PORTAL_ENV:-/etc/sigportal/env}"
set +a
cd "$(dirname "$0")/.."
# compilemessages finds its msgfmt there.
PATH="$PWD/.venv/bin:$PATH"
exec .venv/bin/python manage.py "$@"
