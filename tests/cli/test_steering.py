"""What a file is called never steers the terminal that it is listed in, and is no markup."""

import io
import shlex
import shutil
import sys
from pathlib import Path

import pytest
from rich.table import Table

from leanviz.cli.console import as_text, emit, say
from leanviz.views.figure_spec import FigureSpec
from tests.cli.running import Run

ESCAPES = "\x1b]0;owned\x07\x9b2J\x1b[2J\x08"
NAME = "[red]x[/] [/nope] :smile:"


def test_names_in_tables_and_sentences_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(NAME, title=NAME)
    table.add_row(NAME)
    assert as_text(table).count(NAME) == 3
    say(f"{NAME} is damaged.")
    assert capsys.readouterr().err == f"{NAME} is damaged.\n"


def test_a_sentence_holds_nothing_that_steers(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"{ESCAPES}.wav is\n\u202edamaged.")
    said = capsys.readouterr().err
    assert said.endswith("\n")
    assert said[:-1].isprintable()
    assert "\u241b" in said


class Terminal(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def test_data_on_a_terminal_keep_their_colours_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    emit(f"\x1b[1mbold\x1b[0m\t1\n{ESCAPES}")
    shown = terminal.getvalue()
    assert shown.startswith("\x1b[1mbold\x1b[0m\t1\n")
    rest = shown.partition("\n")[2]
    assert rest.isprintable()
    assert rest.count("\ufffd") == 5


def test_data_for_a_program_are_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    emit(ESCAPES)
    assert capsys.readouterr().out == ESCAPES


@pytest.mark.parametrize("shape", ["table", "json"])
def test_a_file_with_such_a_name_is_analysed(
    run: Run, siren: Path, tmp_path: Path, shape: str
) -> None:
    path = Path(shutil.copy(siren, tmp_path / f"{ESCAPES}\n[red].wav"))
    done = run("analyze", path, "--format", shape)
    assert done.code == 0
    assert (done.out + done.err).replace("\n", "").isprintable()
    assert "[red].wav" in done.out


def test_a_damaged_file_with_such_a_name_is_one_sentence(run: Run, tmp_path: Path) -> None:
    path = tmp_path / f"{ESCAPES}\n[red].wav"
    path.write_bytes(b"RIFF")
    done = run("analyze", path)
    assert done.code == 2
    assert done.sentence.isprintable()


@pytest.mark.parametrize("name", ["--model=x.wav", "a b'$(reboot)`.wav", "a;b\n|c.wav"])
def test_a_line_to_type_again_takes_any_name_for_one_file(name: str) -> None:
    """It stands below pictures, for people to paste into a shell."""
    words = shlex.split(FigureSpec().command(name, "figure.png"))
    assert words[:2] == ["leanviz", "render"]
    assert not words[2].startswith("-")
    assert Path(words[2]) == Path(name)
