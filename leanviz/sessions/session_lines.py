"""The lines of a session log, as they are written: JSON Lines, one object a line.

The first line has ``"type": "session"``, the format version and all settings. The others are of
type ``event``, ``missed`` (a stretch that was not analysed), ``device``, ``rules`` (settings that
changed), ``heard`` (how far listening has come), ``dropped``, and ``end``. ``interrupted`` is added
to a log that was found without an end. Samples count from 0, the first one heard.
"""

import json
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime
from typing import Any

from leanviz.core.clock import Span, seconds
from leanviz.core.decisions import DecisionRules
from leanviz.core.events import Event
from leanviz.core.taxonomy import Taxonomy
from leanviz.sessions.jsonfile import event_record
from leanviz.sessions.report import wall_time
from leanviz.sessions.session import FORMAT, SessionHead

Json = dict[str, Any]


def json_line(kind: str, record: Json) -> bytes:
    """Return one line; what is no Unicode in a name is escaped, so that it can be read back."""
    text = json.dumps({"type": kind, **record}, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


class SessionLines:
    """Puts what happens in one session into lines.

    Parameters
    ----------
    head : SessionHead
    taxonomy : Taxonomy
        Gives the AudioSet ids of labels.
    rules : DecisionRules
        What is shown as the session begins.
    """

    def __init__(self, head: SessionHead, taxonomy: Taxonomy, rules: DecisionRules) -> None:
        self._head, self._taxonomy, self._rules = head, taxonomy, rules

    def head(self) -> bytes:
        """Return the first line."""
        head = self._head
        return json_line(
            "session",
            {
                "format": FORMAT,
                "started": head.started.isoformat(timespec="milliseconds"),
                "sample_rate": head.sample_rate,
                "device": head.device,
                "host_api": head.host_api,
                "model": head.model,
                "rules": self._fields(self._rules),
            },
        )

    def event(self, event: Event) -> bytes:
        """Return the line of a final event."""
        rate = self._head.sample_rate
        record = event_record(event, rate, self._taxonomy)
        record["wall_time"] = wall_time(self._head.started, seconds(event.onset, rate))
        record["threshold"] = round(self._rules.threshold(self._taxonomy.index(event.label)), 6)
        record |= {"score": round(float(event.score), 6), "parents": event.parents}
        record["provenance"] = event.provenance.value
        places = {"onset": event.onset, "offset": event.offset}
        moments = {"announced": event.announced, "shown": event.shown}
        return json_line("event", record | places | moments)

    def missed(self, span: Span, cause: str) -> bytes:
        """Return the line of a stretch that was not analysed."""
        start_s, stop_s = self._at_s(span.start), self._at_s(span.stop)
        places = {"start": span.start, "stop": span.stop, "start_s": start_s, "stop_s": stop_s}
        return json_line("missed", {"cause": cause, **places})

    def device(self, at: int, device: str, host_api: str) -> bytes:
        """Return the line of a change of device."""
        return json_line("device", self._at(at) | {"device": device, "host_api": host_api})

    def rules(self, at: int, rules: DecisionRules) -> bytes:
        """Return the line of new rules, with what is new in them; they hold from here on."""
        before, now = self._fields(self._rules), self._fields(rules)
        self._rules = rules
        return json_line("rules", self._at(at) | {"rules": _news(before, now)})

    def heard(self, at: int, kind: str = "heard") -> bytes:
        """Return the line that says how far listening has come, and what time it is."""
        now = datetime.now().astimezone().isoformat(timespec="milliseconds")
        return json_line(kind, self._at(at) | {"wall_time": now})

    def dropped(self, at: int, count: int) -> bytes:
        """Return the line that says how many events were given up up to here."""
        return json_line("dropped", self._at(at) | {"events": count})

    def _at(self, at: int) -> Json:
        return {"at": at, "at_s": self._at_s(at)}

    def _at_s(self, at: int) -> float:
        return round(seconds(at, self._head.sample_rate), 6)

    def _fields(self, rules: DecisionRules) -> Json:
        return {part.name: self._plain(getattr(rules, part.name)) for part in fields(rules)}

    def _plain(self, value: Any) -> Any:
        """Return a setting as JSON has it: sets of classes by name, a score for each by name."""
        names = self._taxonomy.names
        if isinstance(value, frozenset):
            return sorted(names[label] for label in value)
        if isinstance(value, tuple) and len(value) == len(names):
            return dict(zip(names, value, strict=True))
        if is_dataclass(value) and not isinstance(value, type):
            return asdict(value)
        return value


def _news(before: Json, now: Json) -> Json:
    """Return what is new in `now`; of a table of classes, only those that changed."""
    changed = {name: value for name, value in now.items() if value != before.get(name)}
    both = {name for name in changed if isinstance(before.get(name), dict)}
    return {n: _news(before[n], value) if n in both else value for n, value in changed.items()}
