"""The engine as the commands use it: open the model, analyse a file."""

from collections.abc import Callable
from pathlib import Path

from leanviz.audio.recording_date import NOT_KNOWN, began
from leanviz.cli.console import complain, say
from leanviz.cli.decisions import choices
from leanviz.cli.options import DecisionOptions
from leanviz.cli.progress import ProgressBar
from leanviz.core.decisions import DecisionRules
from leanviz.core.errors import UserError
from leanviz.core.events import Rule
from leanviz.inference.model import LeanModel
from leanviz.pipeline.analysis_cache import AnalysisCache
from leanviz.pipeline.clip import analyze_file
from leanviz.pipeline.results import ClipAnalysis
from leanviz.sessions.report import ClipError, ClipReport, Report, printable


def open_model(
    folder: Path | None, options: DecisionOptions | None = None
) -> tuple[LeanModel, DecisionRules]:
    """Open a model folder, the bundled one if None; return it with its rules as options say.

    Raises
    ------
    ModelError
        If the folder is missing or damaged.
    UserError
        If the options name a class that does not exist.
    """
    model = LeanModel.open(folder)
    chosen = choices(options or DecisionOptions(), model.taxonomy)
    return model, chosen.rules(model.default_rules(), model.taxonomy)


def analyze_path(
    path: Path,
    model: LeanModel,
    rules: DecisionRules,
    bar: ProgressBar,
    *,
    pictures: bool = False,
    cache: AnalysisCache | None = None,
) -> ClipAnalysis:
    """Analyse one file, for its results alone unless `pictures` are wanted too.

    What is in a `cache` is looked up, if there is one.

    Raises
    ------
    UserError
        With a sentence if that is not possible.
    """
    name = printable(path.name)
    analysis = analyze_file(
        path,
        model,
        rules,
        progress=lambda news: bar.show(name, news.fraction),
        pictures=pictures,
        cache=cache,
    )
    if analysis.truncated:
        say(f"{printable(path)} ends before its header says; what is there was analysed.")
    if left_out := ever_present(analysis, model):
        say(f"{printable(path)}: {left_out} (--show-ever-present shows them).")
    return analysis


def ever_present(analysis: ClipAnalysis, model: LeanModel) -> str:
    """Return how many labels were left out because their classes are ever-present; "" if none."""
    hidden = [h for h in analysis.hidden if h.rule is Rule.EVER_PRESENT]
    titles = sorted({model.taxonomy[h.candidate.label].title for h in hidden})
    if not hidden:
        return ""
    labels = "1 label" if len(hidden) == 1 else f"{len(hidden)} labels"
    return f"{labels} of ever-present classes left out: {', '.join(titles)}"


def report_on(  # noqa: PLR0913  (each is a choice of its own)
    path: Path,
    model: LeanModel,
    rules: DecisionRules,
    bar: ProgressBar,
    use: Callable[[ClipAnalysis], object] | None = None,
    *,
    dated: bool = False,
    cache: AnalysisCache | None = None,
) -> Report:
    """Analyse one file; a bad one is complained about, and becomes a `ClipError`.

    The report holds no more than is written; the analysis itself is let go, after `use` has been
    given it. A UserError of `use` counts as one of the file. If `dated`, the report has the time
    that the file's header or its name tells; what of that is odd is said.
    """
    name = printable(path)
    try:
        analysis = analyze_path(path, model, rules, bar, cache=cache)
        if use is not None:
            use(analysis)
    except UserError as error:
        complain(str(error))
        return ClipError(name, str(error))
    told = began(path) if dated else NOT_KNOWN
    if told.remark:
        say(f"{name}: {told.remark}")
    return ClipReport.of(analysis, name, model.taxonomy, rules, began=told)
