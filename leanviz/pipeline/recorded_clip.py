"""A clip that is being recorded: its extent, and what is told of it once it is written."""

from dataclasses import dataclass, field

from leanviz.core.clock import Span, seconds, to_sample
from leanviz.core.events import Event
from leanviz.core.watching import WatchChoices, WatchRule
from leanviz.pipeline.excerpt import Excerpt
from leanviz.pipeline.sinks import StreamInfo
from leanviz.sessions.clips import Json
from leanviz.sessions.jsonfile import event_record
from leanviz.sessions.report import wall_time


@dataclass(slots=True)
class RecordedClip:
    """A clip whose samples are in the ring; some may still be to come.

    Attributes
    ----------
    rule : WatchRule or None
        Whose clip it is; None if it was asked for by hand.
    name : str
        What is in it, as the user reads it.
    span : Span
        In source samples.
    before : int
        Source samples that it has before the onset of its first event.
    events : list of Event
    """

    rule: WatchRule | None
    name: str
    span: Span
    before: int = 0
    events: list[Event] = field(default_factory=list)

    def joins(self, other: "RecordedClip") -> bool:
        """Tell whether another clip begins before this one ends."""
        return other.span.start <= self.span.stop and self.span.start <= other.span.stop

    def join(self, other: "RecordedClip") -> None:
        """Take another clip in."""
        start = min(self.span.start, other.span.start)
        self.span = Span(start, max(self.span.stop, other.span.stop))
        self.events += other.events

    def facts(self, stream: StreamInfo, found: Excerpt) -> Json:
        """Return what the index says of it: times in seconds since listening began."""
        rate, taxonomy = stream.sample_rate, stream.taxonomy
        late = found.span.start - self.span.start
        start_s = seconds(found.span.start, rate)
        return {
            "start_s": round(start_s, 6),
            "duration_s": round(seconds(found.span.length, rate), 6),
            "late_s": round(seconds(late, rate), 6),
            "lost_s": round(seconds(found.lost, rate), 6),
            "wall_time": wall_time(stream.origin, start_s),
            "sample_rate": rate,
            "channels": found.samples.shape[1],
            "device": stream.device,
            "model": stream.model_id,
            "events": [event_record(event, rate, taxonomy) for event in sorted(self.events)],
        }

    def missing(self, stream: StreamInfo, found: Excerpt) -> str:
        """Return what of it was not found, as part of a sentence; "" if nothing is missing."""
        late_s = seconds(found.span.start - self.span.start, stream.sample_rate)
        lost_s = seconds(found.lost, stream.sample_rate)
        late = f"its first {late_s:.1f} s were no longer in memory" if late_s else ""
        lost = f"{lost_s:.1f} s within it never arrived" if lost_s else ""
        return " and ".join(filter(None, (late, lost)))


def clip_of(
    event: Event, rule: WatchRule, choices: WatchChoices, stream: StreamInfo
) -> RecordedClip:
    """Return the clip of one event, with what the choices want before and after it."""
    rate = stream.sample_rate
    before, after = (
        to_sample(time_s, rate) for time_s in (choices.clips.before_s, choices.clips.after_s)
    )
    span = Span(max(0, event.onset - before), event.offset + after)
    return RecordedClip(rule, title_of(rule, event, stream), span, before, [event])


def title_of(rule: WatchRule, event: Event, stream: StreamInfo) -> str:
    """Return the name of a rule's clips of an event: the rule's label, or the event's."""
    taxonomy = stream.taxonomy
    return taxonomy[taxonomy.index(rule.label or event.label)].title
