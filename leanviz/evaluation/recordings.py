"""Labels from many files, sorted by the recording that they are of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from leanviz.sessions.formats import Format
from leanviz.sessions.labels import LabelFile, Mark, stem


@dataclass
class Recordings:
    """Labels by recording, each known by the name of its sound without folder and suffix.

    Attributes
    ----------
    marks : dict of str to list of Mark
        Empty for a recording in which nothing sounds.
    durations_s : dict of str to float
        Where a file tells it.
    """

    marks: dict[str, list[Mark]] = field(default_factory=dict[str, list[Mark]])
    durations_s: dict[str, float] = field(default_factory=dict[str, float])

    def take(self, path: Path, labels: LabelFile) -> None:
        """Take the labels of a file; rows that name no recording are of the one it is named for."""
        own = recording_of(path)
        if not labels.files:
            self.marks.setdefault(own, [])
        for file, duration_s in labels.durations_s.items():
            self.marks.setdefault(stem(file) or own, [])
            self.durations_s[stem(file) or own] = duration_s
        for mark in labels.marks:
            self.marks.setdefault(stem(mark.file) or own, []).append(mark)

    def end_s(self, name: str) -> float:
        """Return the length of a recording, or where its last label ends."""
        ends = (mark.offset_s for mark in self.marks.get(name, ()))
        return self.durations_s.get(name, max(ends, default=0.0))


def recording_of(path: Path) -> str:
    """Return the recording that a label file is named for: ``dog`` of ``Dog.audacity.txt``."""
    name = path.name.casefold()
    for suffix in (kind.suffix for kind in Format):
        if suffix.count(".") > 1 and name.endswith(suffix):
            return name.removesuffix(suffix)
    return stem(name)


def matched(reference: Mapping[str, object], results: Mapping[str, object]) -> dict[str, str]:
    """Return for each recording of a reference that of the results; those without one are absent.

    One recording on either side is the same whatever the files are called.
    """
    if len(reference) == len(results) == 1:
        return {next(iter(reference)): next(iter(results))}
    return {name: name for name in reference if name in results}
