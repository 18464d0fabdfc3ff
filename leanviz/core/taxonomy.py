"""The 200 labels of FSD50K and how they nest."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Label:
    """One class of the vocabulary.

    Attributes
    ----------
    name : str
        FSD50K vocabulary name, used in every file leanviz writes: ``Fixed-wing_aircraft_...``.
    mid : str
        AudioSet machine id.
    title : str
        AudioSet display name, used on screen: ``Fixed-wing aircraft, airplane``.
    parents : tuple of str
        Names of all ancestors within the vocabulary.
    training_clips : int or None
        How many clips with this label the model learned from; None if that is not known. It says
        nothing of the class itself: equality ignores it.
    """

    name: str
    mid: str
    title: str
    parents: tuple[str, ...] = ()
    training_clips: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Taxonomy:
    """The vocabulary in the order of the model's outputs."""

    labels: tuple[Label, ...]
    _index: dict[str, int] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for position, label in enumerate(self.labels):
            self._index[label.name] = position
            self._index.setdefault(label.title, position)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, position: int) -> Label:
        return self.labels[position]

    @property
    def names(self) -> list[str]:
        """Vocabulary names in output order."""
        return [label.name for label in self.labels]

    def index(self, name: str) -> int:
        """Return the position of a vocabulary or display name; KeyError if there is none."""
        return self._index[name]

    def find(self, name: str) -> int | None:
        """Return the position of a name, title or AudioSet id in whatever case; None if unknown.

        An underscore is as good as a space: people write ``church bell`` for ``Church_bell``.
        """
        return self._folded.get(_folded(name))

    @cached_property
    def _folded(self) -> dict[str, int]:
        known: dict[str, int] = {}
        for kind in ("name", "title", "mid"):
            for position, label in enumerate(self.labels):
                known.setdefault(_folded(getattr(label, kind)), position)
        return known

    @cached_property
    def is_ancestor(self) -> npt.NDArray[np.bool_]:
        """Matrix [n, n]: entry ``[a, d]`` tells whether ``a`` is an ancestor of ``d``."""
        matrix = np.zeros((len(self.labels), len(self.labels)), bool)
        for child, label in enumerate(self.labels):
            for parent in label.parents:
                matrix[self._index[parent], child] = True
        return matrix

    @cached_property
    def general(self) -> frozenset[int]:
        """Positions of the labels that have others below them: *Animal*, *Music*, *Speech*."""
        return frozenset(np.flatnonzero(self.is_ancestor.any(1)).tolist())

    @cached_property
    def descendants(self) -> list[frozenset[int]]:
        """Positions of all descendants of each label."""
        return [frozenset(np.flatnonzero(row).tolist()) for row in np.asarray(self.is_ancestor)]

    def below(self, position: int) -> frozenset[int]:
        """Return a label and all its descendants."""
        return self.descendants[position] | {position}

    @cached_property
    def _above(self) -> list[list[int]]:
        """Ancestors of every label, the most general first."""
        depth = self.is_ancestor.sum(0)
        every = range(len(self.labels))
        return [
            sorted(np.flatnonzero(self.is_ancestor[:, n]).tolist(), key=lambda a: (depth[a], a))
            for n in every
        ]

    @cached_property
    def _names_above(self) -> list[tuple[str, ...]]:
        return [tuple(self.labels[a].name for a in above) for above in self._above]

    def breadcrumb(self, position: int) -> list[int]:
        """Return the ancestors of a label, the most general first."""
        return self._above[position].copy()

    def names_above(self, position: int) -> tuple[str, ...]:
        """Return the vocabulary names of a label's ancestors, the most general first."""
        return self._names_above[position]

    def family(self, position: int) -> int:
        """Return the most general ancestor, or the label itself when it has none."""
        path = self._above[position]
        return path[0] if path else position


def _folded(name: str) -> str:
    return " ".join(name.replace("_", " ").casefold().split())
