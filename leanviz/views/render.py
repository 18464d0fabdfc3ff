"""A recording as a figure: its panes, and how to draw them again; needs no screen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from shiboken6 import delete

import leanviz
from leanviz.core.analysis_kinds import Kind
from leanviz.core.clock import Span, to_sample
from leanviz.core.detail import Detail
from leanviz.core.errors import UserError
from leanviz.core.taxonomy import Taxonomy
from leanviz.models.analysis import LONGEST_S as LONGEST_ANALYSIS_S
from leanviz.models.analysis import AnalysisModel, Source, too_long
from leanviz.models.time_text import TimeFormat, elapsed
from leanviz.sessions.labels import Mark
from leanviz.sessions.report import printable
from leanviz.views import style
from leanviz.views.box_desk import draw_boxes
from leanviz.views.closer import LONGEST_S, is_coarse
from leanviz.views.drawing import small_font
from leanviz.views.figure_spec import FigureSpec
from leanviz.views.lanes import NO_LABELS
from leanviz.views.picture_file import painting_svg, write_png
from leanviz.views.plain import PlainLabel
from leanviz.views.theme import THEMES
from leanviz.views.workspace import ANALYSIS, SHARES, Workspace

if TYPE_CHECKING:
    from leanviz.pipeline.analyses import Analysis
    from leanviz.pipeline.results import ClipAnalysis

MARGIN = 8
# Height of a lane in which its text can be read well.
LANE = 20
MOST_FOR_LANES = 0.45


@dataclass(frozen=True, slots=True)
class Also:
    """What a figure shows besides an analysis.

    Attributes
    ----------
    reference : sequence of Mark
        Somebody's labels of the sound, drawn below its own.
    detail : Detail or None
        See `detail_of`.
    analyses : mapping of int to Analysis
        The parts of what librosa makes of it, see `analyses_of`.
    remark : str
        What else the caption says.
    origin : datetime or None
        When the recording began, where it is known.
    """

    reference: Sequence[Mark] = ()
    detail: Detail | None = None
    analyses: "Mapping[int, Analysis]" = field(default_factory=dict[int, "Analysis"])
    remark: str = ""
    origin: datetime | None = None


def render_clip(
    analysis: "ClipAnalysis",
    taxonomy: Taxonomy,
    path: Path,
    spec: FigureSpec,
    also: Also | None = None,
) -> None:
    """Draw an analysis into a picture file.

    In an SVG words, labels and axes are shapes, and what is pixels stays pixels. The caption is in
    the file as a text too, as its description.

    Parameters
    ----------
    analysis : ClipAnalysis
    taxonomy : Taxonomy
        The vocabulary of its labels.
    path : Path
        Where to; its suffix, PNG or SVG, names the format.
    spec : FigureSpec
    also : Also or None

    Raises
    ------
    OSError
        If the picture cannot be written; `sessions.writing.replacing` makes a sentence of it.
    """
    offscreen_application()
    also = also or Also()
    told = caption(analysis, spec, path.suffix.lower(), also)
    before = analysis.tracks.detail
    # what the window looks at has a detail of its own
    analysis.tracks.detail = also.detail
    figure = _Figure(analysis, taxonomy, spec, told, also)
    try:
        _write(figure, path, told)
    finally:
        analysis.tracks.detail = before
        # at once: the garbage collector might take it at a moment that is bad for Qt (`Tidying`)
        delete(figure)


def needs_detail(analysis: "ClipAnalysis", spec: FigureSpec) -> bool:
    """Return whether a figure shows more than what is kept of a long recording."""
    start_s, stop_s = spec.span_s or (0.0, analysis.duration_s)
    step = (stop_s - start_s) * analysis.sample_rate / spec.size[0]
    return stop_s - start_s <= LONGEST_S and is_coarse(analysis.tracks, step)


def detail_of(analysis: "ClipAnalysis", spec: FigureSpec) -> Detail | None:
    """Read what a figure needs of a recording, None if that is nothing. Any thread.

    Raises
    ------
    UserError
        If the recording cannot be read any more.
    """
    from leanviz.pipeline.detail import detail_for, detail_of_file

    rate, tracks = analysis.sample_rate, analysis.tracks
    start_s, stop_s = spec.span_s or (0.0, analysis.duration_s)
    if not needs_detail(analysis, spec):
        return None
    step = (stop_s - start_s) * rate / spec.size[0]
    shown = Span(to_sample(start_s, rate), min(to_sample(stop_s, rate), analysis.n_samples))
    return detail_of_file(analysis.path, detail_for(tracks, shown, step), lambda: False)


def analyses_of(analysis: "ClipAnalysis", spec: FigureSpec) -> "dict[int, Analysis]":
    """Have librosa make what a figure shows of a recording; loading it takes seconds.

    Raises
    ------
    UserError
        If that is too long, or the recording cannot be read any more.
    """
    if spec.analysis is None:
        return {}
    from leanviz.pipeline.analysis_process import PartRequest, analyse_part

    start_s, stop_s = spec.span_s or (0.0, analysis.duration_s)
    if too_long(stop_s - start_s):
        raise UserError(f"--analysis is of at most {LONGEST_ANALYSIS_S:g} s: give --start, --stop.")
    model = AnalysisModel()
    show_analysis(model, analysis, spec.analysis, {})
    path, kind = analysis.path, spec.analysis
    parts = model.parts_of(start_s, stop_s)
    return {part: analyse_part(PartRequest(path, kind, part)) for part in parts}


def show_analysis(
    model: AnalysisModel, analysis: "ClipAnalysis", kind: Kind, parts: "Mapping[int, Analysis]"
) -> None:
    """Have a model show parts of what librosa makes of a recording."""
    source = Source(analysis.path, 0, analysis.sample_rate, analysis.n_samples)
    model.set_kind(kind)
    model.set_source(source)
    for number, part in parts.items():
        model.take(source, number, part)


def _write(figure: "_Figure", path: Path, told: str) -> None:
    if path.suffix.lower() == ".svg":
        with painting_svg(path, figure.size(), description=told) as painter:
            figure.render(painter, QPoint(0, 0))
        return
    picture = QImage(figure.size(), QImage.Format.Format_RGB32)
    picture.setText("Description", told)
    figure.render(picture)
    write_png(picture, path)


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
        spec: FigureSpec,
        told: str,
        also: Also,
    ) -> None:
        super().__init__()
        self._theme, self._spec = THEMES[spec.theme], spec
        palette = style.palette(self._theme)
        palette.setColor(style.Role.Window, QColor(self._theme.background))
        self.setPalette(palette)
        # the window has it too, so that figures look the same with and without one
        words = f"QLabel {{ color: {self._theme.text}; }}"
        self.setStyleSheet(style.style_sheet(self._theme) + words)
        self._workspace = Workspace()
        self._workspace.set_time_format(_times(spec, also))
        self._caption = PlainLabel(told)
        self._caption.setFont(small_font())
        self._caption.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, MARGIN, 0, MARGIN)
        layout.setSpacing(MARGIN)
        layout.addWidget(self._workspace, 1)
        layout.addWidget(self._caption)
        self._caption.setIndent(MARGIN)
        self.resize(*spec.size)
        if also.reference and "reference" in spec.panes:
            self._workspace.reference_model.show("", also.reference, taxonomy)
        self._fill(analysis, taxonomy)
        if spec.analysis is not None:
            show_analysis(self._workspace.analysis_model, analysis, spec.analysis, also.analyses)
        draw_boxes(self._workspace)
        self._choose()
        self._make_room()

    def _fill(self, analysis: "ClipAnalysis", taxonomy: Taxonomy) -> None:
        workspace = self._workspace
        workspace.set_taxonomy(taxonomy)
        workspace.set_theme(self._theme)
        workspace.spectrogram.set_settings(self._spec.spectrogram)
        workspace.show_tracks(analysis.tracks)
        workspace.lanes.explain(NO_LABELS)
        workspace.time.show_recording(analysis.duration_s)
        workspace.time.fit()
        if self._spec.span_s is not None:
            start_s, stop_s = self._spec.span_s
            workspace.time.show(start_s, stop_s - start_s)
        workspace.timeline.restart(analysis.sample_rate, analysis.events)
        workspace.attention_model.set_band(analysis.attention, str(analysis.path))
        head = self._spec.head
        one = int(head) - 1 if head.isdecimal() and int(head) else None
        workspace.attention_model.set_head("max" if head == "max" else one)
        workspace.attention_model.set_ridge(self._spec.ridge)
        workspace.attention_model.set_brightness(self._spec.brightness)

    def _choose(self) -> None:
        """Show the panes that are wanted, and the time axis below them."""
        workspace = self._workspace
        workspace.overview.hide()
        for name in ("waveform", "spectrogram", "lanes", "attention"):
            workspace.pane(name).setVisible(name in self._spec.panes)
        workspace.analysis.setVisible(self._spec.analysis is not None)
        if not {"waveform", "spectrogram", "lanes", "attention"} & set(self._spec.panes):
            # what is as high as its rows stands at the top
            rows = workspace.reference.height() + workspace.time_axis.height()
            workspace.setMaximumHeight(rows + MARGIN)

    def _make_room(self) -> None:
        """Share the height so that all lanes can be read, if that leaves enough for the rest."""
        workspace, panes = self._workspace, self._spec.panes
        words = self._caption.heightForWidth(self.width())
        room = self.height() - 3 * MARGIN - words
        reference = workspace.reference
        below = reference.height() if reference.isVisibleTo(self) else 0
        lanes = workspace.lanes.n_in_view if "lanes" in panes else 0
        wanted = LANE * lanes + below + workspace.time_axis.height()
        part = min(wanted / room, MOST_FOR_LANES) if lanes else wanted / room
        names = ("waveform", "spectrogram", "", "attention")
        shares = zip(names, SHARES, strict=True)
        others = sum(share for name, share in shares if name in panes and name)
        others += ANALYSIS if self._spec.analysis is not None else 0
        workspace.divided.share_out(others * part / max(1e-3, 1.0 - part))


def _times(spec: FigureSpec, also: Also) -> TimeFormat:
    return TimeFormat(also.origin if spec.time_of_day else None)


def caption(analysis: "ClipAnalysis", spec: FigureSpec, suffix: str, also: Also) -> str:
    """Return what a figure shows, how, and the command that draws it again."""
    name = printable(analysis.path.name)
    shown, times = elapsed(analysis.duration_s, 1), _times(spec, also)
    if spec.span_s is not None:
        start, stop = map(times.text, spec.span_s)
        shown = f"{start} \u2013 {stop} of {shown}"
    facts = (
        name,
        "" if times.origin is None else f"began {times.origin:%Y-%m-%d %H:%M:%S}",
        shown,
        f"{analysis.sample_rate / 1000:g} kHz",
        analysis.model,
        f"leanviz {leanviz.__version__}",
    )
    how = " \u00b7 ".join(filter(None, (spec.settings_text(), also.remark)))
    lines = (" \u00b7 ".join(filter(None, facts)), how, spec.command(name, f"figure{suffix}"))
    return "\n".join(filter(None, lines))
