"""What the user chose, kept in one small JSON file between runs."""

import json
import logging
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import platformdirs

from leanviz.core.analysis_kinds import Kind
from leanviz.core.bounded import MEGABYTE, read_bounded
from leanviz.core.choices import DecisionChoices
from leanviz.core.errors import UserError
from leanviz.core.scales import Brightness, Scale
from leanviz.core.watching import MOST_MB, WatchChoices

log = logging.getLogger(__name__)

N = TypeVar("N", int, float)

RECENT_FILES = 10
MOST_BYTES = 5 * MEGABYTE
# Presets, rules, and thresholds of classes; what is beyond is passed over.
MOST_ITEMS = 2000


def _number(default: N, least: N, most: N) -> N:
    """Return a field of `Settings` whose stored value must lie within limits."""
    return field(default=default, metadata={"within": (least, most)})


class ThemeChoice(StrEnum):
    """How the window is coloured."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    HIGH_CONTRAST = "high contrast"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything leanviz remembers; the values here are the defaults.

    Attributes
    ----------
    theme : ThemeChoice
    host_api, device : str
        The input as PortAudio names it; empty for the default input.
    channel : int
        Its channel that is heard, counted from 1; 0 for the mix.
    scale : Scale
    floor_db, ceiling_db : float
        Levels of the darkest and brightest colour, dBFS; a full-scale sine is 0 dBFS.
    palette : str
        Colour map of the spectrogram; empty for the theme's own.
    low_hz, high_hz : float
        Frequencies that the spectrogram shows, as far as the sound has them.
    window_ms : int
        Window of the spectrogram, milliseconds.
    model_eye : bool
        Whether the spectrogram shows what LEAN gets.
    paging : bool
        Whether a live view turns pages instead of scrolling.
    follow_playing : bool
        Whether the view goes where a file plays.
    clock_time : bool
        Whether times of live sessions are those of the clock on the wall.
    heard_now : bool
        Whether what is heard now is shown in large letters.
    live_span_s : float
        Seconds from the left to the right edge while listening.
    decisions : DecisionChoices
        Thresholds, smoothing, and which classes are shown.
    watching : WatchChoices
        Clips that are kept, and who is told of which sounds.
    keep_awake : bool
        Whether the computer is kept from falling asleep while leanviz listens.
    keep_log : bool
        Whether live sessions are logged.
    log_mb : int
        Room for all session logs, megabytes of 1,000,000 bytes; the oldest make way.
    keep_analyses : bool
        Whether the results of files are kept, so that a file opened again is there at once.
    analyses_mb : int
        Room for them, megabytes of 1,000,000 bytes; those not used for longest make way.
    hidden_panes : tuple of str
        Panes that are switched off.
    attention : bool
        Whether the attention pane is shown.
    attention_scale : Brightness
        What its brightest colour stands for: the highest weight of each row, or of all.
    ridge, lag : bool
        Whether the map has the centroid of each row drawn, and realignment over time below it.
    live_map : bool
        Whether the map is shown while listening, too.
    analysis : bool
        Whether the analysis pane is shown, where there is a file.
    analysis_kind : Kind
        What it shows.
    side_width : int
        Width of the column beside the panes, in logical pixels.
    file_dates : bool
        Whether the time of day at which a file begins is taken from its header, or from a name
        that a recorder gave.
    geometry, splitter : str
        Place of the window and of its dividers, as Qt packs them, in base64.
    recent : tuple of str
        Files opened last, the newest first.
    last_folder : str
        Where the file dialog begins.
    """

    theme: ThemeChoice = ThemeChoice.SYSTEM
    host_api: str = ""
    device: str = ""
    channel: int = _number(0, 0, 1000)
    scale: Scale = Scale.MEL
    floor_db: float = _number(-100.0, -300.0, 100.0)
    ceiling_db: float = _number(-20.0, -300.0, 100.0)
    palette: str = ""
    low_hz: float = _number(0.0, 0.0, 1e6)
    high_hz: float = _number(8000.0, 100.0, 1e6)
    window_ms: int = _number(64, 8, 128)
    model_eye: bool = False
    paging: bool = False
    follow_playing: bool = True
    clock_time: bool = False
    heard_now: bool = False
    live_span_s: float = _number(20.0, 0.1, 3600.0)
    decisions: DecisionChoices = field(default_factory=DecisionChoices)
    watching: WatchChoices = field(default_factory=WatchChoices)
    keep_awake: bool = True
    keep_log: bool = True
    log_mb: int = _number(500, 1, MOST_MB)
    keep_analyses: bool = True
    analyses_mb: int = _number(2000, 1, MOST_MB)
    hidden_panes: tuple[str, ...] = ()
    attention: bool = True
    attention_scale: Brightness = Brightness.ROW
    ridge: bool = True
    lag: bool = False
    live_map: bool = False
    analysis: bool = False
    analysis_kind: Kind = Kind.CQT
    side_width: int = _number(320, 320, 640)
    file_dates: bool = True
    geometry: str = ""
    splitter: str = ""
    recent: tuple[str, ...] = ()
    last_folder: str = ""

    def opened(self, path: Path) -> "Settings":
        """Return the settings after `path` was opened."""
        others = (name for name in self.recent if name != str(path))
        recent = (str(path), *others)[:RECENT_FILES]
        return replace(self, recent=recent, last_folder=str(path.parent))


DEFAULTS = Settings()


def settings_path() -> Path:
    """Return where the settings of this user lie."""
    return platformdirs.user_config_path("leanviz", appauthor=False) / "settings.json"


def load_settings(path: Path) -> Settings:
    """Return what is stored in `path`, with the default for everything that is not.

    A file that cannot be read as settings is set aside as ``.bad``; a value of the wrong kind and a
    name nobody knows are passed over. Each leaves one line in the log.
    """
    try:
        return from_stored(_read(path))
    except FileNotFoundError:
        pass
    except OSError as error:
        log.warning("settings %s cannot be read (%s): defaults are used", path, error)
    except (ValueError, RecursionError) as error:
        _set_aside(path, error)
    return DEFAULTS


def save_settings(settings: Settings, path: Path) -> None:
    """Write `settings` to `path` at once or not at all; a failure is logged, never raised."""
    text = json.dumps(asdict(settings), indent=2, ensure_ascii=False) + "\n"
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # a file whose name is no Unicode is written as JSON's own escape, and read back as it was
        with beside.open("w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
            file.flush()
            # a power cut between the rename and the data would leave an empty file
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        log.warning("settings %s cannot be written: %s", path, error)


def _read(path: Path) -> dict[str, Any]:
    stored = json.loads(read_bounded(path, MOST_BYTES).decode())
    if not isinstance(stored, dict):
        raise ValueError(f"a {type(stored).__name__} instead of names and values")  # noqa: TRY004
    return stored


def _set_aside(path: Path, error: Exception) -> None:
    bad = path.with_name(path.name + ".bad")
    try:
        path.replace(bad)
    except OSError as failure:
        log.warning("settings %s are damaged (%s) and in the way: %s", path, error, failure)
    else:
        log.warning("settings %s are damaged (%s): set aside as %s", path, error, bad.name)


def from_stored(stored: Mapping[str, Any]) -> Settings:
    """Return settings with what is stored, the default for all that is missing or bad."""
    settings = _section(DEFAULTS, stored, "")
    return replace(settings, recent=settings.recent[:RECENT_FILES])


def decisions_text(choices: DecisionChoices) -> str:
    """Return as JSON what of some choices is not as by default; presets are left out."""
    values = asdict(replace(choices, presets={}))
    return json.dumps(_changed(values, asdict(DecisionChoices())), ensure_ascii=False)


def decisions_from_text(text: str) -> DecisionChoices:
    """Return the choices that `decisions_text` wrote; UserError if they are not understood."""
    try:
        stored = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"These decisions are no JSON: {error}.") from error
    choices = from_stored({"decisions": stored}).decisions
    if not isinstance(stored, dict) or not _holds(asdict(choices), stored):
        raise UserError(f"These decisions are not understood: {text[:200]}")
    return choices


def _changed(value: Any, default: Any) -> Any:
    if not isinstance(value, dict) or not isinstance(default, dict):
        return value
    others = {key: part for key, part in value.items() if part != default.get(key)}
    return {key: _changed(part, default.get(key)) for key, part in others.items()}


def _holds(value: Any, stored: Any) -> bool:
    """Return whether all that is stored was taken over."""
    if isinstance(stored, dict) and isinstance(value, dict):
        return all(key in value and _holds(value[key], part) for key, part in stored.items())
    return value == (tuple(stored) if isinstance(stored, list) else stored)


def _section(defaults: Any, stored: Mapping[str, Any], within: str) -> Any:
    """Return a dataclass with the values stored, those that are missing or bad by default."""
    known = {field.name: field.metadata for field in fields(defaults)}
    values: dict[str, Any] = {}
    for key, value in stored.items():
        name = f"{within}{key}"
        if key not in known:
            log.warning("settings: %s is not known to this version and is passed over", name)
            continue
        try:
            new = _like(getattr(defaults, key), value, name, known[key].get("item"))
            values[key] = _within(new, known[key].get("within"))
        except (TypeError, ValueError, OverflowError):
            log.warning("settings: %s cannot be %r; the default is used", name, value)
    return replace(defaults, **values)


def _within(value: Any, limits: tuple[Any, Any] | None) -> Any:
    """Return a value; ValueError if it is beyond limits."""
    if limits is not None and not limits[0] <= value <= limits[1]:
        raise ValueError(value)
    return value


def _items(item: Any, stored: Mapping[str, Any], within: str) -> dict[str, Any]:
    """Return a dictionary with the values of the right kind."""
    values: dict[str, Any] = {}
    for key, value in islice(stored.items(), MOST_ITEMS):
        try:
            values[key] = _like(item, value, f"{within}.{key}")
        except (TypeError, ValueError, OverflowError):
            log.warning("settings: %s.%s cannot be %r; it is passed over", within, key, value)
    return values


def _row(item: Any, stored: list[Any], within: str) -> tuple[Any, ...]:
    """Return the values of the right kind in their order."""
    values: list[Any] = []
    for place, value in enumerate(stored[:MOST_ITEMS]):
        try:
            values.append(_like(item, value, f"{within}.{place}"))
        except (TypeError, ValueError, OverflowError):
            log.warning("settings: %s.%s cannot be %r; it is passed over", within, place, value)
    return tuple(values)


def _like(default: Any, value: Any, name: str, item: Any = None) -> Any:
    """Return `value` in the type of `default`; ValueError or TypeError if it is not of its kind.

    Parameters
    ----------
    item : Any
        A default for the values of a dictionary or a tuple; those of a tuple without are texts.
    """
    if is_dataclass(default) or isinstance(default, dict):
        if not isinstance(value, dict):
            raise TypeError(value)
        if isinstance(default, dict):
            return _items(item, value, name)
        return _section(default, value, f"{name}.")
    if isinstance(default, StrEnum):
        return type(default)(value)
    if isinstance(default, tuple):
        if not isinstance(value, list):
            raise TypeError(value)
        return tuple(map(_text, value)) if item is None else _row(item, value, name)
    if isinstance(default, float):
        if isinstance(value, bool) or not math.isfinite(number := float(value)):
            raise ValueError(value)
        return number
    if not isinstance(value, type(default)) or isinstance(value, bool) != isinstance(default, bool):
        raise TypeError(value)
    return _text(value) if isinstance(value, str) else value


def _text(value: Any) -> str:
    """Return a text that may name a file; TypeError if it is none: no system takes a null."""
    if not isinstance(value, str) or "\0" in value:
        raise TypeError(value)
    return value
