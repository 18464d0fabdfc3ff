"""Label files opened with a sound or dropped on it: read, matched to the sound, and compared."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from leanviz.evaluation.recordings import recording_of
from leanviz.sessions.labels import LabelFile, Mark, stem
from leanviz.sessions.reading import SUFFIXES, read_labels
from leanviz.views.action_table import Mode
from leanviz.views.actions import Actions
from leanviz.views.director import Director
from leanviz.views.polled import PolledBackground
from leanviz.views.reference_panel import WAITING, ReferencePanel
from leanviz.views.review_files import is_review
from leanviz.views.session_view import is_session
from leanviz.views.side import Side
from leanviz.views.telling import Telling
from leanviz.views.workspace import Workspace

if TYPE_CHECKING:
    from leanviz.evaluation.reference import ReferenceFigures

# A slider that is dragged is compared when it rests.
SETTLED_MS = 300
MOST_FILES = 200
FILTERS = "Labels (*.txt *.csv *.tsv *.json *.jsonl *.lab);;All files (*)"
NO_SOUND = "Open the sound first: its labels are then shown below it."


class ReferenceFiles(Telling):
    """The reference of the sound shown, from the label files that were given.

    Files are read and figures are made on a worker thread; what is asked last counts.

    Signals
    -------
    changed :
        There is a reference, or none any more.
    """

    changed = Signal()

    def __init__(
        self, director: Director, workspace: Workspace, side: Side, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._director, self._workspace, self._side = director, workspace, side
        self.panel = ReferencePanel()
        self._given: tuple[Path, ...] = ()
        # those that the labels shown are from
        self.files: tuple[Path, ...] = ()
        self._sound: Path | None = None
        self._meant = False
        self._wish = 0
        self._remark = ""
        self._worker = PolledBackground("reference", self)
        self._settled = QTimer(self)
        self._settled.setInterval(SETTLED_MS)
        self._settled.setSingleShot(True)
        self._settled.timeout.connect(self._compare)
        director.opened.connect(self._take_sound)
        director.changed.connect(self._leave_sound)
        workspace.timeline_changed.connect(self._follow_timeline)

    @property
    def shown(self) -> bool:
        """Whether there is a reference."""
        return bool(self._workspace.reference_model.rows)

    def serve(self, actions: Actions, window: QWidget) -> None:
        """Do what the actions say."""
        actions.connect({"reference": lambda: self._ask(window), "no reference": self.remove})

    def take(self, paths: Sequence[Path]) -> list[Path]:
        """Keep the label files among paths for the sound shown or to come; return the others."""
        given = [path for path in paths if is_labels(path)]
        others = [path for path in paths if path not in given]
        if given:
            self._given = tuple(given[:MOST_FILES])
            self._meant = len(others) <= 1
            if len(given) > MOST_FILES:
                self.failed.emit(f"Only the first {MOST_FILES} label files are read.")
            if not others:
                self._read()
        return others

    def remove(self) -> None:
        """Show no reference, and forget the files."""
        self._given = ()
        self._wish += 1
        self._clear()

    def close(self) -> None:
        """End the worker. Twice is harmless."""
        self._wish += 1
        self._settled.stop()
        self._worker.close()

    def _ask(self, window: QWidget) -> None:
        folder = str(self._sound.parent) if self._sound is not None else ""
        name, _ = QFileDialog.getOpenFileName(window, "Reference Labels", folder, FILTERS)
        if name:
            self._given, self._meant = (Path(name),), True
            self._read()

    def _take_sound(self, path: Path) -> None:
        is_file = self._director.mode is Mode.FILE
        if is_file and path == self._sound:
            return  # the same again, and its labels with it
        self._sound = path if is_file else None
        self._clear()
        if self._given and is_file:
            self._read()

    def _leave_sound(self) -> None:
        if self._director.mode is not Mode.FILE and self._sound is not None:
            self._sound = None
            self._clear()

    def _clear(self) -> None:
        self.files = ()
        self._workspace.reference_model.clear()
        at = self._side.indexOf(self.panel)
        if at >= 0:
            self._side.removeTab(at)
        self.changed.emit()

    def _read(self) -> None:
        """Read all files given, and show what is of the sound."""
        sound, given, meant = self._sound, self._given, self._meant
        if sound is None:
            self.failed.emit(NO_SOUND)
            return
        self._meant = False
        self._wish += 1
        wish = self._wish
        self._worker.run(
            lambda: _labels_in(given),
            lambda files: self._show(wish, labels_of(sound, files, meant), files, meant),
            self.failed.emit,
        )

    def _show(
        self,
        wish: int,
        marks: "list[Mark] | None",
        files: list[tuple[Path, LabelFile]],
        meant: bool,
    ) -> None:
        if wish != self._wish or self._sound is None:
            return
        names = ", ".join(path.name for path, _ in files[:2]) + (", \u2026" if files[2:] else "")
        if marks is None:
            if meant:
                self.failed.emit(f"{names} has labels of other sounds, not of {self._sound.name}.")
            return
        taxonomy, sound = self._workspace.timeline.taxonomy, self._sound
        self.files = tuple(f[0] for f in files if labels_of(sound, [f], meant) is not None)
        self._workspace.reference_model.show(names, marks, taxonomy)
        self._remark = _unknown(marks, self._workspace)
        self.panel.wait(names, WAITING)
        if self._side.indexOf(self.panel) < 0:
            self._side.addTab(self.panel, "&Reference")
        self.changed.emit()
        self._tell(names, marks, files)
        self._settled.start()

    def _tell(self, names: str, marks: list[Mark], files: list[tuple[Path, LabelFile]]) -> None:
        bad = [(path, labels) for path, labels in files if labels.n_problems]
        if bad:
            path, labels = bad[0]
            first = labels.problems[0]
            count = sum(labels.n_problems for _, labels in bad)
            self.failed.emit(
                f"Rows that are no labels: {count}. {path.name}, line {first.line}: {first.what}"
            )
        count = "1 label" if len(marks) == 1 else f"{len(marks)} labels"
        self.said.emit(f"{names}: {count}. {self._remark}".strip())

    def _follow_timeline(self) -> None:
        self._workspace.timeline.lanes_changed.connect(self._settled.start)

    def _compare(self) -> None:
        """Have figures made of what is shown now."""
        analysis, rules = self._director.recording.analysis, self._director.rules
        marks, timeline = self._workspace.reference_model.marks, self._workspace.timeline
        if analysis is None or rules is None or not self.shown:
            return
        if self._worker.busy:
            self._settled.start()
            return
        events, taxonomy, wish = list(timeline.heard), timeline.taxonomy, self._wish

        def figures() -> "ReferenceFigures":
            from leanviz.evaluation.reference import pair_of_analysis, reference_figures, written
            from leanviz.evaluation.timeline import Heard

            pair = pair_of_analysis(marks, Heard.of(analysis), events, rules, taxonomy)
            return reference_figures([pair], written(marks, taxonomy))

        self._worker.run(figures, lambda found: self._show_figures(wish, found))

    def _show_figures(self, wish: int, figures: "ReferenceFigures") -> None:
        if wish == self._wish and self.shown:
            self.panel.show_figures(figures, self._workspace.timeline.taxonomy, self._remark)


def _labels_in(paths: Sequence[Path]) -> list[tuple[Path, LabelFile]]:
    """Read label files. Worker thread."""
    from leanviz.evaluation import reference

    # imported here for its time, which must be neither the first picture's nor the GUI thread's
    assert reference
    return [(path, read_labels(path)) for path in paths]


def is_labels(path: Path) -> bool:
    """Tell from its name whether a file may be one of labels; sessions are none."""
    session = is_session(path) or is_review(path)
    return path.suffix.lower() in SUFFIXES and not session and not path.is_dir()


def labels_of(
    sound: Path, files: Sequence[tuple[Path, LabelFile]], meant: bool
) -> list[Mark] | None:
    """Return the labels of a sound; None if no file has any of it.

    Parameters
    ----------
    meant : bool
        The user gave just these files for just this sound, whatever they are called.
    """
    own = stem(sound.name)
    found: list[Mark] | None = None
    for path, labels in files:
        names = {stem(name) for name in labels.files if name}
        for_it = own in names or (not names and (meant or recording_of(path) == own))
        if for_it:
            found = found or []
            found += [mark for mark in labels.marks if not mark.file or stem(mark.file) == own]
    return found


def _unknown(marks: Sequence[Mark], workspace: Workspace) -> str:
    """Return a sentence about labels of no class that LEAN has, "" if there are none."""
    from leanviz.evaluation.reference import Sounds

    unknown = Sounds.of(marks, workspace.timeline.taxonomy).unknown
    names = [name or "no name" for name in list(unknown)[:3]] + ["\u2026"] * (len(unknown) > 3)
    return f"LEAN has no class for {', '.join(names)}." if unknown else ""
