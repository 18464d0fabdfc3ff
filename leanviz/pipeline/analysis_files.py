"""Analyses as files for other programs: curves as CSV, pictures as NumPy archives."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from leanviz.core.analysis_kinds import Kind
from leanviz.core.errors import ExportError
from leanviz.core.stft import decibels
from leanviz.pipeline.analyses import PITCH_CLASSES, Analysis
from leanviz.sessions.writing import replacing, write_text

SUFFIXES = {Kind.ONSETS: ".onsets.csv", Kind.PITCH: ".pitch.csv"}


def suffix_of(kind: Kind) -> str:
    """Return how the file of an analysis is called after the name of its sound."""
    return SUFFIXES.get(kind, f".{kind.value}.npz")


def write_analysis(parts: Sequence[Analysis], path: Path) -> None:
    """Write consecutive parts of one analysis.

    Onsets: ``time_s``, ``strength_db`` of each. Pitch: ``time_s``, ``pitch_hz`` (empty where there
    is none), ``voiced`` of each frame. Pictures: ``time_s`` [n], ``level_dbfs`` [n, n_rows] to half
    a decibel, and ``hz`` [n_rows], of chroma ``pitch_class`` [12]. Times are seconds of the file,
    of the middle of a frame.

    Raises
    ------
    ExportError
        If it cannot be written, or there is nothing to write.
    """
    parts = [part for part in parts if len(part.values)]
    if not parts:
        raise ExportError("There is no analysis in view to write.")
    kind = parts[0].kind
    if kind is Kind.ONSETS:
        write_text(path, _table(("time_s", "strength_db"), _onset_rows(parts)))
    elif kind is Kind.PITCH:
        write_text(path, _table(("time_s", "pitch_hz", "voiced"), _pitch_rows(parts)))
    else:
        _write_picture(parts, path)


def _onset_rows(parts: Sequence[Analysis]) -> Iterable[tuple[str, ...]]:
    for part in parts:
        for onset in part.onsets:
            strength = part.values[onset // part.grid.hop - part.first, 0]
            yield f"{onset / part.grid.sample_rate:.6f}", f"{strength:.2f}"


def _pitch_rows(parts: Sequence[Analysis]) -> Iterable[tuple[str, ...]]:
    for part in parts:
        for time_s, hz, voiced in zip(part.times_s, part.values[:, 0], part.voiced, strict=True):
            yield f"{time_s:.6f}", f"{hz:.2f}" if np.isfinite(hz) else "", f"{voiced:.3f}"


def _table(names: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    return text.getvalue()


def _write_picture(parts: Sequence[Analysis], path: Path) -> None:
    values = np.concatenate([part.values for part in parts])
    rows: dict[str, Any] = {"hz": parts[0].hz}
    if parts[0].kind is Kind.CHROMA:
        rows = {"pitch_class": np.array(PITCH_CLASSES)}
    with replacing(path) as place, place.open("wb") as file:
        np.savez_compressed(
            file,
            time_s=np.concatenate([part.times_s for part in parts]),
            level_dbfs=decibels(values),
            sample_rate=parts[0].grid.sample_rate,
            **rows,
        )
