"""What is done with each file of a batch, in whichever process: the same everywhere."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath

import leanviz
from leanviz.audio.recording_date import NOT_KNOWN, Began, began
from leanviz.core.decisions import DecisionRules
from leanviz.core.errors import ModelError, UserError
from leanviz.core.events import Event, Rule
from leanviz.core.watching import Cut
from leanviz.inference.model import LeanModel
from leanviz.pipeline.analysis_cache import AnalysisCache
from leanviz.pipeline.clip import analyze_file
from leanviz.pipeline.results import ClipAnalysis
from leanviz.sessions.event_clips import NO_CLIPS, ClipsDone, write_event_clips
from leanviz.sessions.frames import SUFFIX as FRAMES
from leanviz.sessions.frames import write_frame_scores
from leanviz.sessions.report import ClipReport, printable
from leanviz.sessions.writing import make_folder

Tell = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class BatchWork:
    """How files are analysed; travels to every worker, so everything in it can be pickled.

    Attributes
    ----------
    model : Path or None
        The model folder, the bundled one if None.
    identity : str
        Of the model; a worker that finds another one refuses.
    rules : DecisionRules
    shape : str
        Name of what `render` makes.
    render : callable
        Makes the text of a result file; a function at module level, or a partial of one.
    clips : Cut or None
        How clips of the events are cut; None makes none.
    clips_folder : Path
        Where they go, below it as results do.
    frame_scores : Path or None
        Where frame scores go, as clips do; None writes none.
    file_dates : bool
        Whether times of day are taken from the files' headers and names.
    cache : bool
        Whether results are looked up that the worker's machine has kept of files.
    version : str
        Of leanviz; a worker that has another one refuses.
    """

    model: Path | None
    identity: str
    rules: DecisionRules
    shape: str
    render: Callable[[ClipReport], str]
    clips: Cut | None = None
    clips_folder: Path = Path()
    frame_scores: Path | None = None
    file_dates: bool = True
    cache: bool = False
    version: str = leanviz.__version__


@dataclass(frozen=True, slots=True)
class Task:
    """One file.

    Attributes
    ----------
    key : str
        Its absolute path.
    file : str
        What the user calls it.
    place : str
        Where its result goes, within the folder and without suffix.
    """

    key: str
    file: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class FileResult:
    """What came of one file.

    Attributes
    ----------
    error : str
        A sentence if it could not be analysed; nothing else has meaning then.
    text : str
        What its result file holds.
    sample_rate, n_samples : int
    truncated : bool
        The file ended before its header said.
    left_out : int
        Labels that were left out because their classes are ever-present.
    events : tuple of Event
    began : Began
        When it was recorded.
    clips : ClipsDone
        What became of the clips; the journal does not know.
    """

    error: str = ""
    text: str = ""
    sample_rate: int = 0
    n_samples: int = 0
    truncated: bool = False
    left_out: int = 0
    events: tuple[Event, ...] = ()
    began: Began = NOT_KNOWN
    clips: ClipsDone = NO_CLIPS


class WorkerError(UserError):
    """The processes that analyse cannot work at all; the message says why."""


def prepare(work: BatchWork) -> LeanModel:
    """Return the model of this process, opened once.

    Raises
    ------
    ModelError
        If there is none, or not the one that the batch is for.
    WorkerError
        If this is another version of leanviz.
    """
    if work.version != leanviz.__version__:
        raise WorkerError(
            f"A worker has leanviz {leanviz.__version__} and not {work.version}: "
            "install the same version everywhere."
        )
    model = _open(work.model)
    if model.identity != work.identity:
        raise ModelError(f"A worker has the model {model.identity} and not {work.identity}.")
    return model


def analyze_task(task: Task, work: BatchWork, tell: Tell | None = None) -> FileResult:
    """Analyse one file; whatever is wrong with it alone becomes its `FileResult.error`.

    Parameters
    ----------
    tell : callable or None
        Is told now and then which part of the file is done, in [0, 1].

    Raises
    ------
    ModelError, WorkerError
        As `prepare`: then no file can be analysed.
    """
    model = prepare(work)
    try:
        analysis = analyze_file(
            task.key,
            model,
            work.rules,
            progress=None if tell is None else lambda news: tell(news.fraction),
            pictures=False,
            cache=kept_analyses() if work.cache else None,
        )
        return _result(analysis, task, work, model)
    except UserError as error:
        return FileResult(printable(str(error)))
    except ConnectionError:  # nobody is left to tell
        raise
    except Exception as error:  # noqa: BLE001  (the rest of the batch must go on)
        cause = printable(f"{type(error).__name__}: {error}")
        return FileResult(f"{task.file} {COULD_NOT}: {cause}.")


COULD_NOT = "could not be analysed"


def kept_analyses() -> AnalysisCache | None:
    """Return what is kept of files, None if there is nothing: a file is read to be looked up."""
    cache = AnalysisCache()
    return None if cache.is_empty else cache


@lru_cache(maxsize=1)
def _open(folder: Path | None) -> LeanModel:
    return LeanModel.open(folder)


def _result(analysis: ClipAnalysis, task: Task, work: BatchWork, model: LeanModel) -> FileResult:
    told = began(Path(task.key)) if work.file_dates else NOT_KNOWN
    report = ClipReport.of(analysis, task.file, model.taxonomy, work.rules, began=told)
    if work.frame_scores is not None:
        place = work.frame_scores / f"{_place(task)}{FRAMES}"
        make_folder(place.parent)
        write_frame_scores(analysis, model.taxonomy, place)
    return FileResult(
        text=work.render(report),
        sample_rate=analysis.sample_rate,
        n_samples=analysis.n_samples,
        truncated=analysis.truncated,
        left_out=sum(hidden.rule is Rule.EVER_PRESENT for hidden in analysis.hidden),
        events=analysis.events,
        began=told,
        clips=NO_CLIPS if work.clips is None else _clips(task, analysis.events, work, work.clips),
    )


def _place(task: Task) -> PurePath:
    return PurePath(task.place or Path(task.key).stem)


def _clips(task: Task, events: Sequence[Event], work: BatchWork, cut: Cut) -> ClipsDone:
    """Write the clips of a file; the file is analysed all the same if that fails."""
    place = _place(task)
    folder = work.clips_folder / place.parent
    try:
        return write_event_clips(Path(task.key), events, folder, cut, recording=place.name)
    except UserError as error:
        return ClipsDone.failure(error)
