"""What an exported model folder is worth, measured through the engine that users run."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.progress import track
from scipy.stats import spearmanr

from leanviz.core.candidates import CandidateRules, smoothed
from leanviz.core.frontend import audible_fraction, clip_patches
from leanviz.evaluation.calibration import calibration
from leanviz.evaluation.metrics import macro_map, source_hits
from leanviz.evaluation.timeline import Heard, read_timeline, timeline_figures
from leanviz.inference.model import LeanModel
from leanviz.inference.stream import LeanStream, clip_logits, sigmoid
from leanviz.pipeline.clip import analyze_file
from leanviz.training.corpus import Corpus, yamnet_rows, yamnet_trunk

Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True)
class SplitScores:
    """Scores of one split: of whole clips, and the highest within each [n_clips, n_classes]."""

    clips: npt.NDArray[np.int64]
    clip: Float32
    peak: Float32

    @classmethod
    def measure(cls, model: LeanModel, corpus: Corpus, split: str) -> "SplitScores":
        """Run a model over a split."""
        clips = corpus.split(split)
        heard = track(clips, f"Scoring {split} clips")
        found = [_scores(model, corpus.clip(int(i))) for i in heard]
        return cls(clips, np.stack([clip for clip, _ in found]), np.stack([p for _, p in found]))


def _scores(model: LeanModel, samples: Float32) -> tuple[Float32, Float32]:
    """Return the clip scores, and the highest frame scores [n_classes], of 16 kHz samples."""
    stream = LeanStream(model)
    results = stream.push(samples) + stream.finish()
    logits = np.stack([result.logits for result in results])
    audible = np.array([result.audible for result in results], np.float32)
    return sigmoid(clip_logits(logits, audible)), highest(sigmoid(logits))


def highest(frames: Float32) -> Float32:
    """Return each class's highest score [n_classes], smoothed as candidates are by default."""
    rules = CandidateRules()
    starts = (max(0, at + 1 - rules.smoothing_patches) for at in range(len(frames)))
    windows = [frames[start : at + 1] for at, start in enumerate(starts)]
    return np.stack([smoothed(window, rules.smoothing) for window in windows]).max(0)


def clip_figures(scores: SplitScores, corpus: Corpus) -> dict[str, float]:
    """Return macro mAP, top-1 for each source with several sounds, and the calibration error."""
    rows, labels = [corpus.rows[i] for i in scores.clips], corpus.labels[scores.clips]
    figures = {"mAP": macro_map(labels, scores.clip)}
    figures |= {f"top1_{name}": hits.top1 for name, hits in source_hits(rows, scores.clip).items()}
    found = calibration(labels, scores.clip)
    return figures | {"ece": found.error, "ece_upper": found.upper_error}


def placed_figures(model: LeanModel, data: Path) -> dict[str, float]:
    """Return how well the sounds of a data folder's table of events at known times are placed.

    None where there is no such table.
    """
    table = data / "timeline" / "events.csv"
    if not table.exists():
        return {}
    timeline, rules = read_timeline(table, model.taxonomy), model.default_rules()
    heard = [
        (events, Heard.of(analyze_file(path, model, rules, pictures=False)))
        for path, events in timeline.recordings.items()
    ]
    found = timeline_figures(heard, rules, model.taxonomy)
    return {
        "frame_auc": found.frame_auc,
        "peak_inside": found.peak_inside,
        "event_f1": found.event_based.f1,
        "segment_f1": found.segment_based.f1,
        "psds": found.psds_recognised,
    }


def remembered_figures(scores: SplitScores, corpus: Corpus, yamnet: Path) -> dict[str, float]:
    """Return how far classes without training clips still follow YAMNet: rank correlations.

    Of the clip scores of one class over clips, and of the classes over one clip (means); and of all
    scores of all these classes together.
    """
    unheard = np.flatnonzero(~corpus.labels[corpus.split("train")].any(0))
    _, kernel, bias = yamnet_trunk(yamnet)
    rows = yamnet_rows(corpus.taxonomy, yamnet).rows
    theirs = np.zeros((len(scores.clips), len(unheard)), np.float32)
    for at, clip in enumerate(scores.clips):
        own = slice(int(corpus.first[clip]), int(corpus.first[clip + 1]))
        raw = corpus.embeddings[own].astype(np.float32) @ kernel.T + bias
        best = np.stack([raw[:, list(rows[k])].max(1) for k in unheard], 1)
        theirs[at] = clip_logits(best, audible_fraction(clip_patches(corpus.clip(int(clip)))))
    ours = scores.clip[:, unheard]
    return {
        "unheard_by_class": _rank_correlation(ours.T, theirs.T),
        "unheard_by_clip": _rank_correlation(ours, theirs),
        "unheard_together": _rank_correlation(ours.reshape(1, -1), theirs.reshape(1, -1)),
    }


def _rank_correlation(ours: Float32, theirs: Float32) -> float:
    """Return the mean over rows of Spearman's rank correlation."""
    pairs = zip(ours, theirs, strict=True)
    return float(np.mean([np.asarray(spearmanr(a, b))[0] for a, b in pairs if np.ptp(a) > 0]))
