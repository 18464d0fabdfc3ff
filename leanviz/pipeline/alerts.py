"""Telling people, and their programs, that a sound is heard."""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from leanviz.core.clock import seconds, to_sample
from leanviz.core.events import Event
from leanviz.core.ring import Ring
from leanviz.core.watching import WatchRule
from leanviz.pipeline.commands import CommandRunner
from leanviz.pipeline.sinks import SinkStatus, StreamInfo, StreamNote

NAME = "alerts"
MOST_WAITING = 64
# Sounds of one rule that are less than this apart are one sound: an extent may still move.
APART_S = 1.0
_PLACEHOLDER = re.compile(r"\{(label|score|time)\}")


@dataclass(frozen=True, slots=True)
class Alert:
    """Somebody is to be told of a sound.

    Attributes
    ----------
    rule : WatchRule
        Who is told, and how.
    title : str
        Display name of the class.
    score : float
    at : datetime
        When the sound began, with its zone.
    test : bool
        Whether it is only tried out.
    """

    rule: WatchRule
    title: str
    score: float
    at: datetime
    test: bool = False

    @property
    def time_text(self) -> str:
        """The time of day."""
        return self.at.strftime("%H:%M:%S")


def filled(command: Sequence[str], alert: Alert) -> list[str]:
    """Return a command with the placeholders of each argument filled in.

    What is filled in is looked at no further, and cannot begin an argument with a hyphen: a
    label is never taken for an option.
    """
    label = "".join(char for char in alert.title if char.isprintable()).lstrip("-")
    values = {
        "label": label,
        "score": f"{alert.score:.2f}",
        "time": alert.at.isoformat(timespec="seconds"),
    }
    return [_PLACEHOLDER.sub(lambda found: values[found[1]], part) for part in command]


@dataclass(slots=True)
class _Memory:
    """What one rule remembers, in source samples."""

    heard_until: int | None = None
    alerted: int | None = None


class Alerts:
    """Judges by rules, on the time of the stream, when to alert (a sink).

    An alert is given while the sound lasts, as soon as its score is high enough. The same sound is
    told once; after that the rule waits for its cooldown, and for the sound to have been absent.

    Parameters
    ----------
    rules : sequence of WatchRule
    runner : CommandRunner
        Runs commands; outlives the stream.
    """

    def __init__(self, rules: Sequence[WatchRule], runner: CommandRunner) -> None:
        self._rules = tuple(rules)
        self._runner = runner
        self._stream: StreamInfo | None = None
        self._memory: dict[WatchRule, _Memory] = {}
        self._alerts: deque[Alert] = deque(maxlen=MOST_WAITING)
        self._given = self._missed = 0

    def set_rules(self, rules: Sequence[WatchRule]) -> None:
        """Use other rules from now on; those that stay as they are remember what they heard."""
        self._rules = tuple(rules)

    def drain(self) -> list[Alert]:
        """Take the alerts since the last call, for the window to show."""
        taken: list[Alert] = []
        while self._alerts:
            taken.append(self._alerts.popleft())
        return taken

    def begin(self, stream: StreamInfo, ring: Ring) -> None:
        """Take the stream."""
        del ring
        self._stream = stream

    def take(self, events: Sequence[Event], heard: int) -> None:
        """Judge events that are final."""
        del heard
        self._judge(events)

    def sounding(self, events: Sequence[Event], heard: int) -> None:
        """Judge what sounds now."""
        del heard
        self._judge(events)

    def note(self, note: StreamNote) -> None:
        """Nothing else is worth an alert."""

    def status(self) -> SinkStatus:
        """Return how many alerts were given."""
        return SinkStatus(NAME, written=self._given, dropped=self._missed)

    def close(self) -> None:
        """Nothing is left to do: commands are the runner's."""

    def _judge(self, events: Sequence[Event]) -> None:
        stream = self._stream
        if stream is None:
            return
        for rule in self._rules:
            fitting = [event for event in events if rule.alerts and rule.matches(event)]
            if fitting:
                self._consider(rule, fitting, stream)

    def _consider(self, rule: WatchRule, events: list[Event], stream: StreamInfo) -> None:
        """Note that a rule's sound is heard; alert if it is time to."""
        memory = self._memory.setdefault(rule, _Memory())
        loudest = max(events, key=lambda event: event.score)
        onset = min(event.onset for event in events)
        offset = max(event.offset for event in events)
        rate = stream.sample_rate
        absent = max(APART_S, rule.absence_s)
        last, before = memory.heard_until, memory.alerted
        memory.heard_until = offset if last is None else max(last, offset)
        if last is not None and onset - last < to_sample(absent, rate):
            return
        if before is not None and onset - before < to_sample(rule.cooldown_s, rate):
            return
        memory.alerted = onset
        self._give(rule, loudest, stream)

    def _give(self, rule: WatchRule, event: Event, stream: StreamInfo) -> None:
        at = stream.origin + timedelta(seconds=seconds(event.onset, stream.sample_rate))
        title = stream.taxonomy[stream.taxonomy.index(event.label)].title
        alert = Alert(rule, title, event.score, at)
        self._missed += len(self._alerts) == MOST_WAITING
        self._alerts.append(alert)
        self._given += 1
        run_command(alert, self._runner)


def run_command(alert: Alert, runner: CommandRunner) -> None:
    """Run the command of an alert, if its rule has one."""
    if alert.rule.command:
        runner.run(filled(alert.rule.command, alert), alert.title)
