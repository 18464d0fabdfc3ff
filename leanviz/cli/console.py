"""Where output goes: data to standard output, sentences to standard error."""

import io
import os
import re
import select
import sys
from contextlib import suppress
from typing import TextIO

import typer
from rich.console import Console, RenderableType

from leanviz.core.errors import ExportError
from leanviz.core.visible import visible

# Wide enough that nothing is wrapped: a pipe or a file has no margin, a terminal has its own.
PIPE_WIDTH = 10_000
STANDARD_ERROR = 2

# Names and labels are no markup: "[red]" in one is written as it is.
messages = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)

# Whatever steers a terminal, but for line ends, tabs and the colours that rich writes.
_STEERING = re.compile(r"\x1b(?!\[[0-9;]*m)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]")


def prepare_streams() -> None:
    """Make standard output and error take any text, even where they are closed."""
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = _apart(sys.stderr) if sys.stderr else _nowhere()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # a terminal knows its encoding; files and programs get UTF-8 whatever the locale
        encoding = sys.stdout.encoding if sys.stdout.isatty() else "utf-8"
        sys.stdout.reconfigure(encoding=encoding, errors="backslashreplace")


def _apart(stream: TextIO) -> TextIO:
    """Return standard error under a number of its own.

    Whenever PortAudio starts, for each look at the devices, sounddevice points number 2 of the
    whole process nowhere: what another thread says meanwhile would never be read.
    """
    with suppress(OSError, ValueError):  # closed, or no file at all
        if stream.fileno() == STANDARD_ERROR:
            own = os.dup(STANDARD_ERROR)
            return os.fdopen(own, "w", 1, encoding=stream.encoding, errors=stream.errors)
    return stream


def _nowhere() -> TextIO:
    return os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")


def say(sentence: str) -> None:
    """Print a sentence for the user on standard error, on one line."""
    with suppress(OSError):  # nobody is left to read it
        messages.print(visible(" ".join(sentence.split())))


def complain(sentence: str) -> None:
    """Print what went wrong on standard error."""
    say(f"leanviz: {sentence}")


def emit(text: str) -> None:
    """Write data to standard output, at once; on a terminal, without what would steer it.

    Raises
    ------
    typer.Exit
        With 0, if the reader has closed the pipe: it has all it wants.
    ExportError
        If standard output cannot be written for another reason, such as a full disk.
    """
    try:
        sys.stdout.write(_STEERING.sub("\ufffd", text) if sys.stdout.isatty() else text)
        sys.stdout.flush()
    except BrokenPipeError:
        _abandon_output()
        raise typer.Exit(0) from None
    except OSError as error:
        _abandon_output()
        raise ExportError(f"Standard output cannot be written: {error.strerror}.") from error


def reader_has_left() -> bool:
    """Return whether standard output is a pipe whose reader has closed it, where that is known."""
    try:
        poll = select.poll()
        poll.register(sys.stdout, 0)
        return any(event & select.POLLERR for _, event in poll.poll(0))
    except (AttributeError, OSError, ValueError):  # no such call, or no such stream
        return False


def as_text(*parts: RenderableType, plain: bool = False) -> str:
    """Return rich renderables as text for standard output: with colours if it is a terminal.

    Parameters
    ----------
    plain : bool
        For a file, whatever standard output is.
    """
    terminal = Console()
    fancy = terminal.is_terminal and not plain
    width = terminal.width if fancy else PIPE_WIDTH
    text = io.StringIO()
    console = Console(
        file=text, force_terminal=fancy, width=width, highlight=False, markup=False, emoji=False
    )
    console.print(*parts, sep="\n")
    # tables fill their last column with spaces
    return "\n".join(line.rstrip() for line in text.getvalue().split("\n"))


def _abandon_output() -> None:
    """Send the rest nowhere, so that the interpreter's own flush at exit does not fail again."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
