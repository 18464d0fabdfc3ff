#!/bin/sh
# Runs every test, in two parts side by side; their closing lines come one after the other.
# Tests with a real sound or display server go one at a time and mostly wait. The others keep two cores busy and give
# way (nice): beside them at their own priority, sound would starve and fail for no fault of ours.
set -u
cd "$(dirname "$0")/.."
pytest=.venv/bin/pytest

mkdir -p build
# training has no tests with a server, and takes seconds to be looked through
$pytest --ignore=tests/training -m "not soak and (audio or screen)" >build/test-servers.txt 2>&1 &
servers=$!
trap 'kill $servers; exit 130' INT TERM

nice $pytest -n 2 --dist worksteal -m "not soak and not audio and not screen"
others=$?
echo "Tests with a sound or display server:"
wait $servers
with_servers=$?
cat build/test-servers.txt
[ $others -eq 0 ] && [ $with_servers -eq 0 ]
