"""What leanviz says it heard: candidates with their own extent, and the events people see."""

from dataclasses import dataclass, field
from enum import StrEnum


class Provenance(StrEnum):
    """Who made an event."""

    AUTO = "auto"
    MANUAL = "manual"


class State(StrEnum):
    """How far a label can be relied on; files know only final ones."""

    PROVISIONAL = "provisional"
    """Its sound lasts, and all of it may change: it may still go."""
    SETTLED = "settled"
    """Its sound lasts; label and onset rest on final scores and stay, end and score may change."""
    FINAL = "final"
    """Its sound is over."""


class Review(StrEnum):
    """What a person made of an event that leanviz found."""

    NONE = ""
    CONFIRMED = "confirmed"
    RETIMED = "retimed"
    RELABELLED = "relabelled"  # other times as well, perhaps


# Lowest and highest frequency in hertz; empty where none are given.
Band = tuple[float, float] | tuple[()]


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """A label with an extent in source samples, ordered by time.

    Attributes
    ----------
    onset, offset : int
        First source sample and one past the last.
    label : str
        FSD50K vocabulary name; a person may have given it any other.
    score : float
        Score of the candidate behind it, in [0, 1]; not a probability. 1 where `scored` is False.
    announced : int
        Source sample at which the event was final; -1 where that has no meaning.
    shown, settled : int
        Source samples at which a live stream first showed it, still provisional, and at which it
        was settled; -1 if it never did or was. They say something of the listening and not of the
        sound: equality ignores them.
    parents : tuple of str
        Ancestors of the label, the most general first.
    provenance : Provenance
        Whether leanviz or a person found it.
    state : State
    review : Review
        What a person made of it since.
    band_hz : tuple of float
        Lowest and highest frequency of the sound, where a person gave them; else empty.
    """

    onset: int
    offset: int
    label: str
    score: float
    announced: int = -1
    parents: tuple[str, ...] = ()
    provenance: Provenance = Provenance.AUTO
    state: State = State.FINAL
    review: Review = Review.NONE
    shown: int = field(default=-1, compare=False)
    settled: int = field(default=-1, compare=False)
    band_hz: Band = ()

    def __hash__(self) -> int:
        # of thousands at once: all that is compared would take four times as long
        return hash((self.onset, self.offset, self.label, self.score))

    @property
    def sounding(self) -> bool:
        """Whether its sound still lasts."""
        return self.state is not State.FINAL

    @property
    def scored(self) -> bool:
        """Whether the model scored this label; it did not where a person gave it."""
        return self.provenance is Provenance.AUTO and self.review is not Review.RELABELLED


@dataclass(frozen=True, slots=True)
class Specific:
    """A descendant of a candidate's class that sounded at the same time.

    Attributes
    ----------
    label : int
    score : float
    coverage : float
        Part of the candidate's extent during which the descendant sounded.
    n_patches : int
        Length of the descendant's own extent in patch hops.
    presence : float
        As in `Candidate`.
    """

    label: int
    score: float
    coverage: float
    n_patches: int
    presence: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stretch of one class above its floor, before any rule of the user's.

    Attributes
    ----------
    label : int
        Position in the taxonomy.
    first, last : int
        First and last patch of the extent, which is set relative to the candidate's own peak.
    score : float
        Smoothed score at the peak.
    decided : int
        Patch at which the candidate was complete.
    specifics : tuple of Specific
        Descendants that sounded at the same time, as known at `decided`.
    presence : float
        Part of the five minutes before its first patch in which its class was heard, see
        `leanviz.core.presence`.
    """

    label: int
    first: int
    last: int
    score: float
    decided: int
    specifics: tuple[Specific, ...] = ()
    presence: float = 0.0

    @property
    def n_patches(self) -> int:
        """Length of the extent in patch hops."""
        return self.last - self.first + 1


class Rule(StrEnum):
    """The rule that hid a candidate."""

    THRESHOLD = "threshold"
    DURATION = "duration"
    MUTED = "muted"
    NOT_CHOSEN = "not chosen"
    EVER_PRESENT = "ever-present"
    PARENT = "parent"


@dataclass(frozen=True, slots=True)
class Hidden:
    """A candidate that a rule kept from becoming an event, with a sentence saying why.

    Attributes
    ----------
    candidate : Candidate
    rule : Rule
        The first rule that hid it.
    reason : str
    shown_as : int
        Position of the descendant that stands for it, where `rule` is about parents; else -1.
    """

    candidate: Candidate
    rule: Rule
    reason: str
    shown_as: int = -1


@dataclass(frozen=True, slots=True)
class Finding:
    """A candidate, and the event that it is wherever the rules show it.

    Both are settled before any rule: re-deciding chooses among findings and changes none.
    """

    candidate: Candidate
    event: Event
