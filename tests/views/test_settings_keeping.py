"""What was chosen is on the disk before leanviz ends."""

from dataclasses import replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from leanviz.settings import DEFAULTS, load_settings
from leanviz.views.settings_keeping import SettingsKeeping


def test_what_is_chosen_outlives_a_kill_and_nothing_is_written_without_need(
    qtbot: QtBot, tmp_path: Path
) -> None:
    path, chosen = tmp_path / "settings.json", [DEFAULTS]
    keeping = SettingsKeeping(lambda: chosen[-1], path)
    keeping.look()
    assert not keeping._writer.busy
    for window_ms in (32, 16):
        chosen.append(replace(DEFAULTS, window_ms=window_ms))
        keeping.look()
        qtbot.waitUntil(lambda: not _busy(keeping))
        assert load_settings(path) == chosen[-1]
    last = replace(DEFAULTS, geometry="AAAA")
    keeping.end(last)
    assert load_settings(path) == last


def _busy(keeping: SettingsKeeping) -> bool:
    keeping._writer.poll()
    return keeping._writer.busy
