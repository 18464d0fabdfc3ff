"""An explanation as it is written to a file."""

import hashlib
from datetime import datetime
from pathlib import Path

import numpy as np

import leanviz
from leanviz.core.errors import AudioFileError
from leanviz.core.inquiry import AGREEMENT
from leanviz.inference.model import LeanModel
from leanviz.inference.stream import sigmoid
from leanviz.pipeline.explaining import FileExplanation
from leanviz.pipeline.kept_sound import KeptSound
from leanviz.sessions.attention_file import AttentionRecord, Pieces
from leanviz.sessions.report import printable

UNITS = {
    "attention": "part of a patch's attention; each row [head, query] sums to 1",
    "query_s, key_s, moment_s": "seconds of the file, or since listening began: [start, stop) of "
    "what each sees",
    "scores": "in [0, 1], of the window's patches, before smoothing; no probabilities",
    "asked": "weight of each patch in the logit that is asked about",
    "..._attention": "part of the asked patches' attention, [head, piece]",
    "..._occlusion": "fall of the label's logit without the piece",
    "moment_muted": "fall of the logit with the moment's sound muted and all run again",
}


def record_of(
    found: FileExplanation, model: LeanModel, began: datetime | None = None
) -> AttentionRecord:
    """Return all there is of an explanation, with what it takes to make it again.

    Parameters
    ----------
    began : datetime or None
        When a live stream began.

    Raises
    ------
    AudioFileError
        If a sound file cannot be read any more: its checksum is part of the record.
    """
    inquiry, explained = found.inquiry, found.found
    sound = inquiry.sound
    agreement, times_s = explained.agreement(), found.moment_s()
    facts = {
        "file": printable(sound.name),
        "sha256": None if isinstance(sound, KeptSound) else file_digest(sound),
        "began": None if began is None else began.isoformat(timespec="milliseconds"),
        "sample_rate": inquiry.sample_rate,
        "model": model.identity,
        "leanviz": leanviz.__version__,
        "label": model.taxonomy[inquiry.label].name,
        "logit": explained.logit,
        "first_patch": inquiry.window.start,
        "rank_correlation": None if np.isnan(agreement) else agreement,
        "rank_correlation_warns_below": AGREEMENT,
        "units": UNITS,
    }
    keys, patches, moments = explained.keys, explained.patches, explained.moments
    return AttentionRecord(
        attention=explained.attention,
        scores=sigmoid(explained.frame_logits),
        labels=tuple(model.taxonomy.names),
        asked=explained.question.weights,
        pieces={
            "key": Pieces(found.key_s(), keys.attention, keys.occlusion),
            "patch": Pieces(found.query_s(), patches.attention, patches.occlusion),
            "moment": Pieces(times_s, moments.attention, moments.occlusion, explained.muted),
        },
        facts=facts,
    )


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal; AudioFileError if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        cause = (error.strerror or str(error)).lower()
        raise AudioFileError(f"{printable(path)} cannot be read: {cause}.") from error
