"""``leanviz render``: the panes and the alignment map of a file as a picture, without a screen."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from leanviz.cli.console import complain
from leanviz.cli.decisions import choices
from leanviz.cli.engine import ProgressBar, analyze_path, open_model
from leanviz.cli.options import DecisionOptions, FigurePane, Theme
from leanviz.core.choices import DecisionChoices
from leanviz.core.decisions import DecisionRules
from leanviz.core.errors import ExportError, UserError
from leanviz.core.scales import Brightness, Scale
from leanviz.core.taxonomy import Taxonomy
from leanviz.inference.model import LeanModel
from leanviz.models.spectrogram import SpectrogramSettings
from leanviz.models.viewport import MIN_SPAN_S
from leanviz.pipeline.redraw import heard_of_file, spectra_of_file
from leanviz.pipeline.results import ClipAnalysis
from leanviz.sessions.labels import Mark
from leanviz.sessions.reading import read_labels
from leanviz.sessions.report import printable
from leanviz.sessions.writing import check_place, replacing
from leanviz.settings import decisions_from_text
from leanviz.views.figure_spec import FIGURE_SUFFIXES, LOW, PANES, SIZE, FigureSpec


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """What the command line says about a figure; None is as by default.

    Attributes
    ----------
    panes : sequence of FigurePane
        None of them, or `FigurePane.ALL`: all.
    decisions : str or None
        As `leanviz.settings.decisions_text` writes them, in place of other decision options.
    """

    theme: Theme = Theme.DARK
    width: int = SIZE[0]
    height: int | None = None
    panes: Sequence[FigurePane] = ()
    start_s: float | None = None
    stop_s: float | None = None
    scale: Scale = Scale.MEL
    floor_db: float | None = None
    ceiling_db: float | None = None
    low_hz: float | None = None
    high_hz: float | None = None
    palette: str | None = None
    window_ms: int | None = None
    model_eye: bool = False
    head: str = "0"
    ridge: bool = True
    brightness: Brightness = Brightness.ROW
    references: Sequence[Path] = ()
    decisions: str | None = None

    def spec(self, model: Path | None) -> FigureSpec:
        """Return the figure, of the whole file as yet; UserError if it makes no sense."""
        all_of_them = not self.panes or FigurePane.ALL in self.panes
        panes = PANES if all_of_them else tuple(p for p in PANES if p in set(self.panes))
        if FigurePane.REFERENCE in self.panes and not self.references:
            raise UserError("--pane reference needs --reference LABELS: there is nothing to draw.")
        low = LOW if len(panes) == 1 else SIZE[1]
        spec = FigureSpec(
            theme=self.theme.value,
            size=(self.width, low if self.height is None else self.height),
            panes=panes,
            spectrogram=self._spectrogram(),
            head=self.head,
            ridge=self.ridge,
            brightness=self.brightness,
            references=tuple(map(str, self.references)),
            model="" if model is None else str(model),
        )
        return spec if self.window_ms is None else replace(spec, window_ms=self.window_ms)

    def _spectrogram(self) -> SpectrogramSettings:
        from leanviz.views.palettes import PALETTES

        usual = SpectrogramSettings()
        given = {
            "floor_db": self.floor_db,
            "ceiling_db": self.ceiling_db,
            "fmin": self.low_hz,
            "fmax": self.high_hz,
        }
        made = replace(
            usual,
            scale=self.scale,
            palette=self.palette,
            model_eye=self.model_eye,
            **{name: value for name, value in given.items() if value is not None},
        )
        if self.palette is not None and self.palette not in PALETTES:
            raise UserError(f"There is no palette {self.palette}: choose {', '.join(PALETTES)}.")
        if made.ceiling_db <= made.floor_db or made.fmax <= made.fmin:
            raise UserError("--ceiling must be above --floor, and --high above --low.")
        return made

    def span_s(self, duration_s: float) -> tuple[float, float] | None:
        """Return what is shown of a file, None for all of it; UserError if that is nothing."""
        start_s = round(self.start_s or 0.0, 3)
        stop_s = min(duration_s, duration_s if self.stop_s is None else round(self.stop_s, 3))
        if (start_s, stop_s) == (0.0, duration_s):
            return None
        if stop_s - start_s < MIN_SPAN_S:
            raise UserError(
                f"From --start to --stop there must be {MIN_SPAN_S:g} s or more of the file, "
                f"which is {duration_s:.3f} s long."
            )
        return start_s, stop_s


def render(
    path: Path,
    output: Path,
    options: RenderOptions,
    decisions: DecisionOptions,
    model: Path | None,
) -> None:
    """Analyse a file and draw it.

    Raises
    ------
    UserError
        If the file, the model, an option or the output is unusable.
    """
    if output.suffix.lower() not in FIGURE_SUFFIXES:
        raise ExportError(
            f"Pictures are PNG or SVG: name a file that ends with .png or .svg, not {output}."
        )
    check_place(output)
    spec, marks = options.spec(model), reference_of(path, options.references)
    lean, _ = open_model(model)
    chosen = chosen_by(options.decisions, decisions, lean.taxonomy)
    analysis = analyze(path, lean, chosen.rules(lean.default_rules(), lean.taxonomy))
    known = {"max", *map(str, range(analysis.attention.n_heads + 1))}
    if spec.head not in known:
        raise UserError(f"There is no head {spec.head}: choose {', '.join(sorted(known))}.")
    spec = replace(spec, decisions=chosen, span_s=options.span_s(analysis.duration_s))
    draw(analysis, lean, output, spec, marks)


def chosen_by(stored: str | None, options: DecisionOptions, taxonomy: Taxonomy) -> DecisionChoices:
    """Return the decisions that were asked for, in one way or the other."""
    if stored is None:
        return choices(options, taxonomy)
    if options != DecisionOptions():
        raise UserError("--decisions says all about decisions: leave the other options out.")
    return decisions_from_text(stored)


def reference_of(path: Path, files: Sequence[Path]) -> list[Mark]:
    """Return the reference labels of a sound; what is wrong with some is told.

    Raises
    ------
    UserError
        If a file cannot be read, or none has labels of this sound.
    """
    from leanviz.views.reference_files import labels_of

    read = [(file, read_labels(file)) for file in files]
    for file, labels in read:
        if labels.n_problems:
            first = labels.problems[0]
            complain(
                f"{printable(file)}: rows that are no labels: {labels.n_problems}; "
                f"line {first.line}: {first.what}"
            )
    marks = labels_of(path, read, meant=True)
    if files and marks is None:
        raise UserError(f"{printable(files[0])} has labels of other sounds, not of {path.name}.")
    return marks or []


def analyze(path: Path, lean: LeanModel, rules: DecisionRules) -> ClipAnalysis:
    """Analyse a file, showing how far it is."""
    with ProgressBar(1) as bar:
        return analyze_path(path, lean, rules, bar, pictures=True)


def draw(
    analysis: ClipAnalysis,
    lean: LeanModel,
    output: Path,
    spec: FigureSpec,
    marks: Sequence[Mark] = (),
) -> None:
    """Draw an analysis into a PNG or SVG file; ExportError if it cannot be written."""
    # a picture needs no screen, and looks the same with and without one
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from leanviz.views.render import Also, detail_of, render_clip

    _redraw(analysis, spec)
    also = Also(marks, detail_of(analysis, spec))
    with replacing(output) as place:
        render_clip(analysis, lean.taxonomy, place, spec, also)


def _redraw(analysis: ClipAnalysis, spec: FigureSpec) -> None:
    """Make the pictures of a file that are not made while it is analysed."""
    path, tracks, window_s = analysis.path, analysis.tracks, spec.window_ms / 1000
    if tracks.blank(window_s, tracks.written).stft != tracks.stft:
        spectra = spectra_of_file(path, tracks, window_s, lambda: False)
        assert spectra is not None
        tracks.show(spectra)
    if spec.spectrogram.model_eye:
        heard = heard_of_file(path, tracks, lambda: False)
        assert heard is not None
        tracks.heard = heard
