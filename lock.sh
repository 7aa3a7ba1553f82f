#!/usr/bin/env bash
# Writes the two locks anew from pyproject.toml: names, versions and hashes for every platform, no index host.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
compile() {
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
    --no-annotate pyproject.toml "$@"
}
compile --extra build -o requirements.lock
compile --extra build --extra test -c requirements.lock -o requirements-test.lock
