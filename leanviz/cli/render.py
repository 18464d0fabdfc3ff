"""``leanviz render``: the panes and the alignment map of a file as a picture, without a screen."""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from leanviz.audio.recording_date import began
from leanviz.cli.console import complain
from leanviz.cli.decisions import choices
from leanviz.cli.engine import analyze_path, open_model
from leanviz.cli.figure_options import RenderOptions
from leanviz.cli.options import DecisionOptions, FigurePane
from leanviz.cli.progress import ProgressBar
from leanviz.core.annotations import Annotations
from leanviz.core.choices import DecisionChoices
from leanviz.core.decisions import DecisionRules
from leanviz.core.errors import ExportError, UserError
from leanviz.core.taxonomy import Taxonomy
from leanviz.inference.model import LeanModel
from leanviz.models.spectrogram import SpectrogramSettings
from leanviz.models.viewport import MIN_SPAN_S
from leanviz.pipeline.redraw import heard_of_file, spectra_of_file
from leanviz.pipeline.results import ClipAnalysis
from leanviz.sessions.labels import Mark
from leanviz.sessions.reading import read_labels
from leanviz.sessions.report import printable
from leanviz.sessions.review_file import content_hash, read_review
from leanviz.sessions.writing import check_place, replacing
from leanviz.settings import decisions_from_text
from leanviz.views.figure_spec import FIGURE_SUFFIXES, LOW, PANES, SIZE, FigureSpec


def spec_of(options: RenderOptions, model: Path | None) -> FigureSpec:
    """Return the figure, of the whole file as yet; UserError if it makes no sense."""
    wanted = options.panes or [FigurePane.ALL]
    panes = PANES if FigurePane.ALL in wanted else tuple(p for p in PANES if p in set(wanted))
    if FigurePane.REFERENCE in wanted and not options.references:
        raise UserError("--pane reference needs --reference LABELS: there is nothing to draw.")
    low = LOW if len(panes) == 1 and options.analysis is None else SIZE[1]
    spec = FigureSpec(
        theme=options.theme.value,
        size=(options.width, low if options.height is None else options.height),
        panes=panes,
        analysis=options.analysis,
        time_of_day=options.time_of_day,
        spectrogram=_spectrogram(options),
        head=options.head,
        ridge=options.ridge,
        brightness=options.brightness,
        references=tuple(map(str, options.references or ())),
        session="" if options.session is None else str(options.session),
        model="" if model is None else str(model),
    )
    return spec if options.window_ms is None else replace(spec, window_ms=options.window_ms)


def _spectrogram(options: RenderOptions) -> SpectrogramSettings:
    from leanviz.views.palettes import PALETTES

    usual = SpectrogramSettings()
    given = {
        "floor_db": options.floor_db,
        "ceiling_db": options.ceiling_db,
        "fmin": options.low_hz,
        "fmax": options.high_hz,
    }
    made = replace(
        usual,
        scale=options.scale,
        palette=options.palette,
        model_eye=options.model_eye,
        **{name: value for name, value in given.items() if value is not None},
    )
    if options.palette is not None and options.palette not in PALETTES:
        raise UserError(f"There is no palette {options.palette}: choose {', '.join(PALETTES)}.")
    if made.ceiling_db <= made.floor_db or made.fmax <= made.fmin:
        raise UserError("--ceiling must be above --floor, and --high above --low.")
    return made


def span_of(options: RenderOptions, duration_s: float) -> tuple[float, float] | None:
    """Return what is shown of a file, None for all of it; UserError if that is nothing."""
    start_s = round(options.start_s or 0.0, 3)
    stop_s = min(duration_s, duration_s if options.stop_s is None else round(options.stop_s, 3))
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
    spec, marks = spec_of(options, model), reference_of(path, options.references or ())
    origin = origin_of(path) if options.time_of_day else None
    said = None if options.session is None else said_of(path, options.session)
    lean, _ = open_model(model)
    chosen = chosen_by(options.stored_decisions, decisions, lean.taxonomy)
    analysis = analyze(path, lean, chosen.rules(lean.default_rules(), lean.taxonomy))
    if said is not None:
        analysis = replace(analysis, events=tuple(said.applied(analysis.events)))
    known = {"max", *map(str, range(analysis.attention.n_heads + 1))}
    if spec.head not in known:
        raise UserError(f"There is no head {spec.head}: choose {', '.join(sorted(known))}.")
    spec = replace(spec, decisions=chosen, span_s=span_of(options, analysis.duration_s))
    draw(analysis, lean, output, spec, marks, origin)


def origin_of(path: Path) -> datetime:
    """Return when a recording began, as the file tells; UserError if it does not."""
    told = began(path)
    if told.moment is None:
        raise UserError(
            f"Neither name nor header tell when {printable(path)} began: leave --time-of-day out."
        )
    return told.moment


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


def said_of(path: Path, session: Path) -> Annotations:
    """Return what a session says of the labels of a sound.

    Raises
    ------
    SessionError
        If it cannot be read.
    UserError
        If it is of another sound.
    """
    review = read_review(session)
    if review.sound.sha256 and content_hash(path) != review.sound.sha256:
        raise UserError(f"{printable(session)} is of another sound, or {path.name} has changed.")
    return review.annotations


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
    origin: datetime | None = None,
) -> None:
    """Draw an analysis into a PNG or SVG file; ExportError if it cannot be written."""
    # a picture needs no screen, and looks the same with and without one
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from leanviz.views.render import Also, analyses_of, detail_of, render_clip

    _redraw(analysis, spec)
    parts = analyses_of(analysis, spec)
    also = Also(marks, detail_of(analysis, spec), parts, origin=origin)
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
