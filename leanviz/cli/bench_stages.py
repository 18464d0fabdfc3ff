"""``leanviz bench --stages``: what the parts of the model take, in float32 and as stored."""

import json
import platform
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.table import Table

from leanviz.audio.file import read_mono
from leanviz.cli.bench_sounds import at_rate
from leanviz.cli.console import as_text
from leanviz.core.errors import UserError
from leanviz.core.frontend import YAMNET, log_mel, patches
from leanviz.core.resources import resource_path
from leanviz.inference.folder import read_metadata
from leanviz.inference.model import LeanModel
from leanviz.inference.stream import LeanStream

Float32 = npt.NDArray[np.float32]

HEARD_S = 12.0
# Turns for each repeat, and how many of them are timed together.
TURNS, TOGETHER = 20, 10


class Noted(LeanModel):
    """A model that remembers what its parts were given last, and can be given it again."""

    def __init__(self, folder: Path, *, unfold: bool) -> None:
        self.given: dict[str, dict[str, Float32]] = {}
        super().__init__(folder, read_metadata(folder), unfold=unfold)

    def again(self, part: str, inputs: dict[str, Float32]) -> Float32:
        """Return the first result of a part."""
        return super()._run(part, inputs)[0]

    def _run(self, part: str, inputs: dict[str, Float32]) -> list[Float32]:
        self.given[part] = inputs
        return super()._run(part, inputs)


def heard() -> Float32:
    """Return the beginning of the demo clip at 16 kHz [n]."""
    sound = at_rate(*read_mono(resource_path("demo", "demo.flac")), YAMNET.sample_rate)
    return sound[: round(HEARD_S * YAMNET.sample_rate)]


def listen(model: LeanModel) -> None:
    """Have a model hear the demo clip as live, one patch hop at a time."""
    stream, sound = LeanStream(model, provisional=True), heard()
    for at in range(0, len(sound), YAMNET.patch_hop):
        stream.push(sound[at : at + YAMNET.patch_hop])


def least_ms(run: Callable[[], object], repeats: int) -> float:
    """Return the least processor time of a call, in milliseconds."""
    run()
    found: list[float] = []
    for _ in range(repeats * TURNS // TOGETHER):
        began = time.process_time()
        for _ in range(TOGETHER):
            run()
        found.append(1e3 * (time.process_time() - began) / TOGETHER)
    return min(found)


def likeness(first: Float32, second: Float32) -> float:
    """Return the cosine of the angle between two arrays."""
    product = float(np.vdot(first, second))
    return product / max(1e-12, float(np.linalg.norm(first) * np.linalg.norm(second)))


def stages(folder: Path, repeats: int) -> dict[str, dict[str, float]]:
    """Return milliseconds of each part for one patch hop of live sound, and how alike results are.

    Raises
    ------
    ModelError
        If the folder is no model.
    """
    models = [Noted(folder, unfold=unfold) for unfold in (True, False)]
    listen(models[0])
    rows: dict[str, dict[str, float]] = {}
    for part, inputs in models[0].given.items():
        runs = [partial(model.again, part, inputs) for model in models]
        float32, stored = (least_ms(run, repeats) for run in runs)
        alike = likeness(*(run() for run in runs))
        rows[part] = {"float32": float32, "stored": stored, "likeness": alike}
    return rows


def yamnet_alone(folder: Path, repeats: int) -> float:
    """Return the milliseconds that sound to YAMNet's results takes here, for one patch."""
    model, sound = LeanModel.open(folder), heard()[: YAMNET.patch_length]
    return least_ms(lambda: model.embed(patches(log_mel(sound))), repeats)


def tflite(path: Path, repeats: int) -> float:
    """Return the milliseconds that a TFLite model takes for one input of its own size.

    Raises
    ------
    UserError
        If ai-edge-litert is not installed, or cannot run the file.
    """
    try:
        from ai_edge_litert.interpreter import Interpreter  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise UserError(
            "TFLite was not measured: pip install ai-edge-litert brings what runs it."
        ) from error
    try:
        interpreter: Any = Interpreter(model_path=str(path), num_threads=1)
        wanted = interpreter.get_input_details()[0]
        shape = [max(1, int(side)) for side in wanted["shape"]]
        if len(shape) == 1 and shape[0] == 1:  # YAMNet's own takes sound of any length
            shape = [YAMNET.patch_length]
            interpreter.resize_tensor_input(wanted["index"], shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(wanted["index"], np.resize(heard(), shape).astype(wanted["dtype"]))
        return least_ms(interpreter.invoke, repeats)
    except (ValueError, RuntimeError) as error:
        raise UserError(f"{path} cannot be run by TFLite: {error}.") from error


def bench_stages(model: Path | None, tflite_file: Path | None, repeats: int, as_json: bool) -> str:
    """Return the times as text."""
    folder = resource_path("lean") if model is None else model
    report: dict[str, Any] = {
        "machine": platform.platform(),
        "onnxruntime": version("onnxruntime"),
    }
    if tflite_file is not None:
        report["TFLite"] = tflite(tflite_file, repeats)
    report["milliseconds"] = stages(folder, repeats)
    report["sound to YAMNet"] = yamnet_alone(folder, repeats)
    return json.dumps(report, indent=1) + "\n" if as_json else as_text(_table(report), "")


def _table(report: dict[str, Any]) -> Table:
    table = Table("ms for a patch hop, one core", "float32", "as stored", "likeness of results")
    for part, row in report["milliseconds"].items():
        table.add_row(
            part, f"{row['float32']:.2f}", f"{row['stored']:.2f}", f"{row['likeness']:.3f}"
        )
    alone = report["sound to YAMNet"]
    table.add_row("sound to YAMNet's results", f"{alone:.2f}")
    if "TFLite" in report:
        ratio = report["TFLite"] / alone
        table.add_row("the same in TFLite", f"{report['TFLite']:.2f} ({ratio:.2f} times)")
    return table
