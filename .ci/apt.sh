#!/bin/sh
# `apt.sh PACKAGE...` installs Debian packages where that is possible without asking, or prints the line to type.
set -u

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2
}

if command -v apt-get >/dev/null && as_root true 2>/dev/null; then
    echo "Installing: $*" >&2
    # the package lists of a fresh machine are empty, those of an old one name files that are gone
    install "$@" 2>/dev/null && exit
    as_root apt-get update -q >&2
    install "$@" && exit
fi
printf 'Missing on this system. Type:\n    sudo apt-get update && sudo apt-get install %s\n' "$*" >&2
command -v apt-get >/dev/null || echo "(so named on Debian; other systems call these packages differently)" >&2
exit 1
