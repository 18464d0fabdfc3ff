"""YAMNet's trunk in PyTorch, with TensorFlow's asymmetric padding.

Architecture and weights: tensorflow/models, research/audioset/yamnet (Apache-2.0). Batch norm is
folded into kernels and biases, so fine-tuning trains the folded weights.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

# Stride and output channels of layers 2 to 14; layer 1 is a full 3x3 convolution to 32.
SEPARABLE = (
    (1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512), (1, 512),
    (1, 512), (1, 512), (1, 512), (1, 512), (2, 1024), (1, 1024),
)  # fmt: skip


def same_padding(size: int, stride: int, kernel: int = 3) -> tuple[int, int]:
    """Return TensorFlow's "same" padding before and after; the smaller half comes first."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class SameConv(nn.Conv2d):
    """A 3x3 convolution padded as TensorFlow does."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002  (the name torch gives it)
        """Return the feature map of `input` [batch, channels, height, width]."""
        top, bottom = same_padding(int(input.shape[2]), self.stride[0])
        left, right = same_padding(int(input.shape[3]), self.stride[1])
        return super().forward(functional.pad(input, (left, right, top, bottom)))


class Trunk(nn.Module):
    """Log-mel patches [batch, 96, 64] to embeddings [batch, 1024]."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [SameConv(1, 32, 3, stride=2), nn.ReLU()]
        channels = 32
        for stride, out in SEPARABLE:
            layers += [SameConv(channels, channels, 3, stride=stride, groups=channels), nn.ReLU()]
            layers += [nn.Conv2d(channels, out, 1), nn.ReLU()]
            channels = out
        self.layers = nn.Sequential(*layers)

    def forward(self, patches: Tensor) -> Tensor:
        """Return the mean over the last feature map of each patch."""
        return self.layers(patches.unsqueeze(1)).mean((2, 3))

    def load_folded(self, weights: Mapping[str, Any]) -> None:
        """Copy in arrays named ``layerN/{conv,depthwise,pointwise}/{kernel,bias}``."""
        names = ["layer1/conv"]
        for layer in range(2, 15):
            names += [f"layer{layer}/depthwise", f"layer{layer}/pointwise"]
        convolutions = [m for m in self.layers if isinstance(m, nn.Conv2d)]
        with torch.no_grad():
            for name, convolution in zip(names, convolutions, strict=True):
                convolution.weight.copy_(torch.from_numpy(np.asarray(weights[f"{name}/kernel"])))
                assert convolution.bias is not None
                convolution.bias.copy_(torch.from_numpy(np.asarray(weights[f"{name}/bias"])))
