"""Whether a window can be opened, found out without Qt, which ends the process if it cannot."""

import ctypes
import os
import sys
from importlib.util import find_spec
from pathlib import Path

INVISIBLE_PLATFORMS = ("offscreen", "minimal", "vnc")


def screen_problem() -> str | None:
    """Return why no window can be opened here, as a clause, or None if one can."""
    platform = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0].partition(";")[0]
    if platform in INVISIBLE_PLATFORMS:
        return f"QT_QPA_PLATFORM is {platform}"
    if not sys.platform.startswith("linux") or platform not in ("", "xcb"):
        return None
    if platform != "xcb" and _wayland_socket():
        lacking = qt_plugin_problem("wayland")
        if lacking is None or not os.environ.get("DISPLAY"):
            return lacking  # Qt goes through Xwayland if it cannot load its Wayland plugin
    if not os.environ.get("DISPLAY"):
        return "neither DISPLAY nor WAYLAND_DISPLAY is set"
    return _x_server_problem() or qt_plugin_problem()


def _wayland_socket() -> bool:
    name = os.environ.get("WAYLAND_DISPLAY", "")
    return bool(name) and Path(os.environ.get("XDG_RUNTIME_DIR", ""), name).is_socket()


def _x_server_problem() -> str | None:
    """Connect to the X server as Qt would, cookie included."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return "the system library libxcb.so.1 is missing"
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    refused = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return f"the screen {os.environ['DISPLAY']} does not answer" if refused else None


def qt_plugin_problem(platform: str = "xcb") -> str | None:
    """Return which system library Qt's plugin for X11 (or "wayland") misses, or None."""
    package = find_spec("PySide6")
    folders = (package.submodule_search_locations if package else None) or []
    for folder in folders:
        plugin = Path(folder, "Qt", "plugins", "platforms", f"libq{platform}.so")
        try:
            if plugin.exists():
                ctypes.CDLL(str(plugin))
        except OSError as error:
            # a bundle wraps the loader's own words
            return f"the system library {missing_library(error.__cause__ or error)} is missing"
    return None


def missing_library(error: BaseException) -> str:
    """Return which system library the loader did not find; "" if the error says something else."""
    name, colon, _ = str(error).partition(": cannot open shared object file")
    return name.rpartition(" ")[2] if colon else ""
