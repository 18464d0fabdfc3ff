#!/bin/sh
# Builds the wheel into dist/ and tries it: installed with the locked versions into an environment of its own, used
# from a folder of its own, with settings of its own, and without this checkout.
set -eu
cd "$(dirname "$0")/.."
. .ci/tried.sh

rm -f dist/leanviz-*.whl
.venv/bin/pip --disable-pip-version-check wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
.venv/bin/python -m venv "$place/venv"
pip="$place/venv/bin/pip --disable-pip-version-check install --quiet"
$pip --require-hashes --only-binary :all: -r .ci/requirements.txt
$pip --no-deps dist/leanviz-*.whl

try "$place/venv/bin/leanviz" "$place/venv/bin/python"
if "$place/venv/bin/python" -c 'import torch' 2>/dev/null; then
    echo "The wheel brings torch along." >&2
    exit 1
fi
ls -l dist/leanviz-*.whl
