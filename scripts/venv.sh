#!/bin/sh
# Makes .venv and installs requirements-dev.txt into it; the file named by $1 says that it is done.
# Wants Python 3.11 to 3.13 (PYTHON=... names one). uv installs in seconds; pip is the way round it.
set -eu

stamp=$1
venv=.venv
# As pip does: trust what the machine trusts, also behind a company's proxy.
export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}"

fits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        if fits "$PYTHON"; then echo "$PYTHON"; return; fi
        echo "make: PYTHON=$PYTHON is not Python 3.11, 3.12 or 3.13." >&2
        exit 1
    fi
    for name in python3.11 python3.12 python3.13 python3 python; do
        if command -v "$name" >/dev/null && fits "$name"; then echo "$name"; return; fi
    done
    echo "make: this needs Python 3.11, 3.12 or 3.13; none was found on PATH." >&2
    echo "make: install one, or name it: make PYTHON=/path/to/python3.11 ..." >&2
    exit 1
}

make_venv() {
    python=$(find_python)
    echo "Making $venv with $("$python" --version) ..."
    rm -rf "$venv"
    "$python" -m venv "$venv" 2>/dev/null && return
    # Debian leaves ensurepip out of Python: the machine's own pip can fill a bare environment.
    rm -rf "$venv"
    if "$python" -m venv --without-pip "$venv" && "$python" -m pip --version >/dev/null 2>&1 &&
        "$python" -m pip --python "$venv/bin/python" install --quiet pip; then
        return
    fi
    echo "make: $python can make no virtual environment with pip in it." >&2
    echo "make: on Debian or Ubuntu: apt-get install python3-venv python3-pip" >&2
    exit 1
}

install() {
    if [ ! -x "$venv/bin/uv" ]; then
        "$venv/bin/python" -m pip install --quiet uv || true
    fi
    if [ -x "$venv/bin/uv" ]; then
        "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" -r requirements-dev.txt && return
        echo "uv could not install everything; trying pip, which takes a minute longer." >&2
    else
        echo "uv cannot be installed here; using pip, which takes a minute longer." >&2
    fi
    "$venv/bin/python" -m pip install --quiet -r requirements-dev.txt
}

if ! { [ -x "$venv/bin/python" ] && fits "$venv/bin/python"; }; then make_venv; fi
echo "Installing requirements-dev.txt into $venv ..."
install
rm -f "$venv"/installed-*
touch "$stamp"
