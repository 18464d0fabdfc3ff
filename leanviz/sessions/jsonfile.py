"""JSON: a list with one object per file, for programs; JSON Lines has such an object a line."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import cast

from leanviz.core.clock import seconds
from leanviz.core.events import Event
from leanviz.core.taxonomy import Taxonomy
from leanviz.sessions.labels import (
    MOST_MARKS,
    Gathering,
    Mark,
    band_of,
    clean,
    extent_of,
    lines_of,
    made_of,
    score_of,
    string_of,
    time_of,
)
from leanviz.sessions.report import ClipError, ClipReport, Report

Json = dict[str, object]


def json_list(reports: Iterable[Report]) -> str:
    """Return results and failures as a JSON list.

    Each object has ``file`` and either ``error``, or ``duration_s``, ``model``, ``events`` and
    ``clip_scores``: {label: score} of all classes, best first. ``truncated`` is there, and true,
    only if the file ended before its header said; ``began`` and ``began_from`` only if it is known
    when it was recorded.
    """
    objects = [_object(report) for report in reports]
    return json.dumps(objects, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def json_lines(reports: Iterable[Report]) -> str:
    """Return the objects of `json_list`, each on a line of its own."""
    return "".join(
        json.dumps(_object(report), ensure_ascii=False, allow_nan=False) + "\n"
        for report in reports
    )


def event_record(event: Event, sample_rate: int, taxonomy: Taxonomy) -> Json:
    """Return one event with times in seconds, rounded to the microsecond.

    A label that a person gave has no score; one that the vocabulary lacks has no ``mid``.
    """
    position = taxonomy.find(event.label)
    return {
        "onset_s": round(seconds(event.onset, sample_rate), 6),
        "offset_s": round(seconds(event.offset, sample_rate), 6),
        "label": event.label,
        "mid": "" if position is None else taxonomy[position].mid,
        "score": round(float(event.score), 6) if event.scored else None,
    }


def _object(report: Report) -> Json:
    if isinstance(report, ClipError):
        return {"file": report.file, "error": report.error}
    return {
        "file": report.file,
        "duration_s": round(report.duration_s, 6),
        "model": report.model,
        **({"truncated": True} if report.truncated else {}),
        **_beginning(report),
        "events": _events(report),
        "clip_scores": {label: round(score, 6) for label, score in report.top()},
    }


def _beginning(report: ClipReport) -> Json:
    """Return when a recording began, and who says so; nothing where nobody does."""
    if report.started is None or not report.dated_by:
        return {}
    return {"began": report.started.isoformat(), "began_from": str(report.dated_by)}


def _events(report: ClipReport) -> list[Json]:
    return [reviewed_record(e, report.sample_rate, report.taxonomy) for e in report.events]


def reviewed_record(event: Event, sample_rate: int, taxonomy: Taxonomy) -> Json:
    """Return `event_record` and who found the event.

    ``review``, ``low_hz`` and ``high_hz`` are there only if a person gave them.
    """
    record = event_record(event, sample_rate, taxonomy)
    record["provenance"] = event.provenance.value
    record |= {"review": event.review.value} if event.review else {}
    return record | dict(zip(("low_hz", "high_hz"), event.band_hz, strict=False))


def read_json(text: str, found: Gathering) -> bool:
    """Take events from JSON or JSON Lines, a session log among them.

    An object is an event if it has ``onset_s`` and ``offset_s``, and a recording if it has
    ``events``. Returns whether there was either.
    """
    known, number = False, 0
    for entry in _objects(text, found):
        if "events" in entry or "error" in entry:
            known = True
            number = _take_recording(entry, number, found)
        elif "onset_s" in entry and entry.get("type", "event") == "event":
            known, number = True, number + 1
            _take_event(entry, "", number, found)
        elif entry.get("type") == "session":
            known = True
    return known


def _objects(text: str, found: Gathering) -> Iterator[Json]:
    try:
        whole: object = json.loads(text)
    except (ValueError, RecursionError):
        yield from _objects_by_line(text, found)
        return
    for entry in cast("list[object]", whole) if isinstance(whole, list) else [whole]:
        if isinstance(entry, dict):
            yield cast("Json", entry)


def _objects_by_line(text: str, found: Gathering) -> Iterator[Json]:
    for number, line in lines_of(text, found):
        try:
            entry: object = json.loads(line)
        except (ValueError, RecursionError):
            entry = None
        if isinstance(entry, dict):
            yield cast("Json", entry)
        else:
            found.refuse(number, "the line is no JSON object.")


def _take_recording(entry: Json, number: int, found: Gathering) -> int:
    """Take what sounds in one recording; return the number of its last event."""
    file = clean(string_of(entry.get("file")))
    events = entry.get("events")
    if not isinstance(events, list):
        found.refuse(number, f"{file} has no events: {clean(string_of(entry.get('error')))}")
        return number
    with suppress(ValueError):  # a length is welcome and not needed
        duration_s = time_of(entry.get("duration_s"))
        if len(found.durations_s) < MOST_MARKS:
            found.durations_s[file] = duration_s
    for event in cast("list[object]", events):
        number += 1
        _take_event(cast("Json", event) if isinstance(event, dict) else {}, file, number, found)
    return number


def _take_event(event: Json, file: str, number: int, found: Gathering) -> None:
    if found.is_full:
        return
    try:
        onset_s, offset_s = extent_of(event.get("onset_s"), event.get("offset_s"))
        score = score_of(event.get("score"))
    except ValueError as error:
        found.refuse(number, str(error))
        return
    label = clean(string_of(event.get("label")))
    named = clean(string_of(event.get("file", file)))
    made = made_of(event.get("provenance"), event.get("review"))
    band = band_of(event.get("low_hz"), event.get("high_hz"))
    found.add(Mark(onset_s, offset_s, label, score, named, band, *made))
