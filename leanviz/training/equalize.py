"""Even out the channels of YAMNet's feature maps, so that one int8 scale fits a whole map.

Cross-layer equalisation: Nagel et al., "Data-Free Quantization Through Weight Equalization and
Bias Correction", ICCV 2019, https://arxiv.org/abs/1906.04721, with measured activations in place of
weight ranges, and the square root of SmoothQuant (https://arxiv.org/abs/2211.10438) where what an
activation loses must be carried by weights that share a scale.
"""

from copy import deepcopy

import torch
from torch import Tensor, nn

from leanviz.training.yamnet import Trunk

# Channels that were (nearly) silent on the calibration patches are not blown up beyond this.
SMALLEST_PEAK = 0.01


def convolutions(trunk: Trunk) -> list[nn.Conv2d]:
    """Return the 27 convolutions of a trunk, first to last."""
    return [layer for layer in trunk.layers if isinstance(layer, nn.Conv2d)]


@torch.inference_mode()
def channel_peaks(trunk: Trunk, patches: Tensor, batch: int = 256) -> list[Tensor]:
    """Return the largest value of each channel after each ReLU.

    Parameters
    ----------
    patches : Tensor [n, 96, 64]
        A few hundred are enough.

    Returns
    -------
    list of Tensor [channels]
        One for each convolution.
    """
    peaks = [
        torch.zeros_like(layer.bias) for layer in convolutions(trunk) if layer.bias is not None
    ]
    for part in patches.split(batch):
        features = part.float().unsqueeze(1)
        maps: list[Tensor] = []
        for layer in trunk.layers:
            features = layer(features)
            if isinstance(layer, nn.ReLU):
                maps.append(features)
        peaks = [
            torch.maximum(peak, part.amax((0, 2, 3)))
            for peak, part in zip(peaks, maps, strict=True)
        ]
    return peaks


def divisors(peaks: Tensor, free: bool) -> Tensor:
    """Return what each channel of a feature map is divided by, so that the map's peak is 1.

    Parameters
    ----------
    free : bool
        Whether what follows can undo it channel by channel at no loss (a depthwise convolution,
        whose every channel has its own int8 scale, or the output); else half of it in decibels.
    """
    top = peaks.max().clamp(min=1e-6)
    bounded = peaks.clamp(min=float(top) * SMALLEST_PEAK)
    return bounded if free else (bounded * top).sqrt()


@torch.no_grad()
def equalized(trunk: Trunk, patches: Tensor) -> tuple[Trunk, Tensor]:
    """Return a trunk with even channels, and what its embeddings must be multiplied by.

    ReLU keeps factors (``relu(x / s) = relu(x) / s``), so the product is the trunk's embedding
    exactly, but for float32 rounding.

    Parameters
    ----------
    trunk : Trunk
        Left as it is.
    patches : Tensor [n, 96, 64]
        Calibration patches on the trunk's device.

    Returns
    -------
    trunk : Trunk
    output_scale : Tensor [1024]
    """
    peaks = channel_peaks(trunk, patches)
    trunk = deepcopy(trunk)
    layers = convolutions(trunk)
    scales = [divisors(peak, free=at % 2 == 0) for at, peak in enumerate(peaks)]
    for at, (layer, scale) in enumerate(zip(layers, scales, strict=True)):
        assert layer.bias is not None
        layer.bias /= scale
        layer.weight /= scale[:, None, None, None]
        if at + 1 < len(layers):
            # Depthwise convolutions stand at the odd places, pointwise at the even ones.
            layers[at + 1].weight *= scale.reshape((-1, 1, 1, 1) if at % 2 == 0 else (-1, 1, 1))
    return trunk, scales[-1]
