"""A recording as a figure: its panes, and how to draw them again; needs no screen."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

import leanviz
from leanviz.core.errors import ExportError
from leanviz.core.taxonomy import Taxonomy
from leanviz.models.time_text import elapsed
from leanviz.sessions.labels import Mark
from leanviz.views import style
from leanviz.views.drawing import small_font
from leanviz.views.theme import THEMES, Theme
from leanviz.views.workspace import SHARES, Workspace

if TYPE_CHECKING:
    from leanviz.pipeline.results import ClipAnalysis

MARGIN = 8
# Height of a lane in which its text can be read well.
LANE = 20
MOST_FOR_LANES = 0.45


def render_clip(  # noqa: PLR0913  (each is an option)
    analysis: "ClipAnalysis",
    taxonomy: Taxonomy,
    path: Path,
    *,
    theme: str = "dark",
    width: int = 1280,
    height: int = 800,
    reference: Sequence[Mark] = (),
) -> None:
    """Draw an analysis into a picture file.

    Parameters
    ----------
    analysis : ClipAnalysis
    taxonomy : Taxonomy
        The vocabulary of its labels.
    path : Path
        Where to; its suffix names the format.
    theme : str
        One of `leanviz.views.theme.THEMES`.
    width, height : int
        Size in pixels.
    reference : sequence of Mark
        Somebody's labels of the sound, drawn below its own.

    Raises
    ------
    ExportError
        If the picture cannot be written.
    """
    offscreen_application()
    figure = _Figure(analysis, taxonomy, THEMES[theme], (width, height), reference)
    picture = QImage(width, height, QImage.Format.Format_RGB32)
    figure.render(picture)
    figure.deleteLater()
    if not picture.save(str(path)):
        raise ExportError(f"The figure cannot be written to {path}.")


def offscreen_application() -> None:
    """Make sure that there is an application; a program without a window has none yet."""
    if QApplication.instance() is None:
        made = QApplication([])
        made.setStyle("Fusion")
        made.setFont(style.tabular(made.font()))
        # kept: Qt needs it for as long as anything of it is alive
        offscreen_application.made = made  # pyright: ignore[reportFunctionMemberAccess]


class _Figure(QWidget):
    """The panes with a caption, laid out as if on a screen."""

    def __init__(
        self,
        analysis: "ClipAnalysis",
        taxonomy: Taxonomy,
        theme: Theme,
        size: tuple[int, int],
        reference: Sequence[Mark],
    ) -> None:
        super().__init__()
        palette = style.palette(theme)
        palette.setColor(style.Role.Window, QColor(theme.background))
        self.setPalette(palette)
        self._workspace = Workspace()
        self._caption = QLabel(caption(analysis, theme.name, size))
        self._caption.setFont(small_font())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, MARGIN, 0, MARGIN)
        layout.setSpacing(MARGIN)
        layout.addWidget(self._workspace, 1)
        layout.addWidget(self._caption)
        self._caption.setIndent(MARGIN)
        self.resize(*size)
        if reference:
            self._workspace.reference_model.show("", reference, taxonomy)
        self._fill(analysis, taxonomy, theme)

    def _fill(self, analysis: "ClipAnalysis", taxonomy: Taxonomy, theme: Theme) -> None:
        workspace = self._workspace
        workspace.set_taxonomy(taxonomy)
        workspace.set_theme(theme)
        workspace.overview.hide()
        workspace.show_tracks(analysis.tracks)
        workspace.time.show_recording(analysis.duration_s)
        workspace.time.fit()
        workspace.timeline.restart(analysis.sample_rate, analysis.events)
        workspace.attention_model.set_band(analysis.attention)
        self._make_room(len(workspace.timeline.lanes))

    def _make_room(self, lanes: int) -> None:
        """Share the height so that all lanes can be read, if that leaves enough for the rest."""
        room = self.height() - 3 * MARGIN - self._caption.sizeHint().height()
        reference = self._workspace.reference
        below = reference.height() if reference.isVisibleTo(self) else 0
        wanted = LANE * lanes + below + self._workspace.time_axis.height()
        part = min(wanted / room, MOST_FOR_LANES)
        others = sum(SHARES) - SHARES[2]
        self._workspace.divided.share_out(others * part / (1.0 - part))


def caption(analysis: "ClipAnalysis", theme: str, size: tuple[int, int]) -> str:
    """Return what a figure shows, and the command that draws it again."""
    name = analysis.path.name
    command = shlex.join((
        "leanviz", "render", name, "-o", "figure.png", "--theme", theme,
        "--width", str(size[0]), "--height", str(size[1]),
    ))  # fmt: skip
    facts = (
        name,
        elapsed(analysis.duration_s, 1),
        f"{analysis.sample_rate / 1000:g} kHz",
        analysis.model,
        f"leanviz {leanviz.__version__}",
    )
    return " \u00b7 ".join(facts) + "\n" + command
