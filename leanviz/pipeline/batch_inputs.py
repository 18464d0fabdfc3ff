"""What a batch is made of: the sounds in folders and files, and where the result of each goes."""

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from leanviz.audio.suffixes import SOUND_SUFFIXES
from leanviz.sessions.report import printable

# Bytes of the longest file name almost everywhere, less what is put before and behind it.
_LONGEST_STEM = 200


@dataclass(frozen=True, slots=True)
class Source:
    """A file to analyse.

    Attributes
    ----------
    path : Path
        As the user named it.
    place : PurePath
        Where it stands within what the user named: ``sub/dog.wav`` for a file in a folder.
    """

    path: Path
    place: PurePath

    @property
    def key(self) -> str:
        """The absolute path, by which a batch knows the file again."""
        return os.path.abspath(self.path)  # noqa: PTH100  (Path.absolute keeps "..")


@dataclass(slots=True)
class Inputs:
    """What was found.

    Attributes
    ----------
    sources : list of Source
        Each file once, in order of name within each folder.
    problems : list of str
        A sentence for each folder that cannot be read.
    passed_over : int
        Files in folders whose names are not those of sounds.
    """

    sources: list[Source] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    passed_over: int = 0


def gather(paths: Iterable[Path]) -> Inputs:
    """Return the files among `paths` and the sounds in the folders among them.

    Hidden files and folders are left out, links to folders are followed, each folder once.
    """
    named = list(paths)
    folders = [path for path in named if path.is_dir()]
    found = Inputs()
    known: set[str] = set()
    for path in named:
        alone = len(folders) < 2
        whole = PurePath() if alone else PurePath(os.path.basename(Source(path, path).key))  # noqa: PTH119
        sources = _in_folder(path, whole, found) if path in folders else [_file(path)]
        for source in sources:
            if source.key not in known:
                known.add(source.key)
                found.sources.append(source)
    return found


def _file(path: Path) -> Source:
    return Source(path, PurePath(path.name))


def _in_folder(root: Path, whole: PurePath, found: Inputs) -> Iterator[Source]:
    def note(error: OSError) -> None:
        cause = (error.strerror or str(error)).lower()
        found.problems.append(f"{printable(error.filename)} cannot be read: {cause}.")

    visited = {_identity(root)}
    for folder, inner, names in os.walk(root, onerror=note, followlinks=True):
        inner[:] = sorted(name for name in inner if _is_new(Path(folder, name), visited))
        for name in sorted(name for name in names if not name.startswith(".")):
            path = Path(folder, name)
            if path.suffix.lower() in SOUND_SUFFIXES:
                yield Source(path, whole / path.relative_to(root))
            else:
                found.passed_over += 1


def _is_new(folder: Path, visited: set[tuple[int, int]]) -> bool:
    """Tell whether to go into a folder: links may lead back to where one has been."""
    if folder.name.startswith("."):
        return False
    try:
        identity = _identity(folder)
    except OSError:  # os.walk will say what is wrong
        return True
    fresh = identity not in visited
    visited.add(identity)
    return fresh


def _identity(folder: Path) -> tuple[int, int]:
    facts = folder.stat()
    return facts.st_dev, facts.st_ino


class Places:
    """Gives each source a place for its result: its own name, in its own folder, told apart.

    Parameters
    ----------
    suffix : str
        What results end with.
    sources : sequence of Source
        All of the batch.
    taken : collection of PurePath
        Places that are used already.
    """

    def __init__(
        self, suffix: str, sources: Sequence[Source], taken: Collection[PurePath] = ()
    ) -> None:
        self._suffix = suffix
        self._numbers: dict[PurePath, int] = {}
        self._taken = {_folded(place) for place in taken}
        # a result must not stand where another needs a folder
        self._taken |= {_folded(up) for source in sources for up in source.place.parents}

    def give(self, source: Source) -> PurePath:
        """Return a place that nothing else has."""
        stem = source.place.parent / _short(source.place.stem)
        while True:
            number = self._numbers[stem] = self._numbers.get(stem, 0) + 1
            name = stem.name if number == 1 else f"{stem.name}-{number}"
            place = stem.with_name(f"{name}{self._suffix}")
            if _folded(place) not in self._taken:
                self._taken.add(_folded(place))
                return place


def _short(stem: str) -> str:
    while len(os.fsencode(stem)) > _LONGEST_STEM:
        stem = stem[:-1]
    return stem


def _folded(place: PurePath) -> str:
    """Return a place as file systems compare it that do not tell letters' cases apart."""
    return str(place).casefold()
