"""Writing an explanation: an archive, a table, or a picture."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from leanviz.core.errors import UserError
from leanviz.sessions.attention_file import write_attention, write_attention_table
from leanviz.views.background import Background
from leanviz.views.telling import Telling

if TYPE_CHECKING:
    from leanviz.inference.model import LeanModel
    from leanviz.pipeline.explaining import FileExplanation
    from leanviz.views.director import Director
    from leanviz.views.workspace import Workspace

FILTERS = "Attention archive (*.npz);;Table (*.csv);;Picture (*.svg *.png)"


class ExplainExport(Telling):
    """Asks where to, and writes: archives and tables by a worker, pictures at once."""

    def __init__(self, director: "Director", workspace: "Workspace", window: QWidget) -> None:
        super().__init__(window)
        self._director, self._workspace, self._window = director, workspace, window
        self._worker = Background("export-why")

    @property
    def busy(self) -> bool:
        """Whether anything is being written."""
        return self._worker.busy

    def ask_where(self) -> Path | None:
        """Return the place that the user chooses, None if they do not."""
        found = self._workspace.explanation_model.found
        if found is None:
            return None
        sound = found.inquiry.sound
        near = sound if isinstance(sound, Path) else Path.home() / f"{sound.name}.wav"
        start = str(near.with_suffix(".attention.npz"))
        name, _ = QFileDialog.getSaveFileName(self._window, "Export Explanation", start, FILTERS)
        return Path(name) if name else None

    def write(self, path: Path, head: int | None) -> None:
        """Write the explanation that is shown in the form that the suffix names."""
        found, engine = self._workspace.explanation_model.found, self._director.engine
        if found is None or engine is None:
            return
        suffix = path.suffix.lower()
        if suffix in {".svg", ".png"}:
            self._draw(found, engine.model, path, head)
            return
        from leanviz.pipeline.explanation_record import record_of

        live = not isinstance(found.inquiry.sound, Path)
        began = self._director.origin if live else None
        write = write_attention_table if suffix == ".csv" else write_attention
        self._worker.run(
            lambda: write(record_of(found, engine.model, began), path),
            lambda _: self.said.emit(f"Written: {path}"),
            self.failed.emit,
        )

    def poll(self) -> None:
        """Tell what became of it. GUI thread; never waits."""
        self._worker.poll()

    def close(self) -> None:
        """End. Twice is harmless."""
        self._worker.close()

    def _draw(
        self, found: "FileExplanation", model: "LeanModel", path: Path, head: int | None
    ) -> None:
        from leanviz.sessions.writing import replacing
        from leanviz.views.explain_figure import Look, render_explanation

        workspace = self._workspace
        look = Look(workspace.lanes.theme.name, head, workspace.attention_model.brightness)
        try:
            with replacing(path) as place:
                render_explanation(found, model, place, look)
        except UserError as error:
            self.failed.emit(str(error))
        else:
            self.said.emit(f"Written: {path}")
