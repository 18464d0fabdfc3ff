"""Writing a result so that a place holds either the whole of it or what was there before."""

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from leanviz.core.errors import ExportError


@contextmanager
def replacing(path: Path) -> Generator[Path]:
    """Give a path to write to, with the suffix of `path`; move it to `path` if all went well.

    A place that is no regular file, ``/dev/stdout`` or a named pipe, is written to directly:
    replacing it would destroy it.

    Raises
    ------
    ExportError
        With a sentence naming the place and the cause, if it cannot be written.
    """
    beside: Path | None = None
    try:
        check_place(path)
        # what a link points to is replaced, not the link
        place = Path(os.path.realpath(path))
        if place.exists() and not place.is_file():
            yield place
            return
        beside = place.with_name(f".leanviz-{secrets.token_hex(4)}{place.suffix}")
        yield beside
        beside.replace(place)
    except OSError as error:
        raise ExportError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        if beside is not None:
            with suppress(OSError):
                beside.unlink()


def check_place(path: Path) -> None:
    """Raise ExportError if `path` cannot be a file, before hours are spent on what goes there."""
    if path.is_dir():
        raise ExportError(f"{path} cannot be written: it is a folder.")
    if not path.absolute().parent.is_dir():
        raise ExportError(f"{path} cannot be written: there is no folder {path.absolute().parent}.")
    if path.exists() and not os.access(path, os.W_OK):
        raise ExportError(f"{path} cannot be written: it is write-protected.")
    if not path.exists() and not os.access(path.absolute().parent, os.W_OK):
        raise ExportError(f"{path} cannot be written: its folder is write-protected.")


def make_folder(folder: Path) -> None:
    """Make a folder, unless it is there; ExportError if that is not possible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        in_the_way = next((place for place in (folder, *folder.parents) if place.is_file()), None)
        cause = f"{in_the_way} is a file" if in_the_way else error.strerror or str(error)
        raise ExportError(f"The folder {folder} cannot be made: {cause}.") from error


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text to `path`, wholly or not at all; ExportError if that fails."""
    with replacing(path) as place:
        place.write_text(text, encoding="utf-8", newline="")
