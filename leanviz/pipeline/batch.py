"""Many files into a folder: each once, whatever happens meanwhile, and one table of all.

A result is written, whole, before the journal says so, and by nobody but this process: workers may
be ended at any time, and so may it. A run that was ended goes on where it stopped.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath

from leanviz.inference.model import LeanModel
from leanviz.pipeline.batch_inputs import Inputs, Places, Source
from leanviz.pipeline.batch_journal import NAME, Entry, Fingerprint, Journal
from leanviz.pipeline.batch_pool import Stop, Workers
from leanviz.pipeline.batch_tables import EVENTS_CSV, EVENTS_PARQUET, FILES_CSV, write_tables
from leanviz.pipeline.batch_work import BatchWork, FileResult, Task
from leanviz.sessions.event_clips import NO_CLIPS, ClipsDone
from leanviz.sessions.report import printable
from leanviz.sessions.writing import make_folder, write_text

# What `sessions.writing` calls a file that it has not finished.
_LEFTOVER = re.compile(r"\.leanviz-[0-9a-f]{8}\..*")


@dataclass(frozen=True, slots=True)
class FileNews:
    """A file of the batch is done.

    Attributes
    ----------
    source : Source
    result : FileResult
        Its `error` says if it could not be analysed.
    """

    source: Source
    result: FileResult


@dataclass(slots=True)
class BatchSummary:
    """What came of a batch.

    Attributes
    ----------
    total : int
        Files.
    before : int
        Of these, done in an earlier run.
    analyzed : int
        Of these, done now.
    failed : int
        Of these, such as could not be analysed.
    left_out : int
        Labels of ever-present classes that were left out, in what was done now.
    clips : ClipsDone
        Clips that were made now.
    """

    total: int
    before: int = 0
    analyzed: int = 0
    failed: int = 0
    left_out: int = 0
    clips: ClipsDone = NO_CLIPS

    @property
    def complete(self) -> bool:
        """Whether nothing was left undone."""
        return self.before + self.analyzed + self.failed == self.total


class Batch:
    """A folder of results; a context manager.

    Parameters
    ----------
    folder : Path
        Made if need be.
    inputs : Inputs
    work : BatchWork
    model : LeanModel
        The model of `work`.
    suffix : str
        What the names of results end with.
    restart : bool
        Whether to do again what earlier runs have done.

    Attributes
    ----------
    todo : list of Source
        What is still to be done.
    summary : BatchSummary

    Raises
    ------
    ExportError
        If the folder cannot be written, is in use, or holds results of other settings.
    """

    def __init__(
        self,
        folder: Path,
        inputs: Inputs,
        work: BatchWork,
        model: LeanModel,
        suffix: str,
        *,
        restart: bool = False,
    ) -> None:
        self._folder, self._work, self._model = folder, work, model
        self._suffix = suffix
        make_folder(folder)
        self._journal = Journal(folder, work, restart=restart)
        self.summary = BatchSummary(len(inputs.sources))
        self.todo = [source for source in inputs.sources if not self._is_done(source)]
        self.summary.before = len(inputs.sources) - len(self.todo)
        self._places = self._assigned(inputs.sources, suffix)
        for place in {place.parent for place in self._places.values()}:
            _clear(folder / place)

    def __enter__(self) -> "Batch":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, workers: Workers, stop: Stop, told: Callable[[FileNews], None]) -> None:
        """Do what is to be done, until `stop` says so.

        Raises
        ------
        UserError
            If a result cannot be written, or nothing can be analysed at all.
        """
        sources = {source.key: source for source in self.todo}
        prints: dict[str, Fingerprint | None] = {}

        def tasks() -> Iterator[Task]:
            for key, source in sources.items():
                prints[key] = Fingerprint.of(key)
                place = str(self._places[key]).removesuffix(self._suffix)
                yield Task(key, printable(source.path), place)

        for task, result in workers.run(tasks(), stop):
            self._keep(task, result, prints.pop(task.key))
            told(FileNews(sources[task.key], result))

    def finish(self) -> list[Path]:
        """Write the tables of all that is in the folder; return where they are.

        Raises
        ------
        ExportError
            If one cannot be written.
        """
        return write_tables(self._folder, self._journal, self._work, self._model)

    def close(self) -> None:
        """Let go of the folder; twice is harmless."""
        self._journal.close()

    def _is_done(self, source: Source) -> bool:
        """Tell whether a file has its result, and has not changed since."""
        entry = self._journal.find(source.key)
        if entry is None or entry.place is None:
            return False
        kept = Fingerprint.of(str(self._folder / entry.place))
        now = Fingerprint.of(source.key)
        return kept is not None and kept.size == entry.n_bytes and now in {None, entry.fingerprint}

    def _assigned(self, sources: list[Source], suffix: str) -> dict[str, PurePath]:
        """Return where each result goes; what has a place keeps it."""
        ours = [PurePath(name) for name in (NAME, EVENTS_CSV, EVENTS_PARQUET, FILES_CSV)]
        known = self._journal.places
        top = Source(self._folder, PurePath()).key
        sounds = [PurePath(s.key).relative_to(top) for s in sources if _is_in(s.key, top)]
        places = Places(suffix, sources, [*ours, *sounds, *known.values()])
        return {s.key: known.get(s.key) or places.give(s) for s in sources}

    def _keep(self, task: Task, result: FileResult, seen: Fingerprint | None) -> None:
        """Write a result, then say so in the journal."""
        if result.error:
            self.summary.failed += 1
            self._journal.add(task.key, Entry(task.file, seen, None, 0, result))
            return
        place = self._places[task.key]
        path = self._folder / place
        make_folder(path.parent)
        write_text(path, result.text)
        n_bytes = len(result.text.encode())
        self._journal.add(task.key, Entry(task.file, seen, place, n_bytes, result))
        self.summary.analyzed += 1
        self.summary.left_out += result.left_out
        self.summary.clips += result.clips


def _is_in(key: str, folder: str) -> bool:
    return PurePath(key).is_relative_to(folder)


def _clear(folder: Path) -> None:
    """Remove what a killed run left half-written in a folder."""
    with suppress(OSError):
        for path in folder.iterdir():
            if _LEFTOVER.fullmatch(path.name):
                path.unlink(missing_ok=True)
