"""What the window does about sounds beyond showing them: clips, alerts, and their settings."""

import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QMainWindow, QMenuBar

from leanviz.core.taxonomy import Taxonomy
from leanviz.core.watching import WatchChoices, WatchRule
from leanviz.pipeline.alerts import Alert, Alerts, run_command
from leanviz.pipeline.commands import CommandOutcome, CommandRunner
from leanviz.views.actions import Actions
from leanviz.views.alerts_dialog import AlertsDialog
from leanviz.views.alerts_frame import AlertFrame
from leanviz.views.alerts_notify import WHAT as NOTIFICATIONS
from leanviz.views.alerts_notify import Notifier
from leanviz.views.alerts_sounds import sound_title
from leanviz.views.alerts_strip import AlertStrip, sentence
from leanviz.views.background import Background
from leanviz.views.banner import Banner
from leanviz.views.director import Director
from leanviz.views.listening import Listening
from leanviz.views.recorder_badge import RecorderBadge
from leanviz.views.status_bar import StatusBar
from leanviz.views.theme import Theme

if TYPE_CHECKING:
    from leanviz.inference.model import LeanModel
    from leanviz.pipeline.recorder import Recorder, RecorderState

POLL_MS = 200
# What is due so soon is done when the window is awake anyway.
SOON_MS = 50
# While nobody sees the window: with its other timers of half a second, Qt has them together.
HIDDEN_POLL_MS = 500


def clips_folder() -> Path:
    """Return where clips of this user go unless they say otherwise."""
    return platformdirs.user_data_path("leanviz", appauthor=False) / "clips"


class Watching(QObject):
    """Makes the recorder and the alerts of each stream, and shows what they tell.

    It looks at them when more was heard, and by a timer while there is a command or nothing comes.

    Parameters
    ----------
    choices : WatchChoices
    listening : Listening
        Whose streams are watched.
    window : QMainWindow
        Is framed by alerts, and the parent of the dialog.

    Signals
    -------
    said : str
        A sentence worth a few seconds.
    trouble, over : str
        What is wrong; the same sentence when it is over.
    noted : str
        A sentence that stays until it is dismissed.
    """

    said = Signal(str)
    trouble = Signal(str)
    over = Signal(str)
    noted = Signal(str)
    _switched = Signal(bool)

    def __init__(self, choices: WatchChoices, listening: Listening, window: QMainWindow) -> None:
        super().__init__(window)
        self._choices = choices
        self._listening, self._window = listening, window
        self.badge, self.strip, self.frame = RecorderBadge(), AlertStrip(), AlertFrame(window)
        self._runner = CommandRunner()
        self._finder = Background("unfinished-clips")
        self._notifier = Notifier(self._runner, self)
        self._recorder: Recorder | None = None
        self._alerts: Alerts | None = None
        self._dialog: AlertsDialog | None = None
        self._told = ("", 0)
        self._no_way = ""
        # as shown
        self._recorded: RecorderState | None = None
        self._timer, self._polled_s = QTimer(self), 0.0
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)
        listening.heard.connect(self._poll_early)
        listening.level_takers.append(self._poll_early)
        self.badge.show_choices(choices)
        listening.sink_makers += [self.make_recorder, self.make_alerts]

    def show_badge_in(self, bar: QMenuBar) -> None:
        """Show in the corner of the menu bar whether sound is kept."""
        # A desktop that takes the menus out of the window would take the red dot with them.
        bar.setNativeMenuBar(False)
        bar.setCornerWidget(self.badge)

    def speak_through(self, status: StatusBar, banner: Banner) -> None:
        """Say there what there is to say."""
        self.said.connect(status.say)
        self.trouble.connect(banner.say)
        self.over.connect(banner.withdraw)
        self.noted.connect(banner.note)

    def serve(self, actions: Actions, director: Director) -> None:
        """Have the actions do their work."""
        record = actions["record clips"]
        actions.connect({
            "record clips": lambda: self.set_recording(record.isChecked()),
            "save last": self.save_last,
            "watching": lambda: self._ask(director),
        })  # fmt: skip
        self._switched.connect(record.setChecked)
        record.setChecked(self._choices.clips.record)

    def begin(self) -> None:
        """Keep what was being recorded when leanviz ended without a stop, and tell of it."""
        clips = self._choices.clips

        def finish() -> list[Path]:
            from leanviz.pipeline.clip_folder import finish_clips

            return finish_clips(clips, clips_folder())

        self._finder.run(finish, self._tell_finished, self.trouble.emit)
        self._timer.start()

    @property
    def choices(self) -> WatchChoices:
        """What the user wants done."""
        return self._choices

    # -- for a stream -----------------------------------------------------------------------------

    def make_recorder(self) -> "Recorder":
        """Return the recorder of a new stream."""
        # imported here for its time: it loads libsndfile, as the model's loader has done by now
        from leanviz.pipeline.recorder import Recorder

        self._recorder = Recorder(self._choices, clips_folder())
        self._recorded = None
        self._timer.start()
        return self._recorder

    def make_alerts(self) -> Alerts:
        """Return the alerts of a new stream."""
        self._alerts = Alerts(self._choices.rules, self._runner)
        self._timer.start()
        return self._alerts

    # -- for the user -----------------------------------------------------------------------------

    def set_recording(self, on: bool) -> None:
        """Keep clips of the sounds whose rule asks for it, or none."""
        self._take(replace(self._choices, clips=replace(self._choices.clips, record=on)))
        if self._dialog is not None:
            self._dialog.set_recording(on)
        if on and not self._choices.recording:
            self.said.emit("No rule keeps a clip yet: choose sounds in Recording and Alerts.")

    def save_last(self) -> None:
        """Keep what was heard in the last seconds."""
        last_s = self._choices.clips.last_s
        if self._recorder is None or not self._recorder.save_last(last_s):
            self.said.emit("Nothing was heard that could be saved.")

    def show_dialog(self, model: "LeanModel") -> None:
        """Show the rules, beside the window."""
        if self._dialog is not None:
            self._dialog.close()
        taxonomy, recommended = model.taxonomy, model.default_rules()
        dialog = AlertsDialog(self._choices, taxonomy, recommended, clips_folder(), self._window)
        dialog.changed.connect(self._take)
        dialog.tested.connect(lambda rule: self._test(rule, taxonomy))
        dialog.finished.connect(dialog.deleteLater)
        dialog.finished.connect(lambda _: self._forget(dialog))
        self._dialog = dialog
        dialog.show()

    def set_visible(self, visible: bool) -> None:
        """Look less often while nobody can see the window."""
        self._timer.setInterval(POLL_MS if visible else HIDDEN_POLL_MS)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for widget in (self.badge, self.frame):
            widget.theme = theme
            widget.update()

    def close(self) -> None:
        """End; commands get a few seconds. Twice is harmless."""
        self._timer.stop()
        if self._dialog is not None:
            self._dialog.close()
        self._notifier.close()
        self._runner.close()
        self._finder.close()

    def _ask(self, director: Director) -> None:
        if director.engine is not None:
            self.show_dialog(director.engine.model)

    def _forget(self, dialog: AlertsDialog) -> None:
        if self._dialog is dialog:
            self._dialog = None

    def _take(self, choices: WatchChoices) -> None:
        switched = choices.clips.record != self._choices.clips.record
        self._choices = choices
        if self._recorder is not None:
            self._recorder.set_choices(choices)
        if self._alerts is not None:
            self._alerts.set_rules(choices.rules)
        self.badge.show_choices(choices)
        self._show_recorder(anew=True)
        if switched:
            self._switched.emit(choices.clips.record)

    def _test(self, rule: WatchRule, taxonomy: Taxonomy) -> None:
        title = sound_title(rule.label, taxonomy)
        alert = Alert(rule, title, rule.threshold, datetime.now().astimezone(), test=True)
        self._tell(alert)
        run_command(alert, self._runner)
        self._timer.start()
        if self._dialog is not None:
            self._dialog.show_outcome(self._no_way or "The command runs\u2026" * bool(rule.command))

    # -- what they tell ---------------------------------------------------------------------------

    def _poll_early(self, *_: object) -> None:
        """Look when the window is awake anyway, and have the timer wait for its next turn."""
        # the timer is asked only when it may be due: that takes longer than to look at the clock
        late = time.perf_counter() - self._polled_s >= 0.001 * (POLL_MS - SOON_MS)
        if late and self._timer.isActive() and self._timer.remainingTime() < SOON_MS:
            self._timer.start()
            self._poll()

    def _poll(self) -> None:
        self._polled_s = time.perf_counter()
        if not self._listening.busy and not self._runner.busy and not self._finder.busy:
            # this look is the last: what was told at the very end is shown too
            self._timer.stop()
        self._finder.poll()
        self._show_recorder()
        for alert in self._alerts.drain() if self._alerts is not None else ():
            self._tell(alert)
        for outcome in self._runner.drain():
            self._show_outcome(outcome)
        self._complain()

    def _tell(self, alert: Alert) -> None:
        if alert.rule.highlight:
            self.strip.show_alert(alert)
            self.frame.flash()
        if alert.rule.notify:
            self._no_way = self._notifier.notify(alert.title, sentence(alert))
            QApplication.alert(self._window)

    def _show_recorder(self, anew: bool = False) -> None:
        """Show what the recorder does, if it is something else, or if the badge is to be anew."""
        if self._recorder is None:
            return
        before, state = self._recorded, self._recorder.state()
        if state == before and not anew:
            return
        self._recorded = state
        self.badge.show_state(state.writing, state.saved)
        if state.saved != (before.saved if before is not None else 0):
            self._tell_saved(state)

    def _tell_finished(self, clips: list[Path]) -> None:
        if clips:
            where = str(clips[0]) if len(clips) == 1 else f"{clips[0].parent}: {len(clips)} clips"
            self.noted.emit(f"leanviz ended without a stop. What it was recording is in {where}.")

    def _tell_saved(self, state: "RecorderState") -> None:
        remark = f": {state.remark}" if state.remark else ""
        if state.by_hand or remark:
            self.said.emit(f"Saved {state.latest}{remark}")

    def _show_outcome(self, outcome: CommandOutcome) -> None:
        if self._dialog is not None and (outcome.failure or outcome.what != NOTIFICATIONS):
            output = f": {outcome.output}" if outcome.output else "."
            self._dialog.show_outcome(outcome.failure or f"The command ended well{output}")

    def _complain(self) -> None:
        """Tell what is wrong, again if it happens again, and when it is over."""
        status = self._runner.status()
        recorder = self._recorder.status().trouble if self._recorder is not None else ""
        found = recorder or status.trouble or self._no_way
        told = (found, status.failed + status.dropped if found == status.trouble else 0)
        if told == self._told:
            return
        before, self._told = self._told[0], told
        if before and before != found:
            self.over.emit(before)
        if found:
            self.trouble.emit(found)
