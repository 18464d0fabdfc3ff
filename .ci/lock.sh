#!/bin/sh
# Resolves the lock files anew, keeping every pin that still fits; `sh .ci/lock.sh --upgrade` takes the newest.
# One resolution holds for CPython 3.11 and later on every system (markers say what belongs where), which
# pip-compile cannot do: it locks for the interpreter it runs on. pip installs from the result.
set -eu
cd "$(dirname "$0")/.."

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
"${PYTHON:-python3}" -m venv "$tools"
"$tools/bin/pip" install --quiet uv

compile() {
    "$tools/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-annotate "$@"
}
compile pyproject.toml .ci/build.in --output-file .ci/requirements.txt "${1:---no-upgrade}"
# the development lock holds the runtime one: the same versions are tested as are shipped
compile pyproject.toml .ci/build.in .ci/torch-light.in --extra dev --constraints .ci/requirements.txt \
    --output-file .ci/requirements-dev.txt "${1:---no-upgrade}"
# tools with an environment of their own
compile .ci/docs.in --output-file .ci/requirements-docs.txt "${1:---no-upgrade}"
compile .ci/bundle.in --constraints .ci/requirements.txt --output-file .ci/requirements-bundle.txt "${1:---no-upgrade}"
