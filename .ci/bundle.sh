#!/bin/sh
# Makes dist/leanviz, a folder with leanviz and all it runs on, Python included, and tries it. It works on systems
# whose C library is not older than the one here; Qt's system libraries are still the system's.
set -eu
cd "$(dirname "$0")/.."
. .ci/tried.sh

# what PyInstaller looks into libraries with, and Python's own library, which Debian has in a package apart
command -v objdump >/dev/null || sh .ci/apt.sh binutils
tools=build/tools/bundle/bin
library=$($tools/python -c 'import sys; print("libpython%d.%d" % sys.version_info[:2])')
$tools/python -c "import ctypes; ctypes.CDLL('$library.so.1.0')" 2>/dev/null || sh .ci/apt.sh "$library"

pip="$tools/pip --disable-pip-version-check install --quiet"
$pip --require-hashes --only-binary :all: -r .ci/requirements.txt
$pip --no-deps --no-build-isolation --force-reinstall .
$tools/pyinstaller --noconfirm --log-level WARN --distpath dist --workpath build/bundle .ci/bundle.spec

try "$checkout/dist/leanviz/leanviz" "$checkout/dist/leanviz/leanviz"
du -sh dist/leanviz
