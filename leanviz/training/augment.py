"""Making training examples harder, on the device that trains."""

from dataclasses import dataclass

import torch
from torch import Tensor

from leanviz.core.alignment import WAVE_HOP, wave_count
from leanviz.core.frontend import YAMNET
from leanviz.training.frontend import audible, cut_patches, log_mel
from leanviz.training.scenes import Batch, Kind, Mixing

# A layer sounds where its level is within this many dB of its own loudest frame ...
SOUNDING_DB = -35.0
# ... and not below this: lossy codecs leave a floor where there was silence.
SILENCE_DBFS = -65.0


@dataclass
class Example:
    """A batch as the model hears it.

    Attributes
    ----------
    samples : Tensor [batch, n]
    patches : Tensor [batch, n_patches, 96, 64]
    sounding : Tensor [batch, layers, n_patches]
        The part of each patch in which a layer sounds.
    patch_mask, wave_mask : Tensor [batch, n_patches | n_waves]
        As at run time: how much of a patch is audible; 0 for padding.
    """

    samples: Tensor
    patches: Tensor
    sounding: Tensor
    patch_mask: Tensor
    wave_mask: Tensor


def hear(batch: Batch, mixing: Mixing | None, generator: torch.Generator) -> Example:
    """Mix the layers of each example and do to them what rooms, devices and distance do."""
    layers = batch.layers.float() / 32768.0
    sounding = _sounding(layers)
    stop = batch.stop
    if mixing is None:
        samples = layers.sum(1)
    else:
        samples = _mixture(layers, batch.kind, generator)
        samples = _chosen(samples, reverberated(samples, generator), mixing.reverb, generator)
        samples = _chosen(samples, muffled(samples, generator), mixing.muffled, generator)
        noisy = draw(samples, generator) < mixing.noise
        samples = torch.where(noisy, samples + noise_below(samples, generator), samples)
        stop = torch.where(noisy[:, 0], torch.full_like(stop, samples.shape[1]), stop)
        samples = leveled(samples, mixing, generator)
    patches = cut_patches(log_mel(samples))
    mask = audible(patches)
    # A silent window counts as a whole, as it does at run time.
    mask = torch.where(mask.sum(1, keepdim=True) > 0, mask, torch.ones_like(mask))
    waves = torch.arange(wave_count(mask.shape[1]), device=mask.device) * WAVE_HOP
    wave_mask = (waves[None] < stop[:, None]).float()
    return Example(samples, patches, sounding, mask, wave_mask)


def draw(like: Tensor, generator: torch.Generator) -> Tensor:
    """Return a uniform random number for each example [batch, 1]."""
    return torch.rand(len(like), 1, generator=generator, device=like.device)


def _between(like: Tensor, low: float, high: float, generator: torch.Generator) -> Tensor:
    return low + (high - low) * draw(like, generator)


def _chosen(plain: Tensor, changed: Tensor, share: float, generator: torch.Generator) -> Tensor:
    return torch.where(draw(plain, generator) < share, changed, plain)


def _rms(samples: Tensor) -> Tensor:
    return samples.square().mean(-1, keepdim=True).sqrt().clamp(min=1e-5)


def _sounding(layers: Tensor) -> Tensor:
    """Return the part of each patch in which each layer sounds [batch, layers, n_patches]."""
    frames = layers.unfold(-1, YAMNET.win_length, YAMNET.hop_length)
    level = 10 * torch.log10(frames.square().mean(-1) + 1e-10)
    floor = (level.amax(-1, keepdim=True) + SOUNDING_DB).clamp(min=SILENCE_DBFS)
    return (level > floor).float().unfold(-1, YAMNET.patch_frames, YAMNET.patch_hop_frames).mean(-1)


def _mixture(layers: Tensor, kind: Tensor, generator: torch.Generator) -> Tensor:
    """Add the layers: in mixtures the second 0 to 15 dB below, in scenes all within 10 dB."""
    shape = layers.shape[:2]
    random = torch.rand(shape, generator=generator, device=layers.device)
    reach = torch.where(kind[:, None] == Kind.SCENE, 10.0, 15.0)
    gain = 10 ** (-reach * random / 20)
    gain[:, 0] = 1.0
    level = _rms(layers)
    even = level[:, :1] / level
    even = torch.where(kind[:, None, None] == Kind.ALONE, torch.ones_like(even), even)
    # Silence stays silence.
    return (layers * even.clamp(max=100.0) * gain[:, :, None]).sum(1)


def reverberated(samples: Tensor, generator: torch.Generator) -> Tensor:
    """Return samples [batch, n] in rooms that decay by 60 dB within 0.1 to 0.8 s."""
    n, length = samples.shape[1], YAMNET.sample_rate // 2
    time = torch.arange(length, device=samples.device) / YAMNET.sample_rate
    decay = torch.exp(-6.9 * time / _between(samples, 0.1, 0.8, generator))
    response = decay * torch.randn(len(samples), length, generator=generator, device=samples.device)
    response = response / response.norm(dim=1, keepdim=True)
    response = response * _between(samples, 0.2, 1.0, generator)
    response[:, 0] += 1.0
    size = n + length
    wet = torch.fft.irfft(torch.fft.rfft(samples, size) * torch.fft.rfft(response, size), size)
    return wet[:, :n]


def muffled(samples: Tensor, generator: torch.Generator) -> Tensor:
    """Return samples [batch, n] without what lies above 2 to 7 kHz, as telephones send them."""
    spectrum = torch.fft.rfft(samples)
    frequency = torch.fft.rfftfreq(samples.shape[1], 1 / YAMNET.sample_rate, device=samples.device)
    keep = frequency[None] < _between(samples, 2000.0, 7000.0, generator)
    return torch.fft.irfft(spectrum * keep, samples.shape[1])


def noise_below(samples: Tensor, generator: torch.Generator) -> Tensor:
    """Return noise for samples [batch, n], white to brown, 0 to 30 dB below them."""
    n = samples.shape[1]
    white = torch.randn(samples.shape, generator=generator, device=samples.device)
    rolled_off = torch.arange(n // 2 + 1, device=samples.device).clamp(min=20).float()
    colour = rolled_off[None] ** (-0.5 * _between(samples, 0.0, 2.0, generator))
    noise = torch.fft.irfft(torch.fft.rfft(white) * colour, n)
    below = 10 ** (-_between(samples, 0.0, 30.0, generator) / 20)
    return noise * (_rms(samples) / _rms(noise) * below)


def leveled(samples: Tensor, mixing: Mixing, generator: torch.Generator) -> Tensor:
    """Return samples [batch, n] louder or softer, never beyond full scale."""
    usual = _between(samples, -12.0, 6.0, generator)
    quiet = _between(samples, -40.0, -12.0, generator)
    gain = _chosen(usual, quiet, mixing.quiet, generator)
    peak = samples.abs().amax(1, keepdim=True).clamp(min=1e-4)
    return samples * torch.minimum(10 ** (gain / 20), 1 / peak)


def masked(patches: Tensor, generator: torch.Generator, frames: int = 16, bands: int = 8) -> Tensor:
    """Set one stretch of frames and one of bands of each patch to its mean (SpecAugment).

    Parameters
    ----------
    patches : Tensor [batch, n_patches, 96, 64]
    frames, bands : int
        The longest stretches.
    """
    mean = patches.mean((2, 3), keepdim=True)
    times = _stretch(patches.shape[:2], patches.shape[2], frames, generator)
    heights = _stretch(patches.shape[:2], patches.shape[3], bands, generator)
    hidden = times[:, :, :, None] | heights[:, :, None, :]
    return torch.where(hidden, mean, patches)


def _stretch(shape: torch.Size, size: int, longest: int, generator: torch.Generator) -> Tensor:
    """Return for each patch which of `size` positions lie in one random stretch."""
    random = torch.rand(2, *shape, 1, generator=generator, device=generator.device)
    width = (random[0] * (longest + 1)).floor()
    start = (random[1] * (size - width + 1)).floor()
    at = torch.arange(size, device=generator.device)
    return (at >= start) & (at < start + width)
