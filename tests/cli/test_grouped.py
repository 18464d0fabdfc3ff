"""Options that belong together reach a command as one."""

from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from leanviz.cli.grouped import grouped


@dataclass(frozen=True)
class Gain:
    """Two options."""

    factor: Annotated[float, typer.Option(min=0.0, help="All samples are multiplied by it.")] = 1.0
    bands: Annotated[list[int] | None, typer.Option("--band")] = None


@pytest.fixture
def program() -> tuple[typer.Typer, list[object]]:
    """Give a program of one command, and what that command got."""
    app, got = typer.Typer(rich_markup_mode=None), []

    @app.command()
    @grouped
    def play(name: str, *, gain: Gain, loop: bool = False) -> None:
        got.extend([name, gain, loop])

    return app, got


@pytest.mark.parametrize(
    ("arguments", "gain"),
    [
        ([], Gain()),
        (["--factor", "2"], Gain(2.0)),
        (["--band", "3", "--band", "4", "--loop"], Gain(bands=[3, 4])),
    ],
)
def test_a_group_gets_what_was_said_and_its_defaults(
    program: tuple[typer.Typer, list[object]], arguments: list[str], gain: Gain
) -> None:
    app, got = program
    assert CliRunner().invoke(app, ["a.wav", *arguments]).exit_code == 0
    assert got == ["a.wav", gain, "--loop" in arguments]


def test_an_option_of_a_group_is_checked_and_told_like_any(
    program: tuple[typer.Typer, list[object]],
) -> None:
    app, got = program
    refused = CliRunner().invoke(app, ["a.wav", "--factor", "-1"])
    assert refused.exit_code == 2
    assert not got
    assert "samples are multiplied by" in CliRunner().invoke(app, ["--help"]).output
