"""Quantisation-aware fine-tuning of YAMNet's trunk, for real int8 arithmetic.

A student that rounds as int8 does learns to say what the float trunk says, so no labels are needed;
a task loss may be added.
"""

import logging
import math
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional
from torch.optim.swa_utils import get_ema_multi_avg_fn

from leanviz.core.frontend import YAMNET
from leanviz.training.equalize import equalized
from leanviz.training.quantized import QuantizedTrunk
from leanviz.training.yamnet import Trunk

logger = logging.getLogger(__name__)

Task = Callable[[Tensor, Tensor, Tensor], Tensor]
AfterPass = Callable[[int, float, QuantizedTrunk], None]


@dataclass(frozen=True)
class Tuning:
    """How the quantised trunk is fine-tuned.

    Attributes
    ----------
    rate, limit_rate : float
        Adam's highest rates for weights (as a part of each channel's largest) and for the
        logarithms of limits.
    mixed : float
        Part of each batch that is mixed with another patch, as two sounds at once.
    quietest, loudest : float
        Range of the change of level, in dB: people record at all levels.
    average : float
        Decay of the weight average that is returned.
    task_weight : float
        Weight of the task loss beside the distance to the teacher.
    calibration : int
        Patches from which channels are equalised and limits set.
    channels_last : bool
        Memory layout: faster on processors; try both on a GPU.
    """

    passes: int = 30
    batch: int = 512
    rate: float = 1e-4
    limit_rate: float = 1e-3
    mixed: float = 0.25
    quietest: float = -30.0
    loudest: float = 6.0
    average: float = 0.99
    task_weight: float = 1.0
    calibration: int = 512
    channels_last: bool = True
    seed: int = 0


def distance(student: Tensor, teacher: Tensor) -> Tensor:
    """Return mean cosine distance plus mean squared error relative to the teacher's power."""
    cosine = 1 - functional.cosine_similarity(student, teacher, dim=1)
    error = (student - teacher).square().sum(1) / teacher.square().sum(1).clamp(min=1e-3)
    return (cosine + error).mean()


def varied(patches: Tensor, tuning: Tuning, generator: torch.Generator) -> Tensor:
    """Return log-mel patches [n, 96, 64] at other levels, some mixed with another of the batch.

    Magnitudes are added as if phases did not matter; the offset inside the logarithm is kept, so
    that silence stays silence.
    """
    magnitude = patches.float().exp() - YAMNET.log_offset
    shape = (len(patches), 1, 1)
    decibels = torch.rand(shape, device=patches.device, generator=generator)
    decibels = tuning.quietest + decibels * (tuning.loudest - tuning.quietest)
    magnitude = magnitude * 10 ** (decibels / 20)
    chosen = torch.rand(shape, device=patches.device, generator=generator) < tuning.mixed
    magnitude = magnitude + magnitude.roll(1, 0) * chosen
    return (magnitude.clamp(min=0) + YAMNET.log_offset).log()


def quantized_trunk(teacher: Trunk, patches: Tensor, calibration: int) -> QuantizedTrunk:
    """Return a quantised copy of a trunk before any fine-tuning: equalised, limits set.

    Parameters
    ----------
    patches : Tensor [n, 96, 64]
        On the trunk's device; `calibration` of them are looked at, evenly spread.
    """
    count = min(calibration, len(patches))
    chosen = torch.linspace(0, len(patches) - 1, count, device=patches.device).long()
    seen = patches[chosen].float()
    model = QuantizedTrunk(*equalized(teacher, seen)).to(patches.device)
    model.set_limits(seen)
    return model


def rise_and_fall(step: int, steps: int) -> float:
    """Return the part of the highest rate: a linear rise over a tenth, then a cosine to zero."""
    rise = max(1, steps // 10)
    if step < rise:
        return (step + 1) / rise
    return 0.5 + 0.5 * math.cos(math.pi * (step - rise) / max(1, steps - rise))


class _Tuner:
    """Student, teacher and optimiser between passes."""

    def __init__(self, teacher: Trunk, patches: Tensor, tuning: Tuning, task: Task | None) -> None:
        self.tuning, self.task, self.patches = tuning, task, patches
        self.generator = torch.Generator(patches.device).manual_seed(tuning.seed)
        layout = torch.channels_last if tuning.channels_last else torch.contiguous_format
        self.student = quantized_trunk(teacher, patches, tuning.calibration)
        self.student.to(memory_format=layout)  # pyright: ignore[reportCallIssue]
        self.teacher = teacher.to(memory_format=layout)  # pyright: ignore[reportCallIssue]
        self.average = deepcopy(self.student).requires_grad_(False)
        self._blend = get_ema_multi_avg_fn(tuning.average)
        trained = [p for p in self.student.parameters() if p.requires_grad]
        self.optimizer = torch.optim.Adam(
            [
                {"params": [p for p in trained if p.ndim > 0], "lr": tuning.rate},
                {"params": [p for p in trained if p.ndim == 0], "lr": tuning.limit_rate},
            ]
        )
        steps = tuning.passes * -(-len(patches) // tuning.batch)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda step: rise_and_fall(step, steps)
        )

    def loss(self, indices: Tensor) -> Tensor:
        """Return the loss [] of one batch."""
        heard = varied(self.patches[indices], self.tuning, self.generator)
        with torch.no_grad():
            wanted = self.teacher(heard)
        said = self.student(heard)
        loss = distance(said, wanted)
        if self.task is not None:
            loss = loss + self.tuning.task_weight * self.task(said, wanted, indices)
        return loss

    def one_pass(self) -> float:
        """Learn from every patch once; return the mean loss."""
        device = self.patches.device
        total = torch.zeros((), device=device)
        order = torch.randperm(len(self.patches), device=device, generator=self.generator)
        for indices in order.split(self.tuning.batch):
            loss = self.loss(indices)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.schedule.step()
            self._blend(list(self.average.parameters()), list(self.student.parameters()), 0)
            total += loss.detach() * len(indices)
        return float(total) / len(self.patches)


def run(
    trunk_state: Mapping[str, Tensor],
    patches: Tensor,
    device: str | torch.device,
    tuning: Tuning,
    task: Task | None = None,
    after_pass: AfterPass | None = None,
) -> dict[str, Tensor]:
    """Fine-tune a quantised copy of a trunk until it says what the float trunk says.

    Parameters
    ----------
    trunk_state : Mapping
        State of the float `Trunk`, which is also the teacher.
    patches : Tensor [n, 96, 64]
        Log-mel patches, float32 or float16; moved to `device` whole.
    task : callable, optional
        A further loss of (student embeddings, teacher embeddings, indices into `patches`). The
        patches are varied: set `mixed` to 0 where the loss is about labels.
    after_pass : callable, optional
        Told the number of the pass, its mean loss and the averaged model.

    Returns
    -------
    dict
        State of the averaged `QuantizedTrunk`, on the CPU.

    Raises
    ------
    FloatingPointError
        If the loss is no longer a number.
    """
    teacher = Trunk()
    teacher.load_state_dict(dict(trunk_state))
    teacher = teacher.to(device).eval().requires_grad_(False)
    tuner = _Tuner(teacher, patches.to(device), tuning, task)
    for number in range(1, tuning.passes + 1):
        loss = tuner.one_pass()
        if math.isnan(loss):
            raise FloatingPointError(f"the loss of pass {number} is not a number: lower the rate")
        logger.info("pass %d: loss %.5f", number, loss)
        if after_pass is not None:
            after_pass(number, loss, tuner.average)
    tuner.average.round_biases()
    return {name: tensor.cpu() for name, tensor in tuner.average.state_dict().items()}
