"""`leanviz live --record` and `--alert`: clips and alerts for a box without a screen."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from leanviz.cli.live_watch import alert_rules
from leanviz.cli.options import WatchOptions
from leanviz.core.decisions import DecisionRules
from leanviz.sessions.clips import INDEX
from tests.cli.running import Run
from tests.core.material import TAXONOMY


def test_all_that_is_shown_is_kept_as_clips(run: Run, siren: Path, tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    outcome = run("live", "--source", siren, "--jsonl", "--record", folder)
    assert outcome.code == 0
    assert "Clips: 1 saved, 0 not." in outcome.err
    (clip,) = [json.loads(line) for line in (folder / INDEX).read_text().splitlines()]
    told = [json.loads(line) for line in outcome.out.splitlines()]
    labels = {line["label"] for line in told if line["type"] == "event"}
    assert {event["label"] for event in clip["events"]} == labels
    kept, _ = soundfile.read(folder / clip["file"], dtype="int16")
    heard, _ = soundfile.read(siren, dtype="int16")
    np.testing.assert_array_equal(kept, heard)


def test_an_alert_is_told_and_runs_a_program(run: Run, siren: Path, tmp_path: Path) -> None:
    told = tmp_path / "told"
    program = "import sys; open(sys.argv[1], 'w').write(repr(sys.argv[2:]))"
    command = f"{sys.executable} -c \"{program}\" '{told}' '{{label}}; rm -rf /' {{score}}"
    options = ("--alert", "siren", "--alert", "Dog", "--run", command)
    outcome = run("live", "--source", siren, *options)
    assert outcome.code == 0
    alerts = [line for line in outcome.err.splitlines() if line.startswith("Alert: ")]
    assert len(alerts) == 1
    assert alerts[0].startswith("Alert: this may be Siren (")
    label, score = json.loads(told.read_text().replace("'", '"'))
    assert label == "Siren; rm -rf /"
    assert 0 < float(score) <= 1


def test_ready_alerts_come_on_top_of_those_asked_for() -> None:
    options = WatchOptions(alert=["dog"], ready=True, command="tell {label}")
    rules = alert_rules(options, TAXONOMY, DecisionRules((0.4,) * len(TAXONOMY)))
    assert [(rule.label, rule.threshold) for rule in rules] == [("Dog", 0.0), ("Siren", 0.4)]
    assert {rule.command for rule in rules} == {("tell", "{label}")}


def test_a_failing_command_is_told_and_listening_goes_on(run: Run, siren: Path) -> None:
    outcome = run("live", "--source", siren, "--alert", "Siren", "--run", "/no/such/program")
    assert outcome.code == 0
    assert "The command for Siren did not run: /no/such/program" in outcome.err
    assert "Siren" in outcome.out


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--alert", "Yodel"), "There is no class Yodel."),
        (("--run", "true"), "--run is for alerts"),
        (("--alert", "Dog", "--run", "say 'open"), "a quote that is not closed"),
    ],
)
def test_options_that_make_no_sense_are_a_sentence(
    run: Run, siren: Path, options: tuple[str, ...], sentence: str
) -> None:
    outcome = run("live", "--source", siren, *options)
    assert outcome.code == 2
    assert sentence in outcome.sentence
