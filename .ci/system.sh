#!/bin/sh
# `system.sh run STAMP` sees to the system libraries of the app, `system.sh test STAMP` to what its tests need besides.
# What is missing is installed or named (apt.sh). STAMP is written only when nothing is missing, so that the next run
# looks again. Ends with 1 where a library stays missing that Qt cannot be loaded without.
set -eu
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin:/sbin # ldconfig is there, and not on every user's path

# "probe package need" per line. Libraries are looked for by file name: packages were renamed between releases
# (libglib2.0-0, libglib2.0-0t64), their libraries were not.
case ${1:-} in
    run)
        parts='lib:libEGL.so.1 libegl1 must
            lib:libGL.so.1 libgl1 must
            lib:libglib-2.0.so.0 libglib2.0-0 must
            lib:libdbus-1.so.3 libdbus-1-3 must
            lib:libfontconfig.so.1 libfontconfig1 must
            lib:libfreetype.so.6 libfreetype6 must
            lib:libxkbcommon.so.0 libxkbcommon0 must
            lib:libxkbcommon-x11.so.0 libxkbcommon-x11-0 may
            lib:libxcb-cursor.so.0 libxcb-cursor0 may
            lib:libxcb-icccm.so.4 libxcb-icccm4 may
            lib:libxcb-keysyms.so.1 libxcb-keysyms1 may
            lib:libxcb-shape.so.0 libxcb-shape0 may
            lib:libX11-xcb.so.1 libx11-xcb1 may
            lib:libwayland-cursor.so.0 libwayland-cursor0 may
            lib:libwayland-egl.so.1 libwayland-egl1 may
            lib:libportaudio.so.2 libportaudio2 may
            file:libasound_module_pcm_pulse.so libasound2-plugins may
            cmd:pactl pulseaudio-utils may
            file:*.[to]tf fonts-dejavu-core may' ;;
    test)
        parts='cmd:Xvfb xvfb may
            cmd:xauth xauth may
            cmd:xdotool xdotool may
            cmd:openbox openbox may
            cmd:pipewire pipewire may
            cmd:pw-cli pipewire-bin may
            cmd:pipewire-pulse pipewire-pulse may
            cmd:wireplumber wireplumber may
            cmd:dbus-daemon dbus may
            cmd:paplay pulseaudio-utils may
            cmd:espeak-ng espeak-ng may
            cmd:ffmpeg ffmpeg may' ;;
    *) echo "usage: system.sh run|test STAMP" >&2; exit 2 ;;
esac

present() {
    case $1 in
        lib:*) ldconfig -p | grep -qF "${1#lib:} " ;;
        cmd:*) command -v "${1#cmd:}" >/dev/null ;;
        file:*) find /usr/lib* /usr/share/fonts -name "${1#file:}" 2>/dev/null | grep -q . ;;
    esac
}

# the packages of the probes that fail; with "must", of those alone that Qt needs to load
missing() {
    printf '%s\n' "$parts" | while read -r probe package need; do
        case ${1:-$need} in "$need") present "$probe" || printf '%s ' "$package" ;; esac
    done
}

packages=$(missing)
if [ -n "$packages" ]; then
    sh .ci/apt.sh $packages || true # unquoted: one argument per package
    packages=$(missing)
fi
[ -n "$packages" ] || touch "$2"
[ -z "$(missing must)" ]
