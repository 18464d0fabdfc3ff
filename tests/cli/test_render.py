"""Pictures and the start without a screen."""

import os
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests.cli.running import Run


def _colours(path: Path) -> int:
    picture = QImage(str(path))
    points = ((x, y) for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 7))
    return len({picture.pixel(x, y) for x, y in points})


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_picture_of_a_file(run_outside: Run, siren: Path, tmp_path: Path, theme: str) -> None:
    size = ("--width", 800, "--height", 700)
    outcome = run_outside("render", siren, "-o", "a.png", "--theme", theme, *size)
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    picture = QImage(str(tmp_path / "a.png"))
    assert (picture.width(), picture.height()) == (800, 700)
    assert _colours(tmp_path / "a.png") > 100
    corner = picture.pixelColor(2, 2).lightnessF()
    assert corner < 0.3 if theme == "dark" else corner > 0.7


def test_what_a_figure_shows_is_chosen(run: Run, siren: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text("0.5\t1.5\tSiren\n")
    pieces = ("--pane", "lanes", "--pane", "reference", "--start", 0.5, "--stop", 2.5)
    outcome = run(
        "render", siren, "-o", tmp_path / "a.svg", *pieces, "--reference", labels,
        "--theme", "high contrast", "--decisions", '{"offset": -0.1}',
    )  # fmt: skip
    assert (outcome.code, outcome.out) == (0, "")
    text = (tmp_path / "a.svg").read_text()
    assert "--decisions" in text
    assert "Reference" in text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("-o", "a.gif"), "PNG or SVG"),
        (("--start", "2.99"), "0.05 s or more of the file, which is 3.000 s long"),
        (("--palette", "rainbow"), "There is no palette rainbow: choose inferno"),
        (("--floor", "0", "--ceiling", "-10"), "--ceiling must be above"),
        (("--decisions", "{"), "no JSON"),
        (("--decisions", '{"offset": "much"}'), "not understood"),
        (("--decisions", "{}", "--threshold", "0.1"), "leave the other options out"),
        (("--pane", "reference"), "needs --reference"),
        (("--reference", "none.txt"), "none.txt"),
        (("--session", "none.leanviz.json"), "none.leanviz.json cannot be read"),
        (("--time-of-day",), "Neither name nor header tell when"),
        (("--head", "9"), "There is no head 9: choose 0, 1, 2, 3, 4, max."),
    ],
)
def test_what_makes_no_figure_is_a_sentence(
    run: Run, siren: Path, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    place = () if "-o" in words else ("-o", tmp_path / "a.png")
    outcome = run("render", siren, *place, *words)
    assert outcome.code == 2
    assert sentence in outcome.err
    assert not (tmp_path / "a.png").exists()


def test_a_platform_of_the_users_does_not_matter(
    run_outside: Run, siren: Path, tmp_path: Path
) -> None:
    """With xcb and no X server Qt would abort the process."""
    outcome = run_outside("render", siren, "-o", "a.png", changes={"QT_QPA_PLATFORM": "xcb"})
    assert outcome.code == 0
    assert (tmp_path / "a.png").stat().st_size > 10_000


def test_without_a_screen_the_demo_clip_is_shown(
    run_outside: Run, demo: Path, tmp_path: Path
) -> None:
    """What `make run` does on a server."""
    outcome = run_outside()
    assert outcome.code == 0
    first, last = outcome.err.splitlines()
    assert first.startswith("No window can be opened (")
    assert "leanviz-demo.png" in last
    assert outcome.out.startswith("demo.flac  0:30.000, 44100 Hz\n")
    for title in ("Siren", "Church bell", "Knock"):
        assert title in outcome.out
    assert _colours(tmp_path / "leanviz-demo.png") > 100


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is write-protected for root")
def test_a_protected_folder_is_named(run_outside: Run, demo: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    outcome = run_outside()
    tmp_path.chmod(0o755)
    assert outcome.code == 2
    assert "leanviz-demo.png cannot be written" in outcome.err


def test_a_file_without_a_screen_points_to_the_other_commands(
    run_outside: Run, siren: Path
) -> None:
    for args in (["open", siren], [siren]):
        outcome = run_outside(*args)
        assert (outcome.code, outcome.out) == (2, "")
        assert "`leanviz analyze`" in outcome.sentence
