"""LEAN in PyTorch: wave encoder, cross-attention and head around YAMNet's trunk.

The paper's abstract (arXiv 2305.12712) names the three parts; every layer size here is our
reconstruction. Strides, attention width and the per-head alignment prior are our choices.
"""

from dataclasses import dataclass
from enum import StrEnum

import torch
from torch import Tensor, nn

from leanviz.core.alignment import (
    EMBEDDING_WIDTH,
    WAVE_FIELD,
    WAVE_HOP,
    WAVES_PER_PATCH,
    WAVES_PER_PATCH_HOP,
)
from leanviz.core.frontend import YAMNET
from leanviz.training.yamnet import Trunk


class Join(StrEnum):
    """How wave features meet patches: the variants of ``docs/model.md``'s ablation."""

    NONE = "none"
    """No wave encoder: YAMNet alone."""
    WAVE = "wave"
    """No YAMNet: each patch's own wave features, averaged."""
    MEAN = "mean"
    """No attention: the mean of all wave features beside each patch (D)."""
    ALIGN = "align"
    """Patches ask wave features: realignment onto the patches' time (A, and A2 with a hidden
    layer)."""
    REVERSE = "reverse"
    """Wave features ask patches: realignment onto the wave features' time (B)."""
    FINAL = "final"
    """The recurrent layer's last state asks the patches once per window (C)."""


@dataclass(frozen=True)
class LeanConfig:
    """Sizes of the parts that leanviz adds to YAMNet."""

    n_classes: int = 200
    join: Join = Join.ALIGN
    wave_channels: tuple[int, ...] = (32, 64, 128, 128, 128)
    wave_kernels: tuple[int, ...] = (11, 8, 8, 4, 4)
    wave_strides: tuple[int, ...] = (5, 4, 4, 4, 4)
    lstm_hidden: int = 64
    attention: int = 128
    heads: int = 4
    hidden: int = 128
    dropout: float = 0.3


class WaveStem(nn.Module):
    """Raw samples [batch, n] to wave features [batch, n_waves, channels]; unpadded, so finite.

    Feature ``m`` sees samples ``[m * 1280, m * 1280 + 1386)`` and nothing else.
    """

    def __init__(self, config: LeanConfig) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 1
        sizes = zip(config.wave_channels, config.wave_kernels, config.wave_strides, strict=True)
        for out, kernel, stride in sizes:
            layers += [nn.Conv1d(channels, out, kernel, stride), nn.BatchNorm1d(out), nn.ReLU()]
            channels = out
        self.layers = nn.Sequential(*layers)

    def forward(self, samples: Tensor) -> Tensor:
        """Return wave features."""
        return self.layers(samples.unsqueeze(1)).transpose(1, 2)


class Alignment(nn.Module):
    """Cross-attention from patches to wave features: the temporal realignment.

    Each head adds a learned prior over the lag between a patch's centre and a wave feature's
    centre, a parabola with its own centre and width, to the scaled product of query and key.
    """

    def __init__(self, config: LeanConfig, wave_width: int) -> None:
        super().__init__()
        self.heads = config.heads
        self.query = nn.Linear(EMBEDDING_WIDTH, config.attention)
        self.key = nn.Linear(wave_width, config.attention)
        self.value = nn.Linear(wave_width, config.attention)
        self.out = nn.Linear(config.attention, config.attention)
        # Widths of 0.25 to 2 s to begin with: from sharp alignment to broad context.
        widths = torch.logspace(-2, 1, config.heads, base=2.0)
        self.log_precision = nn.Parameter(-2 * widths.log())
        self.lag = nn.Parameter(torch.zeros(config.heads))

    def forward(
        self, embeddings: Tensor, waves: Tensor, wave_mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return context [batch, n, attention] and weights [batch, heads, n, m]."""
        batch, n, _ = embeddings.shape
        m = waves.shape[1]
        q = self.query(embeddings).reshape(batch, n, self.heads, -1).transpose(1, 2)
        k = self.key(waves).reshape(batch, m, self.heads, -1).permute(0, 2, 3, 1)
        v = self.value(waves).reshape(batch, m, self.heads, -1).transpose(1, 2)
        scores = q @ k / (q.shape[-1] ** 0.5) + self._prior(embeddings, waves)
        scores = scores + (wave_mask - 1.0)[:, None, None, :] * 1e4
        weights = torch.softmax(scores, -1)
        context = (weights @ v).transpose(1, 2).reshape(batch, n, -1)
        return self.out(context), weights

    def _prior(self, embeddings: Tensor, waves: Tensor) -> Tensor:
        """Return the lag prior [1, heads, n, m]; times in seconds."""
        # Positions are counted with cumsum, so that the exported graph takes any length.
        patch = torch.cumsum(torch.ones_like(embeddings[0, :, 0]), 0) - 1
        wave = torch.cumsum(torch.ones_like(waves[0, :, 0]), 0) - 1
        patch_s = (patch * YAMNET.patch_hop + YAMNET.patch_length / 2) / YAMNET.sample_rate
        wave_s = (wave * WAVE_HOP + WAVE_FIELD / 2) / YAMNET.sample_rate
        lag = wave_s[None, None, :] - patch_s[None, :, None] - self.lag[:, None, None]
        return (-0.5 * self.log_precision.exp()[:, None, None] * lag**2)[None]


class MeanContext(nn.Module):
    """The mean of all wave features, the same beside each patch."""

    def forward(
        self, embeddings: Tensor, waves: Tensor, wave_mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return context [batch, n, width] and uniform weights [batch, 1, n, m]."""
        share = wave_mask / wave_mask.sum(1, keepdim=True).clamp(min=1e-6)
        weights = share[:, None, :].expand(-1, embeddings.shape[1], -1)
        return weights @ waves, weights[:, None]


class OwnContext(nn.Module):
    """The mean of the wave features that a patch spans."""

    def forward(
        self, embeddings: Tensor, waves: Tensor, wave_mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return context [batch, n, width] and weights [batch, 1, n, m]."""
        patch = torch.cumsum(torch.ones_like(embeddings[0, :, 0]), 0) - 1
        wave = torch.cumsum(torch.ones_like(waves[0, :, 0]), 0) - 1
        lag = wave[None, :] - patch[:, None] * WAVES_PER_PATCH_HOP
        inside = ((lag >= 0) & (lag < WAVES_PER_PATCH)).float() * wave_mask[:, None, :]
        weights = inside / inside.sum(2, keepdim=True).clamp(min=1e-6)
        return weights @ waves, weights[:, None]


class ReverseContext(nn.Module):
    """Cross-attention from wave features to patches, averaged over the window (variant B)."""

    def __init__(self, config: LeanConfig, wave_width: int) -> None:
        super().__init__()
        self.attend = nn.MultiheadAttention(
            config.attention,
            config.heads,
            kdim=EMBEDDING_WIDTH,
            vdim=EMBEDDING_WIDTH,
            batch_first=True,
        )
        self.query = nn.Linear(wave_width, config.attention)

    def forward(
        self, embeddings: Tensor, waves: Tensor, wave_mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return context [batch, n, wave width + attention] and weights [batch, 1, n, m]."""
        found, weights = self.attend(self.query(waves), embeddings, embeddings)
        share = wave_mask / wave_mask.sum(1, keepdim=True).clamp(min=1e-6)
        pooled = share[:, None, :] @ torch.cat((waves, found), -1)
        return pooled.expand(-1, embeddings.shape[1], -1), weights.transpose(1, 2)[:, None]


class FinalContext(nn.Module):
    """One question per window, from the recurrent layer's last state (variant C)."""

    def __init__(self, config: LeanConfig, wave_width: int) -> None:
        super().__init__()
        self.query = nn.Linear(wave_width, config.attention)
        self.key = nn.Linear(EMBEDDING_WIDTH, config.attention)
        self.forward_width = wave_width // 2

    def forward(
        self, embeddings: Tensor, waves: Tensor, wave_mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return context [batch, n, 1024 + wave width] and weights [batch, 1, n, 1]."""
        # Forward in time the last feature has heard all, backward the first.
        state = torch.cat(
            (waves[:, -1, : self.forward_width], waves[:, 0, self.forward_width :]), -1
        )
        key = self.key(embeddings)
        scores = (key @ self.query(state)[:, :, None]) / (key.shape[-1] ** 0.5)
        weights = torch.softmax(scores, 1)
        context = torch.cat(((weights * embeddings).sum(1), state), -1)
        return context[:, None].expand(-1, embeddings.shape[1], -1), weights[:, None]


def _context(config: LeanConfig) -> tuple[nn.Module | None, int]:
    """Return the module that looks at the wave features, and the width of what it finds."""
    width = 2 * config.lstm_hidden
    match config.join:
        case Join.NONE:
            return None, 0
        case Join.WAVE:
            return OwnContext(), width
        case Join.MEAN:
            return MeanContext(), width
        case Join.ALIGN:
            return Alignment(config, width), config.attention
        case Join.REVERSE:
            return ReverseContext(config, width), width + config.attention
        case Join.FINAL:
            return FinalContext(config, width), EMBEDDING_WIDTH + width


class Fusion(nn.Module):
    """Embeddings and wave features of a window to logits and attention."""

    def __init__(self, config: LeanConfig) -> None:
        super().__init__()
        width = config.wave_channels[-1]
        self.listens = config.join is not Join.NONE
        self.sees = config.join is not Join.WAVE
        if self.listens:
            self.lstm = nn.LSTM(width, config.lstm_hidden, batch_first=True, bidirectional=True)
            self.wave_norm = nn.LayerNorm(2 * config.lstm_hidden)
        self.query_norm = nn.LayerNorm(EMBEDDING_WIDTH)
        self.align, found = _context(config)
        self.embedding_head = nn.Linear(EMBEDDING_WIDTH, config.n_classes)
        seen = EMBEDDING_WIDTH if self.sees else 0
        self.context_head = nn.Linear(found, config.n_classes, bias=False) if found else None
        self.hidden = nn.Linear(seen + found, config.hidden) if config.hidden else None
        self.hidden_head = (
            nn.Linear(config.hidden, config.n_classes, bias=False) if config.hidden else None
        )
        self.dropout = nn.Dropout(config.dropout)
        # Before any training the model knows exactly what YAMNet's own rows know.
        if self.context_head is not None:
            nn.init.zeros_(self.context_head.weight)
        if self.hidden_head is not None:
            nn.init.zeros_(self.hidden_head.weight)

    def forward(
        self, embeddings: Tensor, waves: Tensor, patch_mask: Tensor, wave_mask: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Fuse one window per batch entry.

        Parameters
        ----------
        embeddings : Tensor [batch, n, 1024]
        waves : Tensor [batch, m, 128]
        patch_mask : Tensor [batch, n]
            Weight of each patch in the clip logits; 0 removes it from them.
        wave_mask : Tensor [batch, m]
            1 for audio, 0 for padding or for evidence to be removed.

        Returns
        -------
        frame_logits [batch, n, classes], clip_logits [batch, classes],
        attention [batch, heads, n, m]
        """
        normal = self.query_norm(embeddings)
        parts = [normal] if self.sees else []
        attention = patch_mask[:, None, :, None]
        logits = self.embedding_head(embeddings if self.sees else torch.zeros_like(embeddings))
        if self.align is not None and self.context_head is not None:
            recurrent, _ = self.lstm(waves * wave_mask[:, :, None])
            context, attention = self.align(normal, self.wave_norm(recurrent), wave_mask)
            logits = logits + self.context_head(self.dropout(context))
            parts.append(context)
        if self.hidden is not None and self.hidden_head is not None:
            hidden = torch.relu(self.hidden(self.dropout(torch.cat(parts, -1))))
            logits = logits + self.hidden_head(self.dropout(hidden))
        weight = patch_mask / patch_mask.sum(1, keepdim=True).clamp(min=1e-6)
        return logits, (logits * weight[:, :, None]).sum(1), attention


class Lean(nn.Module):
    """The whole model, for training; at run time its three parts are separate graphs."""

    def __init__(self, config: LeanConfig | None = None) -> None:
        super().__init__()
        self.config = config or LeanConfig()
        self.yamnet = Trunk()
        self.wave = WaveStem(self.config)
        self.fusion = Fusion(self.config)

    def embed(self, patches: Tensor) -> Tensor:
        """Return embeddings [batch, n, 1024] of patches [batch, n, 96, 64]."""
        batch, n = patches.shape[:2]
        return self.yamnet(patches.flatten(0, 1)).reshape(batch, n, -1)

    def listen(self, samples: Tensor) -> Tensor:
        """Return wave features [batch, m, width] of samples [batch, n]; zeros if none are used."""
        if self.fusion.listens:
            return self.wave(samples)
        m = (samples.shape[1] - WAVE_FIELD) // WAVE_HOP + 1
        return samples.new_zeros(len(samples), m, self.config.wave_channels[-1])

    def forward(
        self, embeddings: Tensor, samples: Tensor, patch_mask: Tensor, wave_mask: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return frame logits, clip logits and attention of windows of raw samples [batch, n]."""
        return self.fusion(embeddings, self.listen(samples), patch_mask, wave_mask)
