"""Those who teach: YAMNet with its own classifier, and the mean of models trained before."""

import math
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from leanviz.core.frontend import YAMNET
from leanviz.core.taxonomy import Taxonomy
from leanviz.training.augment import Example
from leanviz.training.corpus import yamnet_rows, yamnet_trunk
from leanviz.training.network import Lean
from leanviz.training.vocabulary import BORROWED_PART


@dataclass
class Opinion:
    """Frame scores and logits [batch, n_patches, classes]."""

    scores: Tensor
    logits: Tensor


class YamnetTeacher(nn.Module):
    """The pretrained YAMNet, its 521 scores mapped to our classes."""

    rows: Tensor
    part: Tensor
    kernel: Tensor
    bias: Tensor

    def __init__(self, taxonomy: Taxonomy, yamnet: Path) -> None:
        super().__init__()
        self.trunk, kernel, bias = yamnet_trunk(yamnet)
        self.trunk.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]  (four times faster)
        matched = yamnet_rows(taxonomy, yamnet)
        widest = max(len(rows) for rows in matched.rows)
        rows = [[*rows, *[rows[0]] * (widest - len(rows))] for rows in matched.rows]
        part = torch.where(torch.tensor(matched.borrowed), BORROWED_PART, 1.0)
        for name, value in (
            ("rows", torch.tensor(rows)), ("part", part),
            ("kernel", torch.from_numpy(kernel)), ("bias", torch.from_numpy(bias)),
        ):  # fmt: skip
            self.register_buffer(name, value)
        self.requires_grad_(False)

    @torch.no_grad()
    def embed(self, patches: Tensor) -> Tensor:
        """Return the pretrained embeddings [batch, n, 1024] of patches [batch, n, 96, 64]."""
        with torch.autocast(patches.device.type, torch.bfloat16):
            flat = self.trunk(patches.flatten(0, 1))
        return flat.float().reshape(*patches.shape[:2], -1)

    def silence(self) -> Tensor:
        """Return the pretrained embedding [1024] of a patch of digital silence."""
        quiet = torch.full((1, 1, YAMNET.patch_frames, YAMNET.n_mels), math.log(YAMNET.log_offset))
        return self.embed(quiet.to(self.kernel.device))[0, 0]

    @torch.no_grad()
    def forward(self, embeddings: Tensor) -> Opinion:
        """Return what YAMNet says of its embeddings; a composed class takes its best row."""
        raw = embeddings @ self.kernel.T + self.bias
        scores = torch.sigmoid(raw[..., self.rows].amax(-1)) * self.part
        return Opinion(scores, torch.logit(scores, 1e-6))


class Peers(nn.Module):
    """Models trained before, whose mean logit is a better teacher than any of them."""

    def __init__(self, models: list[Lean]) -> None:
        super().__init__()
        self.models = nn.ModuleList(models).eval().requires_grad_(False)

    @torch.no_grad()
    def forward(self, example: Example) -> Opinion:
        """Return the mean of the models' frame logits."""
        masks = example.patch_mask, example.wave_mask
        logits = torch.stack([
            model(embed(model, example.patches), example.samples, *masks)[0]  # type: ignore[arg-type]
            for model in self.models
        ]).mean(0)  # fmt: skip
        return Opinion(torch.sigmoid(logits), logits)


def embed(model: Lean, patches: Tensor) -> Tensor:
    """Return a model's embeddings [batch, n, 1024], in the precision that trains fast."""
    with torch.autocast(patches.device.type, torch.bfloat16):
        return model.embed(patches).float()
