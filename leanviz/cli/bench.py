"""``leanviz bench``: how fast files are analysed, against YAMNet alone in the same run."""

import json
import platform
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.table import Table

from leanviz.audio.file import open_audio, read_mono
from leanviz.audio.resample import Resampler
from leanviz.audio.writer import write_repeated
from leanviz.cli.console import as_text
from leanviz.core.frontend import YAMNET, PatchStream
from leanviz.core.resources import resource_path
from leanviz.core.tracks import Tracks
from leanviz.inference.model import LeanModel
from leanviz.inference.stream import LeanStream
from leanviz.pipeline.clip import BLOCK_S, analyze_file

Float32 = npt.NDArray[np.float32]
Blocks = list[Float32]

WHOLE, YAMNET_ALONE = "decode to events", "YAMNet alone, same decoder"
WITH_PICTURES = "the same with pictures, as in the window"
# Clips made of the demo clip, where no file is named: formats and seconds.
FORMATS, LENGTHS_S = ("flac", "ogg"), (5, 60, 600)
# Long clips need fewer turns, each is many seconds of work already, and short ones more: the first
# few of a process take longer.
_TURN_S, _SHORT_S, _MORE_TURNS = 60.0, 10.0, 4


@dataclass(frozen=True, slots=True)
class Measured:
    """What one clip took.

    Attributes
    ----------
    cpu_s : dict
        The least processor seconds of each stage.
    """

    file: str
    duration_s: float
    cpu_s: dict[str, float]

    @property
    def ratio(self) -> float:
        """Time of the whole analysis against YAMNet alone."""
        return self.cpu_s[WHOLE] / self.cpu_s[YAMNET_ALONE]

    def factor(self, stage: str) -> float:
        """Return how many times faster than real time a stage is."""
        return self.duration_s / self.cpu_s[stage]


def decoded(path: Path) -> tuple[Blocks, int]:
    """Return a file's mono samples in blocks [n], as an analysis reads them, and its rate."""
    with open_audio(path) as reader:
        return list(reader.blocks(int(BLOCK_S * reader.sample_rate))), reader.sample_rate


def at_model_rate(blocks: Blocks, rate: int) -> Blocks:
    """Return the blocks at 16 kHz."""
    resampler = Resampler(rate, YAMNET.sample_rate)
    return [*(resampler.push(block) for block in blocks), resampler.finish()]


def log_mel_patches(heard: Blocks) -> Blocks:
    """Return the patches that each block at 16 kHz completes [n, 96, 64]."""
    stream = PatchStream()
    found = [*(stream.push(block) for block in heard), stream.finish()]
    return [patches for patches in found if len(patches)]


def embed(blocks: Blocks, model: LeanModel) -> None:
    """Run YAMNet on the patches of each block."""
    for patches in blocks:
        model.embed(patches)


def lean(heard: Blocks, model: LeanModel) -> None:
    """Run LEAN on blocks at 16 kHz."""
    stream = LeanStream(model)
    for block in heard:
        stream.push(block)
    stream.finish()


def pictures(blocks: Blocks, rate: int) -> None:
    """Compute what the panes draw."""
    tracks = Tracks.for_file(rate, sum(map(len, blocks)))
    for block in blocks:
        tracks.push(block)
    tracks.finish()


def stages(path: Path, model: LeanModel) -> dict[str, Callable[[], object]]:
    """Return what is timed, by name."""
    blocks, rate = decoded(path)
    heard = at_model_rate(blocks, rate)
    patches = log_mel_patches(heard)
    sound = np.concatenate(heard)
    waves = [sound[at : at + 32_000] for at in range(0, len(sound), 32_000)]
    return {
        "decode": lambda: decoded(path),
        "resample": lambda: at_model_rate(blocks, rate),
        "log-mel": lambda: log_mel_patches(heard),
        "YAMNet": lambda: embed(patches, model),
        "wave encoder": lambda: [model.wave(wave) for wave in waves if len(wave) >= 1386],
        "LEAN (log-mel, YAMNet, wave, fusion)": lambda: lean(heard, model),
        "spectrogram and envelope": lambda: pictures(blocks, rate),
        YAMNET_ALONE: lambda: embed(log_mel_patches(at_model_rate(*decoded(path))), model),
        WHOLE: lambda: analyze_file(path, model, pictures=False),
        WITH_PICTURES: lambda: analyze_file(path, model),
    }


def measure(path: Path, model: LeanModel, repeats: int) -> Measured:
    """Return the least processor seconds of each stage; all stages take turns in each repeat."""
    blocks, rate = decoded(path)
    duration_s = sum(map(len, blocks)) / rate
    found: dict[str, float] = {}
    timed = stages(path, model)
    times = _MORE_TURNS if duration_s < _SHORT_S else min(1.0, _TURN_S / duration_s)
    for _ in range(max(1, round(repeats * times))):
        for name, run in timed.items():
            began = time.process_time()
            run()
            found[name] = min(found.get(name, np.inf), time.process_time() - began)
    return Measured(path.name, duration_s, found)


@contextmanager
def _clips(lengths_s: Sequence[int]) -> Generator[list[Path]]:
    """Write the demo clip, over and over, in all formats and lengths into a temporary folder."""
    clip, rate = read_mono(resource_path("demo", "demo.flac"))
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{s} s.{kind}") for s in lengths_s for kind in FORMATS]
        for path in paths:
            write_repeated(path, clip, rate, int(path.stem.split()[0]) * rate)
        yield paths


def bench(
    path: Path | None,
    folder: Path | None,
    repeats: int,
    as_json: bool,
    lengths_s: Sequence[int] = LENGTHS_S,
) -> str:
    """Return the measurement of one file, of clips of several lengths if None, as text."""
    model = LeanModel.open(folder)
    if path is not None:
        found = [measure(path, model, repeats)]
    else:
        with _clips(lengths_s) as paths:
            found = [measure(clip, model, repeats) for clip in paths]
    if not as_json:
        return as_text(_table(found))
    facts = {"machine": platform.platform(), "model": model.identity, "repeats": repeats}
    clips = [asdict(each) | {"ratio": each.ratio} for each in found]
    return json.dumps({**facts, "clips": clips}, indent=1) + "\n"


def _table(found: list[Measured]) -> Table:
    table = Table("times real time, on one core", *(each.file for each in found))
    for stage in found[0].cpu_s:
        table.add_row(stage, *(f"{each.factor(stage):.0f}" for each in found))
    table.add_row("time against YAMNet alone", *(f"{each.ratio:.2f}" for each in found))
    return table
