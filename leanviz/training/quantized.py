"""YAMNet's trunk as int8 arithmetic will see it, with gradients.

Feature maps are unsigned, weights signed int8 per output channel. Rounding is felt in the forward
pass and ignored in the backward pass (straight-through estimator); the range of each map is learned
as in Esser et al., "Learned Step Size Quantization", ICLR 2020, https://arxiv.org/abs/1902.08153.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from leanviz.training.equalize import convolutions
from leanviz.training.yamnet import Trunk, same_padding

# Layer 12's output hovers around a large constant that layer 13's depthwise kernels subtract.
# Eight bits keep the constant and lose the sound: cosine of embeddings 0.95, in float 0.99.
FLOAT_MAP = 22
LEVELS = 255
WEIGHT_LEVELS = 127
# Weights of dead channels: a smaller scale would push int32 biases over their range.
SMALLEST_WEIGHT_SCALE = 1e-5


class LearnedRounding(torch.autograd.Function):
    """ReLU and rounding to 255 steps below a learned limit, in one pass over memory."""

    @staticmethod
    def forward(ctx: Any, features: Tensor, limit: Tensor) -> Tensor:
        """Return `features` clipped to [0, `limit`] and rounded."""
        ctx.save_for_backward(features, limit)
        step = limit / LEVELS
        return (features / step).round_().clamp_(0, LEVELS).mul_(step)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        """Return the gradients of the features, as if not rounded, and of the limit."""
        features, limit = ctx.saved_tensors
        (gradient,) = gradients
        levels = features * (LEVELS / limit)
        above = levels >= LEVELS
        passed = gradient.masked_fill(above | (levels <= 0), 0.0)
        error = levels.round().sub_(levels).div_(LEVELS)
        return passed, (passed * error).sum() + gradient.masked_fill(~above, 0.0).sum()


def rounded_map(features: Tensor, limit: Tensor) -> Tensor:
    """Return a feature map clipped to [0, `limit`] and rounded to 255 steps."""
    return LearnedRounding.apply(features, limit)  # pyright: ignore[reportReturnType]


class QuantizedRelu(nn.Module):
    """A ReLU whose output is what uint8 can say.

    Attributes
    ----------
    log_limit : Parameter []
        Logarithm of the largest value, so that a step of the optimiser is a ratio.
    """

    def __init__(self) -> None:
        super().__init__()
        self.log_limit = nn.Parameter(torch.zeros(()))

    @property
    def step(self) -> Tensor:
        """What one level stands for []."""
        return self.log_limit.detach().exp() / LEVELS

    def forward(self, features: Tensor) -> Tensor:
        """Return the rounded feature map."""
        return rounded_map(features, self.log_limit.exp())


class Int8Conv(nn.Module):
    """A convolution whose weights are what int8 per output channel can say, at every use.

    Attributes
    ----------
    unit : Tensor [channels, 1, 1, 1]
        Weights are stored in these units, the peaks that the channels started with: after
        equalisation they differ a thousandfold, and one learning rate must fit them all.
    """

    unit: Tensor

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        assert convolution.bias is not None
        weight = convolution.weight.detach()
        self.stride, self.kernel = convolution.stride[0], convolution.kernel_size[0]
        self.groups = convolution.groups
        self.register_buffer("unit", self._scale(weight) * WEIGHT_LEVELS)
        self.stored = nn.Parameter(weight / self.unit)
        self.bias = nn.Parameter(convolution.bias.detach().clone())

    @staticmethod
    def _scale(weight: Tensor) -> Tensor:
        peaks = weight.detach().abs().amax((1, 2, 3), keepdim=True)
        return (peaks / WEIGHT_LEVELS).clamp(min=SMALLEST_WEIGHT_SCALE)

    def int8(self) -> tuple[Tensor, Tensor]:
        """Return whole numbers [channels, ...] and what one stands for [channels, 1, 1, 1]."""
        weight = self.stored.detach() * self.unit
        scale = self._scale(weight)
        return (weight / scale).round().clamp(-WEIGHT_LEVELS, WEIGHT_LEVELS), scale

    def forward(self, features: Tensor) -> Tensor:
        """Return the convolved map, padded as TensorFlow does."""
        values, scale = self.int8()
        weight = self.stored * self.unit
        weight = weight + (values * scale - weight).detach()
        if self.kernel > 1:
            top, bottom = same_padding(features.shape[2], self.stride, self.kernel)
            left, right = same_padding(features.shape[3], self.stride, self.kernel)
            features = functional.pad(features, (left, right, top, bottom))
        return functional.conv2d(features, weight, self.bias, self.stride, groups=self.groups)


class QuantizedTrunk(nn.Module):
    """Log-mel patches [batch, 96, 64] to embeddings [batch, 1024], rounding as int8 does.

    Layer 1, layer 12's pointwise and layer 13's depthwise convolution compute in float (10 % of
    the work): the first because its input is no feature map, the others around `FLOAT_MAP`.

    Parameters
    ----------
    trunk : Trunk
        Equalised; its weights are copied.

    Attributes
    ----------
    output_scale : Tensor [1024]
        What equalisation took from each channel of the embedding.
    """

    output_scale: Tensor

    def __init__(self, trunk: Trunk, output_scale: Tensor) -> None:
        super().__init__()
        self.register_buffer("output_scale", output_scale.clone())
        layers: list[nn.Module] = []
        for at, convolution in enumerate(convolutions(trunk)):
            layers += [Int8Conv(convolution), nn.ReLU() if at == FLOAT_MAP else QuantizedRelu()]
        self.layers = nn.Sequential(*layers)

    @classmethod
    def from_state(cls, state: dict[str, Tensor]) -> "QuantizedTrunk":
        """Return the trunk that a state describes."""
        model = cls(Trunk(), state["output_scale"])
        model.load_state_dict(state)
        return model.eval()

    def forward(self, patches: Tensor) -> Tensor:
        """Return the embeddings."""
        return self.layers(patches.unsqueeze(1)).mean((2, 3)) * self.output_scale

    def convolutions(self) -> list[Int8Conv]:
        """Return the 27 convolutions."""
        return [layer for layer in self.layers if isinstance(layer, Int8Conv)]

    def steps(self) -> list[Tensor | None]:
        """Return what one level of each feature map stands for; None for the map in float."""
        activations = list(self.layers.children())[1::2]
        return [relu.step if isinstance(relu, QuantizedRelu) else None for relu in activations]

    def int8_steps(self) -> list[Tensor | None]:
        """Return the step of each convolution's input; None if it computes in float.

        It computes in int8 where both its input and its output are rounded.
        """
        steps = self.steps()
        return [
            before if after is not None else None
            for before, after in zip([None, *steps[:-1]], steps, strict=True)
        ]

    @torch.no_grad()
    def set_limits(self, patches: Tensor) -> None:
        """Set each map's limit to that of least squared error on `patches`."""
        features = patches.float().unsqueeze(1)
        for layer in self.layers:
            if isinstance(layer, QuantizedRelu):
                layer.log_limit.copy_(best_limit(features).log())
            features = layer(features)

    @torch.no_grad()
    def round_biases(self) -> None:
        """Round biases to the units of the int32 sums that they are added to.

        A unit is the product of a map's step and a weight scale: only known after training.
        """
        for layer, step in zip(self.convolutions(), self.int8_steps(), strict=True):
            if step is not None:
                unit = layer.int8()[1].flatten() * step
                layer.bias.copy_((layer.bias / unit).round() * unit)


def best_limit(features: Tensor) -> Tensor:
    """Return the limit [] that loses least in squared error: a rare peak may be cut off."""
    peak = features.amax().clamp(min=1e-6)
    candidates = [peak * 0.9**power for power in range(20)]
    wanted = features.relu()
    losses = [(rounded_map(features, limit) - wanted).square_().mean() for limit in candidates]
    return candidates[int(torch.stack(losses).argmin())]
