"""Clips and alerts of ``leanviz live``, and what is said of them on standard error."""

import shlex
from dataclasses import replace
from pathlib import Path

from leanviz.cli.console import say
from leanviz.cli.decisions import position_of
from leanviz.cli.options import WatchOptions
from leanviz.core.decisions import DecisionRules
from leanviz.core.errors import UserError
from leanviz.core.ready_rules import known, rules_of
from leanviz.core.taxonomy import Taxonomy
from leanviz.core.watching import ClipChoices, WatchChoices, WatchRule
from leanviz.pipeline.alerts import Alerts
from leanviz.pipeline.clip_folder import finish_clips
from leanviz.pipeline.commands import CommandRunner
from leanviz.pipeline.recorder import Recorder
from leanviz.pipeline.sinks import EventSink
from leanviz.sessions.writing import make_folder


class Watch:
    """Keeps clips and gives alerts.

    Raises
    ------
    UserError
        If a class does not exist, the command has an open quote or nothing to be run for, or the
        folder cannot be made.
    """

    def __init__(
        self, options: WatchOptions, taxonomy: Taxonomy, recommended: DecisionRules
    ) -> None:
        rules = alert_rules(options, taxonomy, recommended)
        self._runner = CommandRunner()
        self._alerts = Alerts(rules, self._runner)
        self._recorder = _recorder(options.record)
        self._trouble = ""

    @property
    def sinks(self) -> tuple[EventSink, ...]:
        """What the stream tells of its events."""
        return (self._alerts,) if self._recorder is None else (self._alerts, self._recorder)

    def tell(self) -> None:
        """Tell of alerts, and of what is wrong with clips and commands."""
        for alert in self._alerts.drain():
            say(f"Alert: this may be {alert.title} ({alert.score:.2f}, {alert.time_text}).")
        for outcome in self._runner.drain():
            if outcome.failure:
                say(outcome.failure)
        trouble = "" if self._recorder is None else self._recorder.status().trouble
        if trouble not in {"", self._trouble}:
            say(trouble)
        self._trouble = trouble

    def close(self) -> None:
        """End; tell what was kept, and what was not."""
        self._runner.close()
        self.tell()
        if self._recorder is not None:
            status = self._recorder.status()
            say(f"Clips: {status.written} saved, {status.dropped} not.")
        if dropped := self._runner.status().dropped:
            say(f"Commands that were not run because others took too long: {dropped}.")


def alert_rules(
    options: WatchOptions, taxonomy: Taxonomy, recommended: DecisionRules
) -> list[WatchRule]:
    """Return a rule for each class that alerts; UserError where that is not possible."""
    if options.command and not (options.alert or options.ready):
        raise UserError(
            "--run is for alerts: say with --alert or --ready-alerts which classes give one."
        )
    try:
        command = tuple(shlex.split(options.command))
    except ValueError as error:
        raise UserError("--run has a quote that is not closed.") from error
    labels = [taxonomy[position_of(name, taxonomy)].name for name in options.alert or ()]
    rules = [WatchRule(label, threshold=0.0, command=command) for label in labels]
    if options.ready:
        ready = rules_of(known(taxonomy), rules, taxonomy, recommended)
        rules += [replace(rule, command=command) for rule in ready]
    return rules


def _recorder(folder: Path | None) -> Recorder | None:
    if folder is None:
        return None
    make_folder(folder)
    choices = WatchChoices(ClipChoices(record=True), (WatchRule("", threshold=0.0, record=True),))
    for clip in finish_clips(choices.clips, folder):
        say(f"leanviz ended without a stop. What it was recording is in {clip}.")
    return Recorder(choices, folder)
