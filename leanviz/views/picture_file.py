"""Pictures as files: drawn in memory and written as a whole, so that a full disk is noticed.

Qt tells of a PNG that it could not be written, but not why, and of an SVG nothing at all.
"""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QRect, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from leanviz.views.drawing import vectors


def write_png(picture: QImage, path: Path) -> None:
    """Write a picture with its resolution and texts; OSError if that is not possible."""
    buffer = _buffer()
    if not picture.save(buffer, "PNG"):  # pyright: ignore[reportCallIssue, reportArgumentType]
        raise OSError("there is no memory for the picture")
    path.write_bytes(buffer.data().data())


@contextmanager
def painting_svg(
    path: Path, size: QSize, *, title: str = "", description: str = ""
) -> Generator[QPainter]:
    """Give a painter whose shapes and words are written to `path`, if all went well.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    buffer, canvas = _buffer(), QSvgGenerator()
    canvas.setOutputDevice(buffer)
    canvas.setSize(size)
    canvas.setViewBox(QRect(0, 0, size.width(), size.height()))
    canvas.setTitle(title)
    canvas.setDescription(description)
    painter = QPainter(canvas)
    try:
        with vectors(canvas):
            yield painter
    finally:
        painter.end()
    path.write_bytes(buffer.data().data())


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer
