"""The lines of a live stream, and what happens when nobody takes them."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from leanviz.cli import live_lines
from leanviz.cli.live_lines import LiveLines
from leanviz.cli.options import LiveShape
from leanviz.core.clock import Span
from leanviz.core.events import Event, State
from leanviz.core.ring import Ring
from leanviz.inference.model import LeanModel
from leanviz.pipeline.sinks import DeviceChange, Miss, Missed, StreamInfo


@pytest.fixture(scope="module")
def stream() -> StreamInfo:
    model = LeanModel.open()
    began = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    return StreamInfo(
        began, 16_000, "mic", "ALSA", model.identity, model.taxonomy, model.default_rules()
    )


def event(onset: int) -> Event:
    return Event(onset, onset + 16_000, "Bark", 0.9, parents=("Animal", "Dog"))


def told(lines: LiveLines) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines.taken().splitlines()]


def test_lines_come_in_the_order_of_what_happened(stream: StreamInfo) -> None:
    lines = LiveLines(LiveShape.JSONL)
    lines.begin(stream, Ring(10, (1,)))
    lines.take([event(0)], 20_000)
    lines.note(Missed(Span(20_000, 30_000), Miss.LOST))
    lines.note(DeviceChange(30_000, "other", "ALSA"))
    lines.sounding([event(40_000)], 50_000)  # nobody asked for it
    lines.close()
    lines.close()
    kinds = [line["type"] for line in told(lines)]
    assert kinds == ["session", "event", "missed", "device", "end"]
    assert told(lines) == []
    assert lines.status().written == 1


def test_programs_that_ask_are_told_once_when_a_label_is_settled(stream: StreamInfo) -> None:
    lines = LiveLines(LiveShape.JSONL, sounding=True)
    lines.begin(stream, Ring(10, (1,)))
    provisional = replace(event(0), state=State.PROVISIONAL)
    settled = replace(provisional, state=State.SETTLED, settled=24_000)
    for now in ([provisional], [settled], [replace(settled, offset=30_000)], []):
        lines.sounding(now, 40_000)
    _, first, told_once, last = told(lines)
    assert (first["type"], last["type"]) == ("sounding", "sounding")
    wanted = {"type": "settled", "at": 24_000, "at_s": 1.5, "onset_s": 0.0, "label": "Bark"}
    assert wanted.items() <= told_once.items()


def test_people_get_events_only(stream: StreamInfo) -> None:
    lines = LiveLines(LiveShape.TABLE, sounding=True)
    lines.begin(stream, Ring(10, (1,)))
    lines.note(Missed(Span(0, 10), Miss.SKIPPED))
    lines.sounding([event(0)], 16_000)
    lines.take([event(8_000)], 40_000)
    lines.close()
    assert lines.taken() == " 0:00.500   0:01.500  0.90  Bark\n"


def test_lines_that_nobody_takes_are_bounded_and_what_is_given_up_is_told(
    stream: StreamInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_lines, "MOST_WAITING", 5)
    lines = LiveLines(LiveShape.JSONL)
    lines.begin(stream, Ring(10, (1,)))
    for onset in range(9):
        lines.take([event(onset)], onset + 16_000)
    assert lines.status().waiting == 5
    assert lines.status().dropped == 5
    *kept, last = told(lines)
    assert [line["onset"] for line in kept[1:]] == [0, 1, 2, 3]
    assert (last["type"], last["events"]) == ("dropped", 5)
    lines.take([event(90_000)], 99_000)
    assert [line["type"] for line in told(lines)] == ["event"]
