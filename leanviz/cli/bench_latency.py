"""``leanviz bench --latency``: how long after a sound is played it is on the screen, and its label.

Known sounds are played by this process into what the window hears. When a sample leaves is known
from the sound server's reported delay (`leanviz.cli.bench_player`), where it is in the stream from
the correlation of what was played with what was heard, and when it is painted from the window
itself (`leanviz.cli.bench_onlooker`). All clocks are the machine's monotonic one.
"""

import json
import math
import os
import platform
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.table import Table

from leanviz.audio.devices import Device
from leanviz.cli.bench_player import Playback, output_device, play
from leanviz.cli.bench_process import Window, listening_window
from leanviz.cli.bench_sounds import KnownSound, at_rate, known_sounds, right_labels
from leanviz.cli.console import as_text
from leanviz.core.errors import UserError
from leanviz.core.events import State
from leanviz.core.taxonomy import Taxonomy
from leanviz.inference.model import LeanModel

Float32 = npt.NDArray[np.float32]

# What is measured, in the order of its way, and what design and documentation promise, in seconds.
PROMISED = {
    "sound to the microphone's ring": None,
    "sound to the features": None,
    "sound to pixels, waveform": 0.08,
    "sound to pixels, spectrogram": 0.08,
    "sound to its first label, dashed": 0.9,
    "sound to its settled label, solid": 1.5,
    "end of the sound to its final label, closed": None,
}
HEARD, TAKEN, WAVEFORM, SPECTROGRAM, FIRST_LABEL, SETTLED_LABEL, FINAL_LABEL = PROMISED
PANES = {WAVEFORM: "Waveform", SPECTROGRAM: "Spectrogram"}
# What is heard after the player has ended: the label of the last sound.
AFTER_S = 1.0
# A label may begin so much before its sound: a patch stands for the hop around its centre.
EARLY_S = 1.0
# A sound is looked for in so much of what was heard, from where it was in what was played.
SEARCHED_S = 4.0
# Correlation from which a sound counts as heard: a room and its noise take much of it.
LEAST_LIKENESS = 0.3
RANKS = {"p50": 50, "p95": 95, "max": 100}


@dataclass(frozen=True, slots=True)
class Placed:
    """A known sound that was played and heard.

    Attributes
    ----------
    label : str
    onset_s, offset_s : float
        Where it is in the stream, in seconds.
    left_s : float
        When its first sample left the player, by `time.perf_counter`.
    """

    label: str
    onset_s: float
    offset_s: float
    left_s: float

    @property
    def over_s(self) -> float:
        """When its last sample left the player."""
        return self.left_s + self.offset_s - self.onset_s


def lag(played: Float32, heard: Float32) -> int:
    """Return at which sample of what was heard [m] what was played [n] begins.

    Raises
    ------
    UserError
        If it is not to be found there.
    """
    size = 1 << (len(played) + len(heard) - 1).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(played, size))
    found = np.abs(np.fft.irfft(spectrum, size)[: max(1, len(heard) - len(played))])
    at = int(np.argmax(found))
    part = heard[at : at + len(played)]
    if found[at] < LEAST_LIKENESS * np.linalg.norm(played) * np.linalg.norm(part):
        raise UserError(
            "The microphone does not hear what is played: choose a microphone beside the "
            "loudspeaker, or the monitor of the output, as the system's default."
        )
    return at


def first_after(moments: Iterable[tuple[float, float]], wanted: float) -> float:
    """Return the first moment at which a value is beyond `wanted`; NaN if none is.

    Parameters
    ----------
    moments : iterable of tuple of float
        Moment and value, in the order of time.
    """
    return next((moment for moment, value in moments if value > wanted), math.nan)


def waits(
    sound: Placed, next_s: float, seen: dict[str, Any], taxonomy: Taxonomy
) -> dict[str, float]:
    """Return how long each step of a sound took, in seconds; NaN where it never came.

    Parameters
    ----------
    next_s : float
        Second of the stream at which the next sound begins.
    seen : dict
        What the window noted, as `Onlooker.seen` says.
    """
    rate, right = seen["rate"], right_labels(sound.label, taxonomy)
    found: dict[str, float] = {}
    for step, column in ((HEARD, 1), (TAKEN, 2)):
        arrived = ((row[0], row[column] / rate) for row in seen["arrived"])
        found[step] = first_after(arrived, sound.onset_s) - sound.left_s
    for step, pane in PANES.items():
        edges = ((at, edge) for at, name, edge in seen["pictures"] if name == pane)
        found[step] = first_after(edges, sound.onset_s) - sound.left_s
    labels = [
        (at, state)
        for at, label, onset, _, state in seen["labels"]
        if label in right and sound.onset_s - EARLY_S < onset / rate < next_s
    ]
    seen_at = {state: at for at, state in reversed(labels)}
    found[FIRST_LABEL] = min(seen_at.values(), default=math.nan) - sound.left_s
    found[SETTLED_LABEL] = seen_at.get(State.SETTLED, math.nan) - sound.left_s
    found[FINAL_LABEL] = seen_at.get(State.FINAL, math.nan) - sound.over_s
    return found


def ranked(values: Iterable[float]) -> dict[str, float | None]:
    """Return percentiles of the values that are numbers; None of none."""
    known = [value for value in values if not math.isnan(value)]
    return {
        name: float(np.percentile(known, rank)) if known else None for name, rank in RANKS.items()
    }


def one_round(
    window: Window, device: Device, rng: np.random.Generator, folder: Path, taxonomy: Taxonomy
) -> list[dict[str, float]]:
    """Play all sounds once; return what each had to wait for."""
    played, sounds = known_sounds(device.sample_rate, rng)
    path = folder / "heard.npy"
    window.ask(f"seen in {path}")
    playback = play(played, device)
    time.sleep(AFTER_S)
    seen = window.ask(f"seen in {path}")
    heard = at_rate(np.load(path, allow_pickle=False), seen["rate"], device.sample_rate)
    begun_s = seen["first"] / seen["rate"]
    placed = [_placed(sound, played, heard, begun_s, playback) for sound in sounds]
    ends = [*(each.onset_s for each in placed[1:]), math.inf]
    return [waits(each, end, seen, taxonomy) for each, end in zip(placed, ends, strict=True)]


def _placed(
    sound: KnownSound, played: Float32, heard: Float32, begun_s: float, playback: Playback
) -> Placed:
    """Return where a sound of what was played is in what was heard, which begins at `begun_s`."""
    rate = playback.sample_rate
    # the window listened before the player began: what is heard comes later than what is played
    part = heard[sound.onset : sound.offset + round(SEARCHED_S * rate)]
    at = sound.onset + lag(played[sound.onset : sound.offset], part)
    onset_s = begun_s + at / rate
    length_s = (sound.offset - sound.onset) / rate
    return Placed(sound.label, onset_s, onset_s + length_s, playback.left_s(sound.onset))


def measure(rounds: int, seed: int = 1) -> dict[str, Any]:
    """Open the window and play to it; return what sounds had to wait for.

    Raises
    ------
    UserError
        If there is no screen, no microphone, no sound output, or the one does not hear the other.
    """
    rng, taxonomy = np.random.default_rng(seed), LeanModel.open().taxonomy
    found: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder, listening_window("look on") as window:
        window.ask("begin")
        device = output_device()
        for _ in range(rounds):
            found += one_round(window, device, rng, Path(folder), taxonomy)
    steps = {step: ranked(each[step] for each in found) for step in PROMISED}
    return {
        "machine": platform.platform(),
        "processors": os.cpu_count(),
        "sounds": len(found),
        "without a label": sum(math.isnan(each[FIRST_LABEL]) for each in found),
        "never settled": sum(math.isnan(each[SETTLED_LABEL]) for each in found),
        "seconds": {s: {**steps[s], "promised p95": PROMISED[s]} for s in steps},
    }


def bench_latency(rounds: int, as_json: bool) -> str:
    """Return the measurement as text."""
    report = measure(rounds)
    if as_json:
        return json.dumps(report, indent=1) + "\n"
    heading = (
        f"{report['sounds']} sounds, {report['without a label']} without a label of theirs, "
        f"{report['never settled']} with none that was settled before it was over"
    )
    table = Table("milliseconds", "p50", "p95", "max", "promised, p95")
    for step, ranks in report["seconds"].items():
        table.add_row(step, *("-" if v is None else f"{1e3 * v:.0f}" for v in ranks.values()))
    return as_text(heading, table)
