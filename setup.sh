#!/usr/bin/env bash
# Makes the environment from the committed lock, once, and runs what was asked for in it.
#
#   bash setup.sh run [arguments]   the review of this folder (living-review run)
#   bash setup.sh test              lint, types, layers and every test
#   bash setup.sh COMMAND ...       any other command of living-review
#
# It needs bash, Python 3.11 or newer with venv, and a package index. Nothing is installed outside .venv and .venv-test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

find_python() {
  for candidate in "${PYTHON:-}" python3.14 python3.13 python3.12 python3.11 python3 python; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  echo "setup.sh: Python 3.11 or newer with venv was not found. On Debian or Ubuntu: apt install python3 python3-venv." >&2
  exit 2
}

# make_environment FOLDER LOCK: install the locked packages and this project, unless that was done for this very lock.
make_environment() {
  local environment=$1 lock=$2 stamp
  stamp=$(cksum "$lock" pyproject.toml)
  if [ "$(cat "$environment/installed" 2>/dev/null)" != "$stamp" ]; then
    echo "Setting up $environment from $lock (once; a minute or two) ..."
    "$(find_python)" -m venv --clear "$environment"
    "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
    "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
    printf '%s\n' "$stamp" >"$environment/installed"
  fi
}

if [ "${1:-}" = test ]; then
  make_environment .venv-test requirements-test.lock
  export PATH="$PWD/.venv-test/bin:$PATH"
  ruff check .
  ruff format --check .
  mypy
  lint-imports
  exec python -m pytest -n 2 -q "${@:2}"
fi
make_environment .venv requirements.lock
exec .venv/bin/living-review "$@"
