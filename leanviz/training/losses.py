"""What training rewards."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from leanviz.training.augment import Example
from leanviz.training.corpus import Corpus
from leanviz.training.scenes import Batch, Kind
from leanviz.training.teacher import Opinion


@dataclass(frozen=True)
class Weights:
    """How much each part of the loss counts.

    Attributes
    ----------
    unknown : float
        A class that a clip's source cannot speak about and YAMNet teaches, against a labelled one.
        Left out altogether such classes would float free and ruin the ranking across sources.
    frame, rival : float
        Frame scores; the contest among the classes that exclude each other in one source.
    unheard : float
        Distance to YAMNet's logit for the classes that no clip here has.
    peers : float
        Agreement with the mean of earlier models, where there are any.
    """

    unknown: float = 0.7
    frame: float = 0.35
    rival: float = 3.0
    unheard: float = 0.03
    peers: float = 1.0


# A labelled sound counts as present in a patch that it fills by this part ...
FILLED = 0.25
# ... and as absent where it fills less than this; between the two nothing is asked.
EMPTY = 0.02


@dataclass
class Targets:
    """What the labels say about a batch.

    Attributes
    ----------
    clip : Tensor [batch, classes]
        1 for the classes of any layer.
    known : Tensor [batch, classes], bool
        Classes that are labelled, or that every layer's source can speak about.
    present, absent : Tensor [batch, n_patches, classes], bool
        Classes known to sound, or known not to sound, in a patch.
    native : Tensor [batch]
        Which sound of its source an example is: a row of `Tables.sets`.
    rivals : Tensor [batch, n_natives], bool
        The sounds of that source, which exclude each other; none for examples of several.
    """

    clip: Tensor
    known: Tensor
    present: Tensor
    absent: Tensor
    native: Tensor
    rivals: Tensor


class Tables(nn.Module):
    """The labels of a corpus on the device that trains."""

    labels: Tensor
    known: Tensor
    native: Tensor
    rivals: Tensor
    sets: Tensor
    unheard: Tensor

    def __init__(self, corpus: Corpus) -> None:
        super().__init__()
        heard = corpus.labels[corpus.split("train")].any(0)
        none = np.zeros((1, corpus.labels.shape[1]))
        # The last row, which index -1 finds, is of no clip: it has no class and denies none.
        arrays = {
            "labels": np.concatenate((corpus.labels, none)).astype(np.float32),
            "known": np.concatenate((corpus.known, ~none.astype(bool))),
            "native": np.append(corpus.native, 0),
            "rivals": np.pad(corpus.rivals, ((0, 1), (0, 0))),
            "sets": corpus.sets.astype(np.float32),
            "unheard": ~heard,
        }
        for name, array in arrays.items():
            self.register_buffer(name, torch.from_numpy(array))

    def targets(self, batch: Batch, sounding: Tensor, audible: Tensor) -> Targets:
        """Return what is known of a batch.

        Parameters
        ----------
        sounding : Tensor [batch, layers, n_patches]
            The part of each patch in which a layer sounds.
        audible : Tensor [batch, n_patches]
            The part of each patch in which anything does; silence holds no class.
        """
        labels = self.labels[batch.clips]
        clip = labels.amax(1)
        known = self.known[batch.clips].all(1) | (clip > 0)
        filled = (sounding > FILLED).float().transpose(1, 2) @ labels
        touched = (sounding > EMPTY).float().transpose(1, 2) @ labels
        silent = (audible == 0)[:, :, None]
        alone = (batch.clips >= 0).sum(1, keepdim=True) == 1
        return Targets(
            clip=clip,
            known=known,
            present=(filled > 0) & ~silent,
            absent=(known[:, None] & (touched == 0)) | silent,
            native=self.native[batch.clips[:, 0]],
            rivals=self.rivals[batch.clips[:, 0]] & alone,
        )


def clip_loss(logits: Tensor, targets: Targets, teacher: Tensor, unknown: float) -> Tensor:
    """Return binary cross-entropy of clip logits [batch, classes], summed over classes.

    A known class counts in full; for the others the target is YAMNet's score [batch, classes].
    """
    target = torch.where(targets.known, targets.clip, teacher)
    importance = torch.where(targets.known, 1.0, unknown)
    loss = functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    return (loss * importance).sum(1)


def frame_loss(logits: Tensor, targets: Targets, teacher: Tensor, unknown: float) -> Tensor:
    """Return the loss of frame logits [batch, n_patches, classes]: when, not only what.

    Where neither presence nor absence is known, YAMNet's scores [batch, n_patches, classes] are
    followed; but not for the classes of the example itself, which it often misses.
    """
    certain = targets.present | targets.absent
    target = torch.where(certain, targets.present.float(), teacher)
    mine = (targets.clip > 0)[:, None]
    importance = torch.where(certain, 1.0, torch.where(mine, 0.0, unknown))
    loss = functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    return (loss * importance).sum(2).mean(1)


def rival_loss(logits: Tensor, targets: Targets, sets: Tensor) -> Tensor:
    """Return cross-entropy [batch] among the sounds that exclude each other in a clip's source.

    Parameters
    ----------
    logits : Tensor [batch, classes]
    sets : Tensor [n_natives, classes]
        The most specific classes of each sound: it is heard where any of them is.
    """
    highest = logits.detach().amax(1, keepdim=True)
    likely = (logits - highest).clamp(min=-60).exp() @ sets.T
    sounds = torch.log(likely + 1e-30) + highest
    contested = targets.rivals.any(1)
    rivals = targets.rivals | ~contested[:, None]
    masked = sounds.masked_fill(~rivals, -1e4)
    loss = functional.cross_entropy(masked, targets.native, reduction="none")
    return torch.where(contested, loss, torch.zeros_like(loss))


def unheard_loss(
    logits: Tensor, teacher_logits: Tensor, unheard: Tensor, audible: Tensor
) -> Tensor:
    """Return the distance [batch] from YAMNet's logits for classes that no clip here has.

    Logits below one in 100,000 are all alike, and silence [batch, n_patches] says nothing.
    """
    lowest = -11.5
    difference = functional.smooth_l1_loss(
        logits.clamp(min=lowest), teacher_logits.clamp(min=lowest), reduction="none"
    )
    counts = unheard * (audible > 0)[:, :, None]
    return (difference * counts).sum(2).mean(1)


def total_loss(
    logits: tuple[Tensor, Tensor],
    batch: Batch,
    example: Example,
    tables: Tables,
    opinions: tuple[Opinion, Opinion | None],
    weights: Weights,
) -> Tensor:
    """Return the weighted sum of all losses.

    Parameters
    ----------
    logits : (Tensor, Tensor)
        Frame logits [batch, n_patches, classes] and clip logits [batch, classes].
    opinions : (Opinion, Opinion or None)
        YAMNet's, and the mean of earlier models'.
    """
    frames, clip = logits
    yamnet, peers = opinions
    targets = tables.targets(batch, example.sounding, example.patch_mask)
    share = example.patch_mask / example.patch_mask.sum(1, keepdim=True)
    whole = torch.sigmoid((yamnet.logits * share[:, :, None]).sum(1))
    heard = clip_loss(clip, targets, whole, weights.unknown)
    heard = heard + weights.rival * rival_loss(clip, targets, tables.sets)
    # A scene's sounds come and go: only its frames say what is right.
    lasting = (batch.kind != Kind.SCENE).float()
    loss = heard * lasting
    loss = loss + weights.frame * frame_loss(frames, targets, yamnet.scores, weights.unknown)
    loss = loss + weights.unheard * unheard_loss(
        frames, yamnet.logits, tables.unheard, example.patch_mask
    )
    if peers is not None:
        ours = (~tables.unheard).float()
        loss = loss + weights.peers * _agreement((frames, clip), peers, share, lasting, ours)
    return loss.mean()


def _agreement(
    logits: tuple[Tensor, Tensor], peers: Opinion, share: Tensor, lasting: Tensor, ours: Tensor
) -> Tensor:
    """Return binary cross-entropy against the scores of earlier models, of frames and clips.

    Only for the classes `ours` [classes] that clips taught them: of the others YAMNet knows more.
    """
    frames, clip = logits
    bce = functional.binary_cross_entropy_with_logits
    whole = torch.sigmoid((peers.logits * share[:, :, None]).sum(1))
    by_clip = (bce(clip, whole, reduction="none") * ours).sum(1) * lasting
    by_frame = (bce(frames, peers.scores, reduction="none") * ours).sum(2).mean(1)
    return by_clip + 0.5 * by_frame
