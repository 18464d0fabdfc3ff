"""Alerts: when somebody is told, on the time of the stream, and what a command is given."""

import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leanviz.audio.file import read_mono
from leanviz.core.decisions import DecisionRules
from leanviz.core.events import Event
from leanviz.core.ring import Ring
from leanviz.core.watching import WatchRule
from leanviz.inference.model import LeanModel
from leanviz.pipeline.alerts import MOST_WAITING, Alert, Alerts, filled
from leanviz.pipeline.commands import CommandRunner
from leanviz.pipeline.live import LivePipeline
from leanviz.pipeline.sinks import StreamInfo
from tests.core.material import TAXONOMY
from tests.pipeline.sources import HandSource
from tests.support.programs import wait_until

RATE = 1_000
ORIGIN = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
BARK = WatchRule("Bark", threshold=0.5, cooldown_s=0.0)


@pytest.fixture
def runner() -> Iterator[CommandRunner]:
    made = CommandRunner()
    yield made
    made.close()


def alerts_by(runner: CommandRunner, *rules: WatchRule) -> Alerts:
    made = Alerts(rules, runner)
    rules_shown = DecisionRules((0.5,) * len(TAXONOMY))
    info = StreamInfo(ORIGIN, RATE, "mic", "ALSA", "LEAN 1", TAXONOMY, rules_shown)
    made.begin(info, Ring(1))
    return made


def event(onset_s: float, offset_s: float, label: str = "Bark", score: float = 0.9) -> Event:
    parents = TAXONOMY[TAXONOMY.index(label)].parents
    return Event(round(onset_s * RATE), round(offset_s * RATE), label, score, parents=parents)


def seconds_of(alerts: Alerts) -> list[float]:
    return [(alert.at - ORIGIN).total_seconds() for alert in alerts.drain()]


def test_an_alert_is_given_while_the_sound_lasts_and_once(runner: CommandRunner) -> None:
    alerts = alerts_by(runner, BARK)
    alerts.sounding([event(10, 11, score=0.4)], 11_000)
    assert alerts.drain() == []
    alerts.sounding([event(10, 12, score=0.7)], 12_000)
    (alert,) = alerts.drain()
    assert (alert.title, alert.score, alert.time_text) == ("Bark, woof", 0.7, "12:00:10")
    for end in range(13, 20):
        alerts.sounding([event(10.5, end)], end * 1000)
    alerts.take([event(10.5, 20)], 21_000)
    assert alerts.drain() == []
    assert alerts.status().written == 1


def test_a_cooldown_counts_the_time_of_the_stream(runner: CommandRunner) -> None:
    alerts = alerts_by(runner, replace(BARK, cooldown_s=60.0))
    for onset in (0, 10, 50, 60, 100, 118, 125):
        alerts.take([event(onset, onset + 1)], 0)
    assert seconds_of(alerts) == [0, 60, 125]


def test_after_absence_waits_for_quiet_that_long(runner: CommandRunner) -> None:
    alerts = alerts_by(runner, replace(BARK, absence_s=30.0))
    for onset, offset in ((5, 6), (20, 21), (50, 52), (82, 90), (125, 126)):
        alerts.take([event(onset, offset)], 0)
    assert seconds_of(alerts) == [5, 82, 125]


def test_sounds_less_than_a_second_apart_are_one(runner: CommandRunner) -> None:
    alerts = alerts_by(runner, BARK)
    for onset in (0.0, 1.5, 3.0, 5.1):
        alerts.take([event(onset, onset + 1)], 0)
    assert seconds_of(alerts) == [0, 5.1]


def test_a_family_stands_for_its_classes(runner: CommandRunner) -> None:
    alerts = alerts_by(runner, replace(BARK, label="Animal"))
    alerts.take([event(0, 1, "Siren"), event(0, 1, "Dog", 0.6), event(0, 1, "Bark", 0.8)], 0)
    assert [alert.title for alert in alerts.drain()] == ["Bark, woof"]


@pytest.mark.parametrize(
    "rule",
    [
        replace(BARK, enabled=False),
        replace(BARK, threshold=0.95),
        replace(BARK, label="Siren"),
        replace(BARK, label="of another model"),
        replace(BARK, notify=False, highlight=False),
    ],
)
def test_what_nobody_asked_for_alerts_nobody(runner: CommandRunner, rule: WatchRule) -> None:
    alerts = alerts_by(runner, rule)
    alerts.take([event(0, 1)], 0)
    assert alerts.drain() == []


def test_rules_change_while_listening_and_the_others_remember(runner: CommandRunner) -> None:
    siren = replace(BARK, label="Siren")
    alerts = alerts_by(runner, replace(BARK, cooldown_s=60.0))
    alerts.take([event(0, 1)], 0)
    alerts.set_rules([siren, replace(BARK, cooldown_s=60.0)])
    alerts.take([event(10, 11), event(10, 11, "Siren")], 0)
    assert [alert.title for alert in alerts.drain()] == ["Bark, woof", "Siren, alarm"]


def test_alerts_nobody_collects_are_bounded_and_counted(runner: CommandRunner) -> None:
    alerts = alerts_by(runner, BARK)
    for n in range(MOST_WAITING + 5):
        alerts.take([event(3 * n, 3 * n + 1)], 0)
    assert len(alerts.drain()) == MOST_WAITING
    assert alerts.status().dropped == 5


def test_before_a_stream_nothing_happens(runner: CommandRunner) -> None:
    alerts = Alerts([BARK], runner)
    alerts.take([event(0, 1)], 0)
    alerts.close()
    assert alerts.drain() == []


# -- commands -------------------------------------------------------------------------------------


def alert(title: str) -> Alert:
    return Alert(BARK, title, 0.876, ORIGIN)


def test_placeholders_are_filled_in_argument_by_argument() -> None:
    command = [
        "tell",
        "{label} ({score})",
        "at={time}",
        "{unknown}",
        "{label.__class__}",
        "{",
        "{0}",
    ]
    assert filled(command, alert("Bark, woof")) == [
        "tell", "Bark, woof (0.88)", "at=2026-11-20T12:00:00+00:00", "{unknown}",
        "{label.__class__}", "{", "{0}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("{score}{time}", "{score}{time}"), ("--help", "help"), ("a\0b\nc", "abc"),
        ("$(reboot); `id` | x", "$(reboot); `id` | x"),
    ],
)  # fmt: skip
def test_a_label_is_text_and_nothing_else(title: str, label: str) -> None:
    assert filled(["{label}"], alert(title)) == [label]


def test_the_command_of_a_rule_is_run_with_what_was_heard(
    runner: CommandRunner, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    program = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_text(repr(sys.argv[2:]))"
    command = (sys.executable, "-c", program, str(told), "{label}", "{score}")
    alerts = alerts_by(runner, replace(BARK, command=command, notify=False, highlight=False))
    alerts.take([event(0, 1)], 0)
    wait_until(lambda: not runner.busy, "the command ended")
    assert told.read_text() == "['Bark, woof', '0.90']"


def test_a_failing_command_is_told_by_the_runner_and_alerts_go_on(runner: CommandRunner) -> None:
    alerts = alerts_by(runner, replace(BARK, command=("/no/such/program", "{label}")))
    for onset in (0, 10):
        alerts.take([event(onset, onset + 1)], 0)
    wait_until(lambda: runner.status().failed == 2, "both failures are counted")
    assert "/no/such/program" in runner.status().trouble
    assert seconds_of(alerts) == [0, 10]


def test_live_sound_alerts_before_it_is_over(
    model: LeanModel, clip: Callable[[int], Path], runner: CommandRunner
) -> None:
    samples, _ = read_mono(clip(16_000))
    alerts = Alerts([WatchRule("", threshold=0.0)], runner)
    source = HandSource(16_000)
    got: list[Alert] = []
    with closing(LivePipeline(source, model, sinks=[alerts])) as pipeline:
        pipeline.start()
        for at in range(0, len(samples), 1600):
            source.hear(samples[at : at + 1600])
            wait_until(lambda: pipeline.stats().heard_s >= source.ring.written / 16_000, "heard")
            if got := alerts.drain():
                break
        assert got
        updates = pipeline.drain()
    finals = [event for update in updates for event in update.events]
    assert got[0].title not in {model.taxonomy[model.taxonomy.index(e.label)].title for e in finals}
