# Sourced by wheel.sh and bundle.sh: $place, a folder that goes away at the end, and `try`, which uses an installed
# leanviz as a stranger would.

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
checkout=$PWD

# try PROGRAM PYTHON: PYTHON runs `-c TEXT` with what is installed
try() (
    mkdir "$place/home" "$place/elsewhere"
    cd "$place/elsewhere"
    export HOME="$place/home"
    unset PYTHONPATH DISPLAY WAYLAND_DISPLAY XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME XDG_STATE_HOME
    "$1" --version
    "$1" # no screen: the demo clip's labels, and a picture
    test -s leanviz-demo.png
    cp "$checkout/resources/demo/demo.flac" one.flac
    cp one.flac two.flac
    "$1" analyze one.flac two.flac --jobs 2 -o results/
    grep -q "two.flac.*Siren" results/events.csv
    "$2" -c "$(cat "$checkout/.ci/smoke.py")" window.png
    test -s window.png
    mkdir -p "$checkout/build"
    cp window.png "$checkout/build/tried.png"
    "$1" devices || test $? = 2
)
