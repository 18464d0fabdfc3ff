"""What the user wants done when a sound is heard: clips kept, people told, commands run."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from leanviz.core.events import Event

MOST_WAIT_S = 86_400.0
# What a clip can reach back to lies in the memory of the source (`audio.source.HISTORY_S`).
MOST_ROLL_S = 30.0
MOST_LAST_S = 115.0
MOST_MB = 1_000_000
MOST_CLIPS = 100_000


def _check(name: str, value: float, limits: tuple[float, float]) -> None:
    if not limits[0] <= value <= limits[1]:
        raise ValueError(f"{name} must be from {limits[0]:g} to {limits[1]:g}, not {value:g}")


class ClipFormat(StrEnum):
    """How clips are stored; both hold 16-bit and 24-bit recordings without loss."""

    FLAC = "flac"
    WAV = "wav"


MOST_PADDING_S = 60.0


@dataclass(frozen=True, slots=True)
class Cut:
    """How clips of events are cut.

    Attributes
    ----------
    form : ClipFormat
    before_s, after_s : float
        Seconds kept before the onset and after the offset, up to `MOST_PADDING_S`.
    """

    form: ClipFormat = ClipFormat.FLAC
    before_s: float = 0.0
    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class WatchRule:
    """What to do about one class or family.

    Attributes
    ----------
    label : str
        Vocabulary name of a class or of a family, which stands for all its classes; "" for any
        sound.
    threshold : float
        Least score, of the sounds that are shown at all.
    enabled : bool
        Whether the rule is in use.
    record : bool
        Keep a clip of the sound, while recording is on.
    notify, highlight : bool
        Send a desktop notification; frame the window and name the sound.
    command : tuple of str
        A program and its arguments, run for each alert; empty for none. ``{label}``, ``{score}``
        and ``{time}`` are filled in.
    cooldown_s : float
        Least time from one alert of the rule to the next, in seconds.
    absence_s : float
        Alert only if the sound was absent for as long before, in seconds.
    """

    label: str = ""
    threshold: float = 0.5
    enabled: bool = True
    record: bool = False
    notify: bool = True
    highlight: bool = True
    command: tuple[str, ...] = ()
    cooldown_s: float = 60.0
    absence_s: float = 0.0

    def __post_init__(self) -> None:
        _check("threshold", self.threshold, (0.0, 1.0))
        _check("cooldown_s", self.cooldown_s, (0.0, MOST_WAIT_S))
        _check("absence_s", self.absence_s, (0.0, MOST_WAIT_S))

    @property
    def would_alert(self) -> bool:
        """Whether anybody is to be told, were the rule in use."""
        return self.notify or self.highlight or bool(self.command)

    @property
    def alerts(self) -> bool:
        """Whether anybody is to be told."""
        return self.enabled and self.would_alert

    def matches(self, event: Event) -> bool:
        """Tell whether the rule, if it is in use, is about an event."""
        named = self.label in {"", event.label} or self.label in event.parents
        return self.enabled and named and event.score >= self.threshold


@dataclass(frozen=True, slots=True)
class ClipChoices:
    """Whether and how clips are kept; by default no sound is.

    Attributes
    ----------
    record : bool
        Keep clips of the sounds whose rule asks for it.
    folder : str
        Where; "" for the place that leanviz has for them.
    form : ClipFormat
    before_s, after_s : float
        Seconds kept before the onset and after the offset.
    most_mb, most_clips : int
        Room for clips: megabytes (of 1,000,000 bytes) and files. The oldest make way.
    last_s : float
        Seconds that are saved by hand.
    """

    record: bool = False
    folder: str = ""
    form: ClipFormat = ClipFormat.FLAC
    before_s: float = 3.0
    after_s: float = 3.0
    most_mb: int = 1000
    most_clips: int = 1000
    last_s: float = 30.0

    def __post_init__(self) -> None:
        _check("before_s", self.before_s, (0.0, MOST_ROLL_S))
        _check("after_s", self.after_s, (0.0, MOST_ROLL_S))
        _check("most_mb", self.most_mb, (1, MOST_MB))
        _check("most_clips", self.most_clips, (1, MOST_CLIPS))
        _check("last_s", self.last_s, (1.0, MOST_LAST_S))


@dataclass(frozen=True, slots=True)
class WatchChoices:
    """All of it."""

    clips: ClipChoices = field(default_factory=ClipChoices)
    # stored rule by rule, each like this one
    rules: tuple[WatchRule, ...] = field(default=(), metadata={"item": WatchRule()})

    @property
    def recording(self) -> bool:
        """Whether any sound would be kept."""
        return self.clips.record and any(rule.enabled and rule.record for rule in self.rules)

    def recorded(self, event: Event) -> WatchRule | None:
        """Return the first rule that has an event kept, None if it is not to be kept."""
        if not self.clips.record:
            return None
        return first(rule for rule in self.rules if rule.record and rule.matches(event))


def first(rules: Iterable[WatchRule]) -> WatchRule | None:
    """Return the first of some rules: where several fit, the one further up decides."""
    return next(iter(rules), None)
