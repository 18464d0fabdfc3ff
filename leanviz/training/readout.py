"""The readout: what YAMNet says of the classes that no training clip has.

Fine-tuning the trunk costs those classes some of what YAMNet knew. A small network on the
finished trunk learns it back from YAMNet's own logits (distillation: Hinton and others,
arXiv 1503.02531); the trunk and all other classes stay as they are. It sees the map after
layer 12, which fine-tuning changed less than the embedding, and the embedding itself.
"""

import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from leanviz.core.alignment import EMBEDDING_WIDTH
from leanviz.core.errors import UserError
from leanviz.training.nibbles import Coarse
from leanviz.training.recipe import ReadoutRecipe
from leanviz.training.train import save_whole, saved_state
from leanviz.training.two_trunks import Heard

logger = logging.getLogger(__name__)

# Channels of the trunk's map after layer 12.
MAP = 512
# YAMNet's logits fall to -800. From here on they are squashed, in order: otherwise one patch would
# decide the mean of a clip, what is learned would be the depths, and scores in float32 could not
# tell them apart. No label is shown at a score near this, 0.018.
SQUASHED_BELOW = -4.0
# Some of them are nearly always silent: their rare words are not made louder than this.
SMALLEST_SPREAD = 1e-2


def squashed(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return logits whose depths below `SQUASHED_BELOW` are roots of what they were.

    A logarithm is learned worse: of clips whose patches differ it no longer tells, from the mean
    of what is left, which one YAMNet's mean puts lower.
    """
    depth = np.maximum(SQUASHED_BELOW - logits, 0.0)
    return np.maximum(logits, SQUASHED_BELOW) + np.float32(1.0) - np.sqrt(1.0 + depth)


class Pointwise(Coarse):
    """A convolution of 1 x 1 whose weights are kept as the matrix that they are."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        """Return maps [n, out_features, h, w] of maps [n, in_features, h, w]."""
        return functional.conv2d(input, self.rounded()[:, :, None, None], self.bias)


class Readout(nn.Module):
    """The map after layer 12 and the embedding of each patch to logits of some classes."""

    def __init__(self, recipe: ReadoutRecipe, n_classes: int) -> None:
        super().__init__()
        width = recipe.channels
        if width % 2:
            raise UserError("The readout's channels must be an even number: two share a byte.")
        self.first = nn.Conv2d(MAP, MAP, 3, stride=2, padding=1, groups=MAP)
        nn.init.normal_(self.first.weight, std=1 / 3)
        self.rest = nn.Sequential(
            Pointwise(MAP, width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1, groups=width),
            Pointwise(width, recipe.features),
            nn.ReLU(),
        )
        self.norm = nn.LayerNorm(EMBEDDING_WIDTH, elementwise_affine=False)
        self.hidden = Coarse(EMBEDDING_WIDTH, recipe.hidden)
        self.dropout = nn.Dropout(recipe.dropout)
        self.out = nn.Linear(recipe.features + recipe.hidden, n_classes)

    def forward(self, map: Tensor, embeddings: Tensor) -> Tensor:  # noqa: A002
        """Return logits [n, n_classes] of maps [n, 512, 6, 4] and embeddings [n, 1024]."""
        seen = self.rest(self.first(map)).mean((2, 3))
        known = torch.relu(self.hidden(self.dropout(self.norm(embeddings))))
        return self.out(self.dropout(torch.cat((seen, known), 1)))

    def coarse(self) -> list[Coarse]:
        """Return the layers whose weights have four bits."""
        return [layer for layer in self.modules() if isinstance(layer, Coarse)]

    @torch.no_grad()
    def scale(self, norms: "Norms") -> None:
        """Fold what training divided inputs and targets by into the weights."""
        self.first.weight.div_(norms.maps[:, None, None, None])
        self.out.weight.mul_(norms.spread[:, None])
        self.out.bias.mul_(norms.spread).add_(norms.mean)


@dataclass(frozen=True)
class Norms:
    """What a readout's inputs and targets are divided by while it learns.

    Attributes
    ----------
    maps : Tensor [512]
        The spread of each channel of the map.
    mean, spread : Tensor [n_classes]
        Of YAMNet's logits, squashed.
    """

    maps: Tensor
    mean: Tensor
    spread: Tensor

    @classmethod
    def of(cls, heard: Heard) -> "Norms":
        """Return the spread of the inputs, and the mean and spread of the targets."""
        few = heard.maps[:: max(1, len(heard.maps) // 4096)].astype(np.float32)
        spread = np.maximum(few.std((0, 2, 3)), SMALLEST_SPREAD)
        logits = squashed(heard.logits)
        arrays = spread, logits.mean(0), logits.std(0)
        return cls(*(torch.from_numpy(array) for array in arrays))


def _optimizers(readout: Readout, recipe: ReadoutRecipe) -> list[torch.optim.Optimizer]:
    """Return what teaches the matrices of the hidden layers, and what teaches all else.

    Steps whose directions are equally long (Muon: K. Jordan and others, 2024) reach in four
    passes what Adam's reach in twelve.
    """
    hidden = [layer.weight for layer in readout.coarse()]
    rest = [p for p in readout.parameters() if not any(p is matrix for matrix in hidden)]
    decay = recipe.weight_decay
    return [
        torch.optim.Muon(hidden, recipe.matrix_rate, weight_decay=decay),
        torch.optim.AdamW(rest, recipe.rate, weight_decay=decay),
    ]


class ReadoutTrainer:
    """Trains a readout pass by pass; a new run in the same folder goes on from the last one."""

    def __init__(
        self, recipe: ReadoutRecipe, heard: Heard, work: Path, device: torch.device
    ) -> None:
        torch.manual_seed(recipe.seed)
        self._recipe, self._device = recipe, device
        self._checkpoint = work / "checkpoint.pt"
        self._norms = Norms.of(heard)
        self._maps, self._embeddings = map(torch.from_numpy, (heard.maps, heard.embeddings))
        logits = torch.from_numpy(squashed(heard.logits))
        self._targets = (logits - self._norms.mean) / self._norms.spread
        self._divisor = self._norms.maps[None, :, None, None].to(device)
        self._readout = Readout(recipe, logits.shape[1]).to(device)
        steps = recipe.passes * -(-len(logits) // recipe.batch)
        self._optimizers = _optimizers(self._readout, recipe)
        self._schedules = [
            torch.optim.lr_scheduler.OneCycleLR(o, o.defaults["lr"], total_steps=steps)
            for o in self._optimizers
        ]

    def run(self) -> Readout:
        """Return the readout after all passes, for maps and logits as they are.

        Raises
        ------
        UserError
            If the folder holds the checkpoint of another recipe or other sounds, or a damaged one.
        """
        for number in range(self._restored(), self._recipe.passes):
            loss = self._pass(number)
            logger.info("readout  pass %d  loss %.5f", number + 1, loss)
            self._save(number + 1)
        readout = self._readout.cpu().eval()
        readout.scale(self._norms)
        for layer in readout.coarse():
            layer.settle()
        return readout

    def _pass(self, number: int) -> float:
        """Hear every patch once, in an order that follows from the pass's number."""
        seed = self._recipe.seed * 1_000_003 + number
        order = torch.randperm(len(self._targets), generator=torch.Generator().manual_seed(seed))
        torch.manual_seed(seed)  # dropout
        self._readout.train()
        losses = [self._step(chosen) for chosen in order.split(self._recipe.batch)]
        return float(np.mean(losses))

    def _step(self, chosen: Tensor) -> float:
        """Learn from some patches."""
        maps, embeddings, targets = (
            part[chosen].to(self._device).float()
            for part in (self._maps, self._embeddings, self._targets)
        )
        maps = (maps / self._divisor).contiguous(memory_format=torch.channels_last)
        with torch.autocast(self._device.type, torch.bfloat16):
            said = self._readout(maps, embeddings)
        loss = functional.smooth_l1_loss(said.float(), targets)
        self._readout.zero_grad(set_to_none=True)
        loss.backward()
        for part in (*self._optimizers, *self._schedules):
            part.step()
        return float(loss.detach())

    def _save(self, done: int) -> None:
        parts = {name: part.state_dict() for name, part in self._parts().items()}
        save_whole({"of": self._of(), "done": done, **parts}, self._checkpoint)

    def _of(self) -> dict[str, Any]:
        """Return what a run must have in common with the one that it goes on from."""
        return {**asdict(self._recipe), "patches": len(self._targets)}

    def _parts(self) -> dict[str, Any]:
        parts: dict[str, Any] = {"readout": self._readout}
        parts |= {f"optimizer {at}": part for at, part in enumerate(self._optimizers)}
        return parts | {f"schedule {at}": part for at, part in enumerate(self._schedules)}

    def _restored(self) -> int:
        """Return how many passes an earlier run has done, as it left everything."""
        if not self._checkpoint.exists():
            return 0
        saved = saved_state(self._checkpoint, self._device)
        if saved.get("of") != self._of():
            raise UserError(
                f"{self._checkpoint} is from another recipe, or from other sounds: use another "
                "--work, or delete it."
            )
        for name, part in self._parts().items():
            part.load_state_dict(saved[name])
        return int(saved["done"])
