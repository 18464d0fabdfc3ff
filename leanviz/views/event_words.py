"""A label in words: its path, its extent, when it was announced and how late that was."""

from leanviz.core.events import Band, Event, Review, State
from leanviz.models.event_rows import mark_of, review_text
from leanviz.models.time_text import TimeFormat
from leanviz.models.timeline import TimelineModel

ANGLE = " \u203a "
DASH = " \u2013 "
STILL_SOUNDING = {
    State.PROVISIONAL: "provisional: it may still go; onset, end and score may change",
    State.SETTLED: "still sounding: label and onset stay, its end and score may change",
}


def event_facts(event: Event, timeline: TimelineModel, times: TimeFormat) -> dict[str, str]:
    """Return the facts that the inspector lists, by name, without those that are not known."""
    rate = timeline.sample_rate
    facts = {
        "on \u2013 off": _extent(event, rate, times),
        "score": f"{event.score:.2f}" if event.scored else "",
        "review": "" if event.sounding else review_text(event),
        "within": ANGLE.join(map(timeline.title, event.parents)),
        "frequencies": frequencies_text(event.band_hz),
    }
    if event.announced >= 0:
        facts["announced"] = times.text(event.announced / rate)
        if _has_own_end(event):
            facts["announced"] += f" (+{(event.announced - event.offset) / rate:.2f} s)"
    elif event.shown >= 0:
        last = max(event.shown, event.settled)
        facts["announced"] = f"{event.state} {_after_onset(event, last, rate, times)}"
    return {name: text for name, text in facts.items() if text}


def event_tip(event: Event, timeline: TimelineModel, times: TimeFormat) -> str:
    """Return the lines that stand beside the pointer: path and score, extent, latencies."""
    rate = timeline.sample_rate
    path = ANGLE.join(map(timeline.title, (*event.parents, event.label)))
    lines = [f"{path} {event.score:.2f}" if event.scored else path, _extent(event, rate, times)]
    if event.band_hz:
        lines.append(frequencies_text(event.band_hz))
    if review_text(event) and not event.sounding:
        lines.append(review_text(event))
    if event.shown >= 0:
        lines.append(f"first shown {_after_onset(event, event.shown, rate, times)}")
    if event.settled >= 0:
        lines.append(f"settled {_after_onset(event, event.settled, rate, times)}")
    if event.announced >= 0 and _has_own_end(event):
        late_s = (event.announced - event.offset) / rate
        lines.append(f"final {times.text(event.announced / rate)}, {late_s:.2f} s after its end")
    if event.sounding:
        lines.append(STILL_SOUNDING[event.state])
    return "\n".join(lines)


def frequencies_text(band_hz: Band) -> str:
    """Return the frequencies of a label; "" where none are given."""
    return f"{DASH.join(f'{hz:.10g}' for hz in band_hz)} Hz" if band_hz else ""


def box_text(event: Event, timeline: TimelineModel) -> str:
    """Return what stands on a label: the mark of its review, title, and score if it has one."""
    score = f"{event.score:.2f}" if event.scored else ""
    return " ".join(filter(None, (mark_of(event), timeline.title(event.label), score)))


def parent_tip(parent: Event, label: str, timeline: TimelineModel, times: TimeFormat) -> str:
    """Return the lines about a general class for which a label stands."""
    first = f"{timeline.title(parent.label)} {parent.score:.2f}, shown as {timeline.title(label)}"
    return f"{first}\n{_extent(parent, timeline.sample_rate, times)}"


def _has_own_end(event: Event) -> bool:
    """Tell whether the end is leanviz's, so that it says how late an announcement was."""
    return event.review in {Review.NONE, Review.CONFIRMED}


def _extent(event: Event, rate: int, times: TimeFormat) -> str:
    return DASH.join(times.text(sample / rate) for sample in (event.onset, event.offset))


def _after_onset(event: Event, sample: int, rate: int, times: TimeFormat) -> str:
    """Return when something became known of an event, and how late after its onset."""
    late_s = (sample - event.onset) / rate
    return f"{times.text(sample / rate)}, {late_s:.2f} s after its onset"
