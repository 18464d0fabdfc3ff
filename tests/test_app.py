"""The composition root of the window."""

from pathlib import Path

import pytest

from leanviz import app
from leanviz.settings import DEFAULTS, save_settings
from leanviz.views.action_table import SPECS


def test_only_who_sees_the_window_for_the_first_time_is_greeted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.json"
    monkeypatch.setattr(app, "settings_path", lambda: path)
    keys = {spec.name: spec.keys for spec in SPECS}
    assert keys["keys"][0] in app.greeting()
    save_settings(DEFAULTS, path)
    assert app.greeting() == ""
