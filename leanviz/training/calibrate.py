"""Scores that mean what they say: Platt scaling per class, folded into the head's weights.

J. Platt, "Probabilistic outputs for support vector machines", 1999; one slope for all classes that
each class departs from only where its clips insist.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from leanviz.training.network import Lean

Float32 = npt.NDArray[np.float32]

# A class with fewer clips is left as it is: they could say anything.
ENOUGH_POSITIVES = 5
# How dearly a class pays for leaving the common slope (in its logarithm), and for an offset.
SLOPE_COST, OFFSET_COST = 100.0, 10.0


@dataclass(frozen=True)
class Calibration:
    """A line per class: calibrated logit = slope * logit + offset.

    Attributes
    ----------
    slope, offset : numpy.ndarray [n_classes]
        1 and 0 for a class that could not be calibrated.
    fitted : numpy.ndarray [n_classes], bool
    """

    slope: Float32
    offset: Float32
    fitted: npt.NDArray[np.bool_]

    def fold(self, model: Lean) -> None:
        """Change a model's heads so that its logits come out calibrated."""
        fusion = model.fusion
        slope, offset = torch.from_numpy(self.slope), torch.from_numpy(self.offset)
        with torch.no_grad():
            for head in (fusion.embedding_head, fusion.context_head, fusion.hidden_head):
                if head is not None:
                    head.weight.mul_(slope[:, None])
            fusion.embedding_head.bias.mul_(slope).add_(offset)


def fit(logits: Float32, labels: Float32) -> Calibration:
    """Fit the lines to clip logits and labels [n_clips, n_classes] of one split."""
    fitted = labels.sum(0) >= ENOUGH_POSITIVES
    x, y = torch.from_numpy(logits[:, fitted]), torch.from_numpy(labels[:, fitted])
    common = torch.zeros(1, requires_grad=True)
    own = torch.zeros(x.shape[1], requires_grad=True)
    offset = torch.zeros(x.shape[1], requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [common, own, offset], max_iter=200, line_search_fn="strong_wolfe"
    )

    def loss() -> Tensor:
        optimizer.zero_grad()
        lines = x * (common + own).exp() + offset
        found = functional.binary_cross_entropy_with_logits(lines, y, reduction="sum")
        found = found + SLOPE_COST * own.square().sum() + OFFSET_COST * offset.square().sum()
        found.backward()
        return found

    optimizer.step(loss)  # pyright: ignore[reportArgumentType]  (torch wants a float, takes a tensor)
    slopes, offsets = np.ones(len(fitted), np.float32), np.zeros(len(fitted), np.float32)
    slopes[fitted] = (common + own).exp().detach().numpy()
    offsets[fitted] = offset.detach().numpy()
    return Calibration(slopes, offsets, fitted)
