"""``leanviz bench``: how fast files are analysed, against YAMNet alone in the same run."""

import json
import platform
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.table import Table

from leanviz.audio.file import open_audio
from leanviz.audio.resample import Resampler
from leanviz.cli.console import as_text
from leanviz.core.frontend import YAMNET, PatchStream, clip_patches
from leanviz.core.resources import resource_path
from leanviz.core.tracks import Tracks
from leanviz.inference.model import LeanModel
from leanviz.inference.stream import LeanStream
from leanviz.pipeline.clip import analyze_file

Float32 = npt.NDArray[np.float32]

WHOLE, YAMNET_ALONE = "whole analysis", "YAMNet alone, same decoder"


def decoded(path: Path) -> tuple[Float32, int]:
    """Return a file's mono samples [n] and its rate."""
    with open_audio(path) as reader:
        return np.concatenate(list(reader.blocks())), reader.sample_rate


def at_model_rate(samples: Float32, rate: int) -> Float32:
    """Return the samples [n] at 16 kHz."""
    resampler = Resampler(rate, YAMNET.sample_rate)
    return np.concatenate((resampler.push(samples), resampler.finish()))


def yamnet_alone(path: Path, model: LeanModel) -> None:
    """Decode, resample and embed a file, and nothing else."""
    stream = PatchStream()
    patches = stream.push(at_model_rate(*decoded(path)))
    model.embed(np.concatenate((patches, stream.finish())))


def pictures(samples: Float32, rate: int) -> None:
    """Compute what the panes draw."""
    tracks = Tracks.for_file(rate, len(samples))
    tracks.push(samples)
    tracks.finish()


def stages(path: Path, model: LeanModel) -> dict[str, Callable[[], object]]:
    """Return what is timed, by name."""
    samples, rate = decoded(path)
    heard = at_model_rate(samples, rate)
    patches = clip_patches(heard)
    return {
        "decode": lambda: decoded(path),
        "resample": lambda: at_model_rate(samples, rate),
        "spectrogram and envelope": lambda: pictures(samples, rate),
        "log-mel": lambda: clip_patches(heard),
        "YAMNet": lambda: model.embed(patches),
        "wave encoder": lambda: model.wave(heard),
        "LEAN (log-mel, YAMNet, wave, fusion)": lambda: LeanStream(model).push(heard),
        YAMNET_ALONE: lambda: yamnet_alone(path, model),
        WHOLE: lambda: analyze_file(path, model),
    }


def measure(path: Path, model: LeanModel, repeats: int) -> dict[str, float]:
    """Return the least processor seconds of each stage; all stages take turns in each repeat."""
    found: dict[str, float] = {}
    for _ in range(repeats):
        for name, run in stages(path, model).items():
            began = time.process_time()
            run()
            found[name] = min(found.get(name, np.inf), time.process_time() - began)
    return found


def bench(path: Path | None, folder: Path | None, repeats: int, as_json: bool) -> str:
    """Return the measurement of one file, the demo clip if None, as text."""
    path = path or resource_path("demo", "demo.flac")
    model = LeanModel.open(folder)
    samples, rate = decoded(path)
    duration_s = len(samples) / rate
    seconds = measure(path, model, repeats)
    if as_json:
        facts = {"file": str(path), "duration_s": duration_s, "machine": platform.platform()}
        described = {**facts, "model": model.identity, "repeats": repeats, "cpu_s": seconds}
        return json.dumps(described, indent=1) + "\n"
    table = Table("stage", "ms per s of sound", "times real time", "against YAMNet alone")
    for name, spent in seconds.items():
        ratio = spent / seconds[YAMNET_ALONE]
        table.add_row(
            name, f"{1e3 * spent / duration_s:.2f}", f"{duration_s / spent:.0f}", f"{ratio:.2f}"
        )
    return as_text(table)
