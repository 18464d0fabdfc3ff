"""Where bundled files lie."""

from pathlib import Path

import pytest

from leanviz.core import resources
from tests.core.material import DEMO


def test_a_checkout_has_its_resources_beside_the_package() -> None:
    assert resources.resource_path("demo", "demo.flac") == DEMO
    assert DEMO.is_file()


def test_an_installed_wheel_has_them_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "leanviz" / "resources"
    inside.mkdir(parents=True)
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "leanviz")
    assert resources.resource_path("lean") == inside / "lean"
