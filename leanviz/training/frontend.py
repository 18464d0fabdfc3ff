"""YAMNet's front end in PyTorch, on any device, for sound that is made while training.

The same numbers as ``leanviz.core.frontend``, which the application runs.
"""

import torch
from torch import Tensor

from leanviz.core.frontend import AUDIBLE_LOG_MEL, YAMNET, mel_matrix


def log_mel(samples: Tensor) -> Tensor:
    """Return log-mel frames [batch, n_frames, 64] of samples [batch, n] at 16 kHz."""
    window = torch.hann_window(YAMNET.win_length, periodic=True, device=samples.device)
    frames = samples.unfold(-1, YAMNET.win_length, YAMNET.hop_length) * window
    magnitude = torch.fft.rfft(frames, YAMNET.n_fft).abs()
    mel = magnitude @ torch.from_numpy(mel_matrix()).to(samples.device)
    return torch.log(mel + YAMNET.log_offset)


def cut_patches(frames: Tensor) -> Tensor:
    """Return patches [batch, n_patches, 96, 64] of log-mel frames [batch, n_frames, 64]."""
    return frames.unfold(1, YAMNET.patch_frames, YAMNET.patch_hop_frames).transpose(2, 3)


def audible(patches: Tensor) -> Tensor:
    """Return the part of each patch's frames that hold more than silence [batch, n_patches]."""
    return (patches.amax(-1) > AUDIBLE_LOG_MEL).float().mean(-1)
