"""The program: what runs a command, and the one place where failures become sentences."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import leanviz
from leanviz.cli.console import complain, emit, prepare_streams
from leanviz.cli.display import missing_library
from leanviz.core.errors import UserError


class FilesOpen(TyperGroup):
    """Commands, where ``leanviz FILE...`` means ``leanviz open FILE...``."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command to run and its arguments; UserError for a file that is not there."""
        if args[0] not in self.commands and not args[0].startswith("-"):
            path = Path(args[0])
            if path.exists():
                args = ["open", *args]
            elif path.suffix or len(path.parts) > 1:
                raise UserError(f"{path} does not exist.")
        return super().resolve_command(ctx, args)


app = typer.Typer(
    name="leanviz",
    cls=FilesOpen,
    help="See, hear and question what LEAN recognises in sound. Without a command: the window.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Openable = Annotated[
    list[Path] | None,
    typer.Argument(metavar="FILE|DIR", help="Sounds, folders, label files, logs, or a session."),
]

Listening = Annotated[
    bool, typer.Option("--listen", help="Listen at once to the input that was chosen last.")
]


def main(args: Sequence[str] | None = None) -> None:
    """Run leanviz with command-line arguments, those of the process if None, and exit.

    The exit code is 0, or 2 after a failure, which is told in one sentence on standard error, or
    130 after Ctrl+C.
    """
    prepare_streams()
    try:
        app(args, prog_name="leanviz")
    except UserError as error:
        complain(str(error))
        sys.exit(2)
    except Exception as error:
        if os.environ.get("LEANVIZ_DEBUG"):
            raise
        complain(_unforeseen(error))
        sys.exit(2)


def _unforeseen(error: Exception) -> str:
    """Return the sentence for an error that no command expects."""
    if isinstance(error, ImportError) and (library := missing_library(error)):
        return f"The system library {library} is missing: `leanviz doctor` tells what to type."
    return (
        f"This should not have happened: {type(error).__name__}: {error} "
        "(LEANVIZ_DEBUG=1 shows where)."
    )


def _version(asked: bool) -> None:
    if asked:
        emit(f"leanviz {leanviz.__version__}\n")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def leanviz_(
    context: typer.Context,
    _: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the version.")
    ] = False,
) -> None:
    """Open the window if no command is given."""
    if context.invoked_subcommand is None:
        open_([])


@app.command("open")
def open_(files: Openable = None, listen: Listening = False) -> None:
    """Open the window on files, folders or a session, or listening."""
    from leanviz.cli.window import open_window

    raise typer.Exit(open_window(files or [], listen))
