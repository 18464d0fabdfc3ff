"""The attention map of a whole recording as it is written to a file."""

from datetime import datetime
from pathlib import Path
from typing import Any

import leanviz
from leanviz.core.attention import AttentionBand
from leanviz.inference.model import LeanModel
from leanviz.pipeline.explanation_record import file_digest
from leanviz.pipeline.results import ClipAnalysis
from leanviz.sessions.map_file import MapRecord, write_map, write_map_table
from leanviz.sessions.report import printable

MAP_SUFFIXES = (".npz", ".csv")
UNITS = {
    "weights": "part of a patch's attention, [patch, head, n]: row p is of the wave features "
    "first_key[p] + n; each sums to 1; padded with 0",
    "query_s, key_s": "seconds of the file, or since listening began: [start, stop) of what each "
    "sees",
    "scores": "in [0, 1], before smoothing; no probabilities",
}


def write_whole_map(
    path: Path,
    model: LeanModel,
    analysis: ClipAnalysis | None,
    band: AttentionBand,
    began: datetime | None = None,
) -> None:
    """Write a map in the form that the suffix names, one of `MAP_SUFFIXES`.

    Parameters
    ----------
    analysis : ClipAnalysis or None
        Of the file that the map is of; None if it is of a live stream.
    began : datetime or None
        When a live stream began.

    Raises
    ------
    UserError
        If it cannot be written, or the sound file cannot be read any more: its checksum is part
        of the archive.
    """
    if path.suffix.lower() == ".csv":
        write_map_table(band, path)
        return
    facts: dict[str, Any] = {
        "file": "heard live" if analysis is None else printable(analysis.path.name),
        "sha256": None if analysis is None else file_digest(analysis.path),
        "began": None if began is None else began.isoformat(timespec="milliseconds"),
        "sample_rate": band.sample_rate,
        "model": model.identity,
        "leanviz": leanviz.__version__,
        "units": UNITS,
    }
    scores = None if analysis is None else analysis.frame_scores
    write_map(MapRecord(band, scores, tuple(model.taxonomy.names), facts), path)
