"""Many findings in little memory: rows of numbers, made into objects when they are looked at.

An hour of lively sound has ten thousand of them, and as objects each takes half a kilobyte.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, overload

import numpy as np
import numpy.typing as npt

from leanviz.core.events import Candidate, Event, Finding, Specific
from leanviz.core.taxonomy import Taxonomy

Rows = npt.NDArray[Any]

_ROW = np.dtype(
    [
        ("label", np.int16), ("first", np.int32), ("last", np.int32), ("decided", np.int32),
        ("score", np.float64), ("presence", np.float64),
        ("onset", np.int64), ("offset", np.int64), ("announced", np.int64), ("shown", np.int64),
        ("settled", np.int64),
        # where its specifics are, counted since the store was made, and how many
        ("begin", np.int32), ("count", np.int16),
    ]
)  # fmt: skip
_SPECIFIC = np.dtype(
    [
        ("label", np.int16), ("n_patches", np.int32),
        ("score", np.float64), ("coverage", np.float64), ("presence", np.float64),
    ]
)  # fmt: skip


class _Numbers(NamedTuple):
    """A row of `_ROW`, field by field."""

    label: int
    first: int
    last: int
    decided: int
    score: float
    presence: float
    onset: int
    offset: int
    announced: int
    shown: int
    settled: int
    begin: int
    n_specifics: int


# Fewer events than this are made one by one: that is faster than column by column.
FEW = 50
# Rows that are given room at once: a megabyte.
_CHUNK = 16_384


class _Rows:
    """Rows in chunks, so that they grow without ever being copied.

    One thread appends and drops; any thread reads what `count` covers.
    """

    def __init__(self, dtype: np.dtype[Any], store: Callable[[Rows], Rows] | None) -> None:
        self._dtype, self._store = dtype, store
        self._chunks: list[Rows] = []
        self._begin = 0  # rows of the first chunk that were dropped
        self.count = 0

    def extend(self, rows: Rows) -> None:
        """Append rows."""
        done = 0
        while done < len(rows):
            chunk, at = divmod(self._begin + self.count, _CHUNK)
            if chunk == len(self._chunks):
                self._chunks.append(np.zeros(_CHUNK, self._dtype))
            part = rows[done : done + _CHUNK - at]
            self._chunks[chunk][at : at + len(part)] = part
            if self._store is not None and at + len(part) == _CHUNK:
                self._chunks[chunk] = self._store(self._chunks[chunk])
            self.count += len(part)
            done += len(part)

    def drop(self, count: int) -> None:
        """Forget the first rows."""
        whole, self._begin = divmod(self._begin + count, _CHUNK)
        del self._chunks[:whole]
        self.count -= count

    def row(self, at: int) -> Any:
        """Return one row."""
        chunk, at = divmod(self._begin + at, _CHUNK)
        return self._chunks[chunk][at]

    def snapshot(self) -> "_Rows":
        """Return what there is now, for any thread; not to be added to."""
        same = _Rows(self._dtype, None)
        # rows that are there never change: only the lists of them do
        same._chunks, same._begin, same.count = self._chunks.copy(), self._begin, self.count
        return same

    def part(self, start: int, stop: int, name: str | None = None) -> Rows:
        """Return a copy of some rows, or of one number of each."""
        start, stop = self._begin + start, self._begin + stop
        chunk, first = divmod(start, _CHUNK)
        if start < stop <= (chunk + 1) * _CHUNK:  # the usual case: no joining of types
            rows = self._chunks[chunk] if name is None else self._chunks[chunk][name]
            return rows[first : first + stop - start].copy()
        found = [np.zeros(0, self._dtype if name is None else self._dtype[name])]
        for chunk in range(start // _CHUNK, -(-stop // _CHUNK) if stop > start else 0):
            first = chunk * _CHUNK
            rows = self._chunks[chunk] if name is None else self._chunks[chunk][name]
            found.append(rows[max(0, start - first) : stop - first])
        return np.concatenate(found)


class FindingStore(Sequence[Finding]):
    """Findings of the model, in the order in which they were complete.

    One thread adds; any thread reads what is there. Events are taken to be automatic, final, and of
    the labels and parents that the taxonomy gives: that is what `core.decisions.place` makes.

    Parameters
    ----------
    taxonomy : Taxonomy
    findings : iterable of Finding
    store : callable or None
        Given rows that will not change any more, keeps them elsewhere and returns them from there.
    """

    def __init__(
        self,
        taxonomy: Taxonomy,
        findings: Iterable[Finding] = (),
        store: Callable[[Rows], Rows] | None = None,
    ) -> None:
        self._taxonomy = taxonomy
        self._rows, self._specifics = _Rows(_ROW, store), _Rows(_SPECIFIC, store)
        self._passed = 0  # specifics that were dropped
        self.extend(findings)

    def __len__(self) -> int:
        return self._rows.count

    @overload
    def __getitem__(self, at: int) -> Finding: ...
    @overload
    def __getitem__(self, at: slice) -> "FindingStore": ...
    def __getitem__(self, at: int | slice) -> "Finding | FindingStore":
        """Return one finding, or some in a store of their own."""
        if isinstance(at, slice):
            return self._part(*at.indices(len(self)))
        return self._finding(self._rows.row(range(len(self))[at]))

    def __iter__(self) -> Iterator[Finding]:
        for at in range(len(self)):
            yield self[at]

    def __eq__(self, other: object) -> bool:
        """Tell whether another sequence has the same findings."""
        if not isinstance(other, Sequence) or len(self) != len(other):
            return False
        return all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    __hash__ = None  # pyright: ignore[reportAssignmentType]  (it grows)

    def snapshot(self) -> "FindingStore":
        """Return what there is now: it stays as it is, for any thread, and costs next to nothing.

        Nothing may be added to it: it has its rows in common with this store.
        """
        same = FindingStore(self._taxonomy)
        same._rows, same._specifics = self._rows.snapshot(), self._specifics.snapshot()
        same._passed = self._passed
        return same

    def column(self, name: str, start: int = 0, stop: int | None = None) -> npt.NDArray[Any]:
        """Return a number of each finding from position `start` on, up to `stop`, by name.

        Names are those of `Candidate` and `Event`, and ``count`` for the number of specifics.
        """
        return self._rows.part(start, len(self) if stop is None else stop, name)

    def numbers(self, start: int, stop: int) -> tuple[Rows, Rows]:
        """Return copies of the rows of some findings, and of their specifics, counted from 0."""
        rows = self._rows.part(start, stop)
        if not len(rows):
            return rows, np.zeros(0, _SPECIFIC)
        begin = int(rows["begin"][0])
        end = int(rows["begin"][-1]) + int(rows["count"][-1])
        rows["begin"] -= begin
        return rows, self._specifics.part(begin - self._passed, end - self._passed)

    def specifics(
        self, start: int = 0, stop: int | None = None
    ) -> tuple[npt.NDArray[np.int64], Rows]:
        """Return the specifics of all findings from position `start` on, up to `stop`.

        Returns
        -------
        owners : numpy.ndarray [n]
            Whose they are, counted from `start`; ascending.
        rows : structured numpy.ndarray [n]
            With the names of `Specific`.
        """
        counts = self.column("count", start, stop)
        if not len(counts):
            return np.zeros(0, np.int64), np.zeros(0, _SPECIFIC)
        begin = int(self._rows.row(start)["begin"]) - self._passed
        rows = self._specifics.part(begin, begin + int(counts.sum()))
        return np.repeat(np.arange(len(counts)), counts), rows

    def event(self, at: int) -> Event:
        """Return the event of one finding."""
        return self._event(self._rows.row(at))

    def events(self, at: npt.NDArray[np.intp]) -> list[Event]:
        """Return the events of many findings, given their positions [n]."""
        if len(at) < FEW:
            return [self.event(position) for position in at.tolist()]
        names = [label.name for label in self._taxonomy.labels]
        above = [self._taxonomy.names_above(label) for label in range(len(names))]
        columns = (
            self.column(name)[at].tolist()
            for name in ("onset", "offset", "label", "score", "announced", "shown", "settled")
        )
        return [
            Event(
                onset,
                offset,
                names[label],
                score,
                announced,
                above[label],
                shown=shown,
                settled=settled,
            )
            for onset, offset, label, score, announced, shown, settled in zip(*columns, strict=True)
        ]

    def extend(self, findings: Iterable[Finding]) -> None:
        """Add findings."""
        if isinstance(findings, FindingStore):
            self._join(findings)
            return
        for finding in findings:
            self._append(finding)

    def drop(self, count: int) -> None:
        """Forget the first findings."""
        count = min(count, len(self))
        passed = int(self._rows.part(0, count, "count").sum())
        self._rows.drop(count)
        self._specifics.drop(passed)
        self._passed += passed

    def _append(self, finding: Finding) -> None:
        candidate, event = finding.candidate, finding.event
        begin, specifics = self._passed + self._specifics.count, candidate.specifics
        if specifics:
            made = [(s.label, s.n_patches, s.score, s.coverage, s.presence) for s in specifics]
            self._specifics.extend(np.array(made, _SPECIFIC))
        row = (
            candidate.label, candidate.first, candidate.last, candidate.decided,
            candidate.score, candidate.presence,
            event.onset, event.offset, event.announced, event.shown, event.settled,
            begin, len(specifics),
        )  # fmt: skip
        self._rows.extend(np.array([row], _ROW))

    def _part(self, start: int, stop: int, step: int) -> "FindingStore":
        part = FindingStore(self._taxonomy)
        if step == 1:
            part._join(self, start, stop)
        else:
            part.extend(self[at] for at in range(start, stop, step))
        return part

    def _join(self, other: "FindingStore", start: int = 0, stop: int | None = None) -> None:
        rows, specifics = other.numbers(start, len(other) if stop is None else stop)
        rows["begin"] += self._passed + self._specifics.count
        self._specifics.extend(specifics)
        self._rows.extend(rows)

    def _finding(self, row: Any) -> Finding:
        of = _Numbers._make(row.item())
        begin = of.begin - self._passed
        specifics = tuple(
            Specific(label, score, coverage, n_patches, presence)
            for label, n_patches, score, coverage, presence in self._specifics.part(
                begin, begin + of.n_specifics
            ).tolist()
        )
        candidate = Candidate(
            of.label, of.first, of.last, of.score, of.decided, specifics, of.presence
        )
        return Finding(candidate, self._event(row))

    def _event(self, row: Any) -> Event:
        of = _Numbers._make(row.item())
        return Event(
            of.onset,
            of.offset,
            self._taxonomy[of.label].name,
            of.score,
            of.announced,
            self._taxonomy.names_above(of.label),
            shown=of.shown,
            settled=of.settled,
        )
