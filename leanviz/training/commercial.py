"""What it costs to learn only from clips whose own licence allows commercial use.

Measured on a linear head for the frozen trunk, fitted to the end: minutes on a processor. It
begins with YAMNet's own rows, which classes without clips keep.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from leanviz.core.frontend import YAMNET, audible_fraction, clip_patches
from leanviz.core.taxonomy import Taxonomy
from leanviz.evaluation.comparison import Comparison, compare
from leanviz.training.corpus import Corpus
from leanviz.training.validate import figures

Float32 = npt.NDArray[np.float32]
# A head's weights [n_classes, 1024] and offsets [n_classes].
Head = tuple[Float32, Float32]

# How dearly a head pays for the square of what it changes in YAMNet's rows: the best for all clips,
# on val, of 0.03, 0.3 and 1.
CHANGE_COST = 0.3
# Classes that are named as those that lose most.
NAMED = 12


def mean_embeddings(corpus: Corpus) -> Float32:
    """Return the mean of each clip's cached embeddings [n_clips, 1024], as far as it is audible.

    A linear head's clip logit is what it says of this mean.
    """
    means: list[Float32] = []
    for clip in range(len(corpus.rows)):
        own = corpus.embeddings[corpus.first[clip] : corpus.first[clip + 1]].astype(np.float32)
        audible = audible_fraction(clip_patches(corpus.clip(clip)))
        means.append(np.average(own, 0, audible if audible.any() else None).astype(np.float32))
    return np.stack(means)


def fitted(head: Head, embeddings: Float32, labels: Float32) -> Head:
    """Return a head with the rows of the classes that clips have fitted to them.

    Parameters
    ----------
    embeddings : numpy.ndarray [n_clips, 1024]
    labels : numpy.ndarray [n_clips, n_classes]
        An unlisted class counts as absent.
    """
    heard = labels.any(0)
    before, x, y = (
        torch.from_numpy(array)
        for array in (embeddings @ head[0][heard].T + head[1][heard], embeddings, labels[:, heard])
    )
    change = torch.zeros(y.shape[1], x.shape[1], requires_grad=True)
    offset = torch.zeros(y.shape[1], requires_grad=True)
    optimizer = torch.optim.LBFGS([change, offset], max_iter=150, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        logits = before + x @ change.T + offset
        found = functional.binary_cross_entropy_with_logits(logits, y, reduction="sum")
        found = found + CHANGE_COST * change.square().sum()
        found.backward()
        return found

    optimizer.step(loss)  # pyright: ignore[reportArgumentType]  (torch wants a float, takes a tensor)
    weights, offsets = head[0].copy(), head[1].copy()
    weights[heard] += change.detach().numpy()
    offsets[heard] += offset.detach().numpy()
    return weights, offsets


def cost(corpus: Corpus, head: Head) -> Iterator[str]:
    """Yield what heads from all clips and from those for commercial use are worth on val.

    Parameters
    ----------
    head : Head
        YAMNet's own rows.
    """
    embeddings, val = mean_embeddings(corpus), corpus.split("val")
    found: list[Float32] = []
    for name, allowed in (("all clips", corpus), ("commercial use", corpus.commercial())):
        train = allowed.split("train")
        weights, offsets = fitted(head, embeddings[train], allowed.labels[train])
        found.append(embeddings[val] @ weights.T + offsets)
        yield f"{name}: {_size(allowed)}"
        yield f"  {_listed(figures(found[-1], allowed, val))}"
    rows = [corpus.rows[at] for at in val]
    lost = _classes(corpus) & ~_classes(corpus.commercial())
    yield from _differences(compare(rows, found[1], found[0]), lost, corpus.taxonomy)


def _classes(corpus: Corpus) -> npt.NDArray[np.bool_]:
    """Return which classes have training clips [n_classes]."""
    return corpus.labels[corpus.split("train")].sum(0) > 0


def _size(corpus: Corpus) -> str:
    train = corpus.split("train")
    hours = sum(len(corpus.clip(int(at))) for at in train) / YAMNET.sample_rate / 3600
    return f"{len(train)} training clips, {hours:.2f} hours, {_classes(corpus).sum()} classes"


def _differences(
    found: Comparison, lost: npt.NDArray[np.bool_], taxonomy: Taxonomy
) -> Iterator[str]:
    yield f"difference of mAP {found.macro_map}"
    for source, difference in found.top1.items():
        yield f"difference of top1_{source} {difference}"
    for name, of in (("without clips now", lost), ("with clips still", ~lost)):
        each = [difference.value for k, difference in found.ap.items() if of[k]]
        mean = f" {np.mean(each):+.4f}" if each else ""
        yield f"mean difference over the {len(each)} classes {name}{mean}"
    for k in sorted(found.ap, key=lambda k: found.ap[k].value)[:NAMED]:
        yield f"  {taxonomy[k].name} {found.ap[k]}"


def _listed(values: dict[str, float]) -> str:
    return "  ".join(f"{name} {value:.4f}" for name, value in values.items())
