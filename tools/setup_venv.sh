#!/bin/sh
# Makes .venv in the project's root, or brings it up to date: the packages of requirements.lock, then the project itself.
# PYTHON names the interpreter to use, INSTALLER=pip leaves uv out.
set -eu
cd "$(dirname "$0")/.."
venv=.venv

say() { printf 'cxlab: %s\n' "$*"; }
stop() {
    say "$*" >&2
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        command -v "$PYTHON" >/dev/null 2>&1 || stop "PYTHON=$PYTHON is not a program that can be run."
        is_new_enough "$PYTHON" || stop "needs Python 3.11 or newer; PYTHON=$PYTHON is $("$PYTHON" --version 2>&1)."
        echo "$PYTHON"
        return
    fi
    for name in python3 python3.13 python3.12 python3.11 python3.14 python; do
        if is_new_enough "$name"; then
            echo "$name"
            return
        fi
    done
    found=$(python3 --version 2>&1) || found="no python3"
    stop "needs Python 3.11 or newer, and found $found. Install one, or name it: make PYTHON=python3.12 …"
}

make_venv() {
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        say "$python cannot make virtual environments: its modules venv and ensurepip are missing." >&2
        stop "On Debian or Ubuntu: apt-get install python3-venv (or python$version-venv), then try again."
    fi
    say "making $venv with $("$python" --version 2>&1) (once, about a minute)…"
    "$python" -m venv --clear "$venv"
}

install_with_uv() {
    [ "${INSTALLER:-uv}" = uv ] || return 1
    if ! [ -x "$venv/bin/uv" ] && ! "$venv/bin/python" -m pip install -qq --disable-pip-version-check uv; then
        say "uv cannot be had here; pip does the same, only slower (one or two minutes)…"
        return 1
    fi
    if ! "$venv/bin/uv" pip install --quiet --compile-bytecode --python "$venv/bin/python" \
        --require-hashes --requirement requirements.lock; then
        say "uv could not install the packages; trying pip, which also reads pip's own settings (one or two minutes)…"
        return 1
    fi
}

install_with_pip() {
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check --require-hashes --requirement requirements.lock ||
        stop "the packages could not be installed; pip's message above says why. Nothing outside $venv was changed."
}

if ! { [ -x "$venv/bin/python" ] && is_new_enough "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1; }; then
    make_venv
fi
say "installing the packages of requirements.lock…"
install_with_uv || install_with_pip
"$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
touch "$venv/.ready"
say "$venv is ready."
