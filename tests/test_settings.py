"""Settings survive a round trip, damage and other versions; none of it stops the program."""

import json
import logging
import os
from dataclasses import fields, replace
from pathlib import Path

import pytest

from leanviz.core.analysis_kinds import Kind
from leanviz.core.choices import ClassChoices, DecisionChoices
from leanviz.core.scales import Brightness, Scale
from leanviz.core.smoothing import Smoothing
from leanviz.core.watching import ClipChoices, ClipFormat, WatchChoices, WatchRule
from leanviz.settings import (
    DEFAULTS,
    RECENT_FILES,
    Settings,
    ThemeChoice,
    load_settings,
    save_settings,
    settings_path,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


def test_round_trip_keeps_every_value_and_its_type(path: Path) -> None:
    chosen = Settings(
        theme=ThemeChoice.HIGH_CONTRAST,
        host_api="ALSA",
        device="Mikrofon \N{GREEK SMALL LETTER PHI}",
        channel=2,
        scale=Scale.LOG,
        floor_db=-90.5,
        ceiling_db=-10.0,
        palette="viridis",
        low_hz=100.0,
        high_hz=12_000.0,
        live_span_s=60.0,
        window_ms=32,
        model_eye=True,
        paging=True,
        follow_playing=False,
        keep_awake=False,
        keep_log=False,
        log_mb=100,
        decisions=DecisionChoices(
            -0.05,
            Smoothing.LOG_MEAN_EXP,
            4,
            3,
            2,
            False,
            ClassChoices({"Dog": 0.25}, ("Music",), ("Dog", "Bark"), ("Animal",)),
            {"Night 🌒": ClassChoices(only=("Siren",))},
        ),
        watching=WatchChoices(
            ClipChoices(True, "/clips", ClipFormat.WAV, 1.0, 2.0, 50, 20, 60.0),
            (
                WatchRule(
                    "Siren", 0.25, False, True, False, False, ("tell", "{label} 1"), 5.0, 9.5
                ),
                WatchRule(),
            ),
        ),
        clock_time=True,
        heard_now=True,
        keep_analyses=False,
        analyses_mb=300,
        hidden_panes=("overview",),
        attention=False,
        attention_scale=Brightness.GLOBAL,
        ridge=False,
        lag=True,
        live_map=True,
        analysis=True,
        analysis_kind=Kind.PITCH,
        side_width=400,
        file_dates=False,
        geometry="AdnQ",
        splitter="AAAA",
        recent=("/a b/\N{BELL}.wav",),
        last_folder="/a b",
    )
    names = {field.name for field in fields(Settings)}
    differing = {name for name in names if getattr(chosen, name) != getattr(DEFAULTS, name)}
    assert differing == names, "the test must change every field"
    save_settings(chosen, path)
    assert load_settings(path) == chosen
    assert [item.name for item in path.parent.iterdir()] == ["settings.json"]


def test_no_file_is_not_worth_a_word(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert load_settings(path) == DEFAULTS
    assert caplog.records == []


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[1, 2]", b'"theme"', b"\xff\xfe\x00{", b"null", b"[" * 100_000]
)
def test_damaged_file_is_set_aside(
    path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    path.write_bytes(damage)
    assert load_settings(path) == DEFAULTS
    assert not path.exists()
    assert path.with_name("settings.json.bad").read_bytes() == damage
    assert len(caplog.records) == 1


def test_a_file_cut_at_any_byte_never_raises(path: Path) -> None:
    save_settings(replace(DEFAULTS, recent=("/a.wav", "/b.wav")), path)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        load_settings(path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "pink"),
        ("theme", None),
        ("scale", 3),
        ("floor_db", "low"),
        ("floor_db", True),
        ("floor_db", 10**400),
        ("live_span_s", [1]),
        ("recent", "one.wav"),
        ("recent", [1, 2]),
        ("attention", 1),
        ("geometry", 5),
        ("decisions", []),
        ("decisions", None),
    ],
)
def test_value_of_the_wrong_kind_costs_that_value_only(
    path: Path, name: str, value: object, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({"palette": "magma", name: value}))
    assert load_settings(path) == replace(DEFAULTS, palette="magma")
    assert [name in record.getMessage() for record in caplog.records] == [True]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("smoothing", "loud"),
        ("min_patches", True),
        ("min_patches", 1.5),
        ("offset", "much"),
        ("classes", 3),
        ("presets", ["Night"]),
        ("telepathy", True),
    ],
)
def test_bad_choice_costs_that_choice_only(
    path: Path, name: str, value: object, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({"decisions": {"hang_over": 3, name: value}}))
    assert load_settings(path).decisions == DecisionChoices(hang_over=3)
    assert [f"decisions.{name}" in record.getMessage() for record in caplog.records] == [True]


def test_bad_threshold_and_bad_preset_cost_no_others(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    classes = {"thresholds": {"Dog": 0.5, "Bark": "low", "Siren": None}, "muted": "Dog"}
    stored = {"classes": classes, "presets": {"Night": {"only": ["Siren"]}, "Day": 5}}
    path.write_text(json.dumps({"decisions": stored}))
    expected = DecisionChoices(
        classes=ClassChoices({"Dog": 0.5}), presets={"Night": ClassChoices(only=("Siren",))}
    )
    assert load_settings(path).decisions == expected
    assert len(caplog.records) == 4


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_are_none_are_refused(path: Path, number: str) -> None:
    path.parent.mkdir()
    path.write_text(f'{{"floor_db": {number}}}')
    assert load_settings(path).floor_db == DEFAULTS.floor_db


def test_a_later_version_may_know_more(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir()
    path.write_text('{"palette": "grey", "telepathy": true}')
    assert load_settings(path).palette == "grey"
    assert "telepathy" in caplog.text


def test_whole_numbers_are_taken_for_levels(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"floor_db": -80}')
    floor_db = load_settings(path).floor_db
    assert (floor_db, type(floor_db)) == (-80.0, float)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_folder_costs_a_line_in_the_log(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir(mode=0o500)
    save_settings(DEFAULTS, path)
    assert "cannot be written" in caplog.text


def test_file_in_place_of_the_folder_costs_a_line_in_the_log(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.write_text("in the way")
    save_settings(DEFAULTS, path)
    assert load_settings(path) == DEFAULTS
    assert {record.levelno for record in caplog.records} == {logging.WARNING}


def test_recent_files_are_few_and_the_newest_is_first() -> None:
    settings = DEFAULTS
    for number in range(RECENT_FILES + 3):
        settings = settings.opened(Path(f"/clips/{number}.wav"))
    settings = settings.opened(Path("/clips/7.wav"))
    assert settings.recent[0] == "/clips/7.wav"
    assert len(settings.recent) == len(set(settings.recent)) == RECENT_FILES
    assert settings.last_folder == "/clips"


def test_settings_lie_where_the_system_keeps_them(tmp_path: Path) -> None:
    assert settings_path().is_relative_to(tmp_path), "tests must not touch the user's own"


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        ({"threshold": 2.0}, "watching.rules.1 cannot be"),
        ({"cooldown_s": -1}, "watching.rules.1 cannot be"),
        ({"command": "rm -rf"}, "watching.rules.1.command cannot be"),
        ({"label": None}, "watching.rules.1.label cannot be"),
    ],
)
def test_a_damaged_rule_costs_no_other_rule(
    path: Path, damage: dict[str, object], complaint: str, caplog: pytest.LogCaptureFixture
) -> None:
    rules = [{"label": "Siren"}, {"label": "Dog", **damage}, {"label": "Bark"}]
    path.parent.mkdir()
    path.write_text(json.dumps({"watching": {"rules": rules}}))
    kept = [rule.label for rule in load_settings(path).watching.rules]
    assert kept[0] == "Siren"
    assert kept[-1] == "Bark"
    assert complaint in caplog.text


def test_damaged_clip_choices_keep_no_sound(path: Path) -> None:
    path.parent.mkdir()
    clips = {"record": True, "before_s": -5.0}
    path.write_text(json.dumps({"watching": {"clips": clips, "rules": [{"label": "Dog"}]}}))
    watching = load_settings(path).watching
    assert watching.clips == ClipChoices()
    assert watching.rules == (WatchRule("Dog"),)


def test_a_file_whose_name_is_no_text_is_remembered(path: Path) -> None:
    """As Linux has them; one such name would keep all settings from being saved."""
    chosen = DEFAULTS.opened(Path("/sounds/\udcff\udc80.wav"))
    save_settings(chosen, path)
    assert load_settings(path) == chosen


@pytest.mark.parametrize(
    "stored",
    [
        {"window_ms": 10**9},
        {"window_ms": 0},
        {"live_span_s": 1e308},
        {"floor_db": -1e308},
        {"channel": -1},
        {"decisions": {"offset": 1e308}},
        {"decisions": {"hang_over": -1}},
        {"recent": ["/a\0.wav"]},
        {"last_folder": "\0"},
        {"log_mb": 10**30},
        {"analyses_mb": -5},
    ],
)
def test_numbers_beyond_their_limits_are_passed_over(
    path: Path, caplog: pytest.LogCaptureFixture, stored: dict[str, float]
) -> None:
    """A window of a million seconds would ask for all the memory there is."""
    path.parent.mkdir()
    path.write_text(json.dumps(stored))
    assert load_settings(path) == DEFAULTS
    assert next(iter(stored)) in caplog.text


def test_no_more_recent_files_are_listed_than_there_is_room_for(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({"recent": [f"/{number}.wav" for number in range(1000)]}))
    assert len(load_settings(path).recent) == RECENT_FILES


def test_no_more_rules_are_taken_than_anybody_has(path: Path) -> None:
    """Each is a row of a list in the window."""
    path.parent.mkdir()
    path.write_text(json.dumps({"watching": {"rules": [{"label": "Dog"}] * 3000}}))
    assert len(load_settings(path).watching.rules) == 2000


def test_settings_larger_than_any_are_not_read(
    path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leanviz.settings.MOST_BYTES", 100)
    path.parent.mkdir()
    path.write_text(json.dumps({"device": "x" * 100}))
    assert load_settings(path) == DEFAULTS
    assert "larger than" in caplog.text
