#!/bin/sh
# Makes .venv with a Python that is new enough, or says in one sentence what to do.
set -eu
cd "$(dirname "$0")/.."

command -v python3 >/dev/null || [ -n "${PYTHON:-}" ] || sh .ci/apt.sh python3-venv

for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11} ''; do
    [ -z "$python" ] || "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break
done
if [ -z "$python" ]; then
    echo "leanviz needs Python 3.11 or newer; name one with: make setup PYTHON=/path/to/python3" >&2
    exit 1
fi

# Debian's own Python comes without the part of venv that puts pip in
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    sh .ci/apt.sh "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"

exec "$python" -m venv .venv
