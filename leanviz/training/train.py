"""Training by stages, with checkpoints from which a killed run goes on to the same result."""

import csv
import logging
import time
from dataclasses import dataclass, replace
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from leanviz.core.errors import UserError
from leanviz.training import augment
from leanviz.training.corpus import Corpus, yamnet_rows, yamnet_trunk
from leanviz.training.losses import Tables, total_loss
from leanviz.training.network import Join, Lean, LeanConfig
from leanviz.training.recipe import Recipe, Stage, described, peer_recipe
from leanviz.training.scenes import Batch, Scenes, batches
from leanviz.training.teacher import Peers, YamnetTeacher, embed
from leanviz.training.validate import validate

logger = logging.getLogger(__name__)

# Parts of a stage after which a checkpoint is written and the validation clips are heard.
CHECKS = 10


@dataclass(frozen=True)
class Workshop:
    """Where and on what a run works.

    Attributes
    ----------
    corpus : Corpus
    yamnet : Path
        The folder with YAMNet's weights and class tables.
    work : Path
        The folder for checkpoints and curves.
    workers : int
        Processes that prepare batches; 0 for this one.
    peers : tuple of Lean
        Models trained before, to learn from.
    """

    corpus: Corpus
    yamnet: Path
    work: Path
    device: torch.device
    workers: int = 0
    peers: tuple[Lean, ...] = ()


def new_model(config: LeanConfig, corpus: Corpus, yamnet: Path) -> Lean:
    """Return a model that knows what YAMNet knows: its trunk, and a head made of its rows."""
    model = Lean(config)
    trunk, kernel, bias = yamnet_trunk(yamnet)
    weights, offsets = yamnet_rows(corpus.taxonomy, yamnet).head(kernel, bias)
    model.yamnet.load_state_dict(trunk.state_dict())
    # Channels last makes the trunk four times faster on a processor.
    model.yamnet.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    with torch.no_grad():
        model.fusion.embedding_head.weight.copy_(torch.from_numpy(weights))
        model.fusion.embedding_head.bias.copy_(torch.from_numpy(offsets))
    return model


def train(recipe: Recipe, shop: Workshop) -> Lean:
    """Train the recipe's peers, each in a folder of its own, and then the model they teach."""
    peers: list[Lean] = []
    for number in range(recipe.peers):
        own = replace(shop, work=shop.work / f"peer-{number}")
        peers.append(Trainer(peer_recipe(recipe, number), own).run())
    model = Trainer(recipe, replace(shop, peers=tuple(peers))).run()
    return reminded(model, shop.yamnet, recipe.pretrained)


def reminded(model: Lean, yamnet: Path, share: float) -> Lean:
    """Return the model with a share of the pretrained weights mixed into its trunk's."""
    pretrained = yamnet_trunk(yamnet)[0].state_dict()
    mixed = {
        name: torch.lerp(value, pretrained[name].to(value.device), share)
        for name, value in model.yamnet.state_dict().items()
    }
    model.yamnet.load_state_dict(mixed)
    return model


class Trainer:
    """Runs a recipe's stages; a new run in the same folder goes on from the last checkpoint."""

    def __init__(self, recipe: Recipe, shop: Workshop) -> None:
        torch.manual_seed(recipe.seed)
        # Products of 19 bits are enough to train with, and several times faster on a GPU.
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
        self._recipe, self._shop = recipe, shop
        self._model = new_model(recipe.model, shop.corpus, shop.yamnet).to(shop.device)
        self._tables = Tables(shop.corpus).to(shop.device)
        self._yamnet = YamnetTeacher(shop.corpus.taxonomy, shop.yamnet).to(shop.device)
        self._silence = self._yamnet.silence()
        self._peers = Peers(list(shop.peers)).to(shop.device) if shop.peers else None
        self._stage, self._done = 0, 0
        self._optimizer: torch.optim.Optimizer
        self._average: AveragedModel

    @property
    def checkpoint(self) -> Path:
        """The file that a run leaves and goes on from."""
        return self._shop.work / "checkpoint.pt"

    def run(self) -> Lean:
        """Train all stages that are not done yet; return the averaged model.

        Raises
        ------
        UserError
            If the folder holds the checkpoint of another recipe, or a damaged one.
        """
        self._shop.work.mkdir(parents=True, exist_ok=True)
        saved = self._read_checkpoint()
        first = int(saved["stage"]) if saved else 0
        for number in range(first, len(self._recipe.stages)):
            self._begin(number, saved)
            saved = None
            self._train(self._recipe.stages[number])
            self._model.load_state_dict(self._average.module.state_dict())
        return self._model.eval()

    def _read_checkpoint(self) -> dict[str, Any] | None:
        if not self.checkpoint.exists():
            return None
        saved = saved_state(self.checkpoint, self._shop.device)
        if saved["recipe"] != described(self._recipe):
            raise UserError(f"{self.checkpoint} is from another recipe: use another --work.")
        return saved

    def _begin(self, number: int, saved: dict[str, Any] | None) -> None:
        stage = self._recipe.stages[number]
        self._stage, self._done = number, 0
        self._optimizer = _optimizer(self._model, stage)
        steps = self._recipe.average * len(self._shop.corpus.split("train")) / stage.batch
        decay = 1 - 1 / max(steps, 2.0)
        self._average = AveragedModel(
            self._model, multi_avg_fn=get_ema_multi_avg_fn(decay), use_buffers=True
        )
        if saved:
            self._model.load_state_dict(saved["model"])
            self._average.load_state_dict(saved["average"])
            self._optimizer.load_state_dict(saved["optimizer"])
            self._done = saved["done"]

    def _train(self, stage: Stage) -> None:
        """Take the steps of a stage that are left; each random choice follows from its number."""
        clips = len(self._shop.corpus.split("train"))
        total = max(1, round(stage.passes * clips / stage.batch)) if stage.passes else 0
        seed = self._recipe.seed * 100 + self._stage
        scenes = Scenes(self._shop.corpus, stage.mixing, stage.batch, seed)
        pinned = self._shop.device.type == "cuda"
        losses: list[Tensor] = []
        began = time.monotonic()
        steps = range(self._done, total)
        for at, batch in zip(
            steps, batches(scenes, steps, self._shop.workers, pinned), strict=True
        ):
            generator = torch.Generator(self._shop.device).manual_seed(seed * 1_000_003 + at)
            torch.manual_seed(seed * 1_000_003 + at)  # dropout
            _schedule(self._optimizer, stage, at / total)
            losses.append(self._step(batch.to(self._shop.device), stage, generator))
            self._done = at + 1
            if self._done * CHECKS // total > at * CHECKS // total:
                self._check(stage, losses, time.monotonic() - began)
                losses = []

    def _step(self, batch: Batch, stage: Stage, generator: torch.Generator) -> Tensor:
        """Learn from one batch; return its loss."""
        self._model.train()
        example = augment.hear(batch, stage.mixing, generator)
        if stage.mixing is None:
            heard = example.patch_mask[:, :, None] > 0
            plain = torch.where(heard, batch.embeddings.float(), self._silence)
        else:
            plain = self._yamnet.embed(example.patches)
        if stage.trunk_rate == 0:
            embeddings = plain
        else:
            patches = example.patches
            if stage.mixing is not None and stage.mixing.masked:
                patches = augment.masked(patches, generator)
            embeddings = embed(self._model, patches)
        frames, clip, _ = self._model(
            embeddings, example.samples, example.patch_mask, example.wave_mask
        )
        opinions = self._yamnet(plain), self._peers(example) if self._peers else None
        loss = total_loss((frames, clip), batch, example, self._tables, opinions, self._recipe.loss)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), 5.0)
        self._optimizer.step()
        self._average.update_parameters(self._model)
        return loss.detach()

    def _check(self, stage: Stage, losses: list[Tensor], seconds: float) -> None:
        """Write a checkpoint, and what the averaged model is worth by now."""
        self._save()
        average: Lean = self._average.module  # type: ignore[assignment]
        cached = stage.trunk_rate == 0
        figures = validate(average, self._shop.corpus, self._shop.device, cached)
        loss = float(torch.stack(losses).mean())
        row = {"stage": stage.name, "steps": self._done, "seconds": seconds, "loss": loss}
        _log(self._shop.work, {**row, **figures})

    def _save(self) -> None:
        state = {
            "recipe": described(self._recipe), "stage": self._stage, "done": self._done,
            "model": self._model.state_dict(), "average": self._average.state_dict(),
            "optimizer": self._optimizer.state_dict(),
        }  # fmt: skip
        save_whole(state, self.checkpoint)


def _optimizer(model: Lean, stage: Stage) -> torch.optim.Optimizer:
    new = [p for name, p in model.named_parameters() if not name.startswith("yamnet.")]
    groups = [{"params": new, "lr": stage.rate}]
    for parameter in model.yamnet.parameters():
        parameter.requires_grad_(stage.trunk_rate > 0)
    if stage.trunk_rate > 0:
        groups.append({"params": list(model.yamnet.parameters()), "lr": stage.trunk_rate})
    return torch.optim.AdamW(groups, weight_decay=stage.weight_decay)


def _schedule(optimizer: torch.optim.Optimizer, stage: Stage, progress: float) -> None:
    """Warm up over the first twentieth, then fall to a hundredth along a cosine."""
    warm = min(1.0, progress / 0.05 + 0.02)
    factor = float(warm * (0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * progress))))
    peaks = (stage.rate, stage.trunk_rate)
    for group, peak in zip(optimizer.param_groups, peaks, strict=False):
        group["lr"] = peak * factor


def _log(work: Path, row: dict[str, Any]) -> None:
    """Append a line to the curves, and say it."""
    path = work / "curves.csv"
    is_new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, row)
        if is_new:
            writer.writeheader()
        writer.writerow(row)
    figures = (f"{k} {v:.4f}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items())
    logger.info("  ".join(figures))


def save_whole(state: dict[str, Any], checkpoint: Path) -> None:
    """Write a checkpoint whole or not at all: a run may be killed while it writes."""
    partial = checkpoint.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(checkpoint)


def saved_state(checkpoint: Path, device: torch.device) -> dict[str, Any]:
    """Return what a checkpoint holds.

    Raises
    ------
    UserError
        If it is damaged.
    """
    try:
        return torch.load(checkpoint, map_location=device, weights_only=True)
    except (OSError, EOFError, RuntimeError, UnpicklingError) as error:
        raise UserError(f"{checkpoint} cannot be used: delete it to begin anew.") from error


def averaged(work: Path, corpus: Corpus, yamnet: Path) -> tuple[Lean, dict[str, Any]]:
    """Return the averaged model of a folder's last checkpoint, however far it is, and its recipe.

    Raises
    ------
    UserError
        If there is no checkpoint, or it is damaged.
    """
    path = work / "checkpoint.pt"
    if not path.is_file():
        raise UserError(f"There is no checkpoint in {work}: train first.")
    saved = saved_state(path, torch.device("cpu"))
    settings = saved["recipe"]["model"]
    config = LeanConfig(**settings)
    model = new_model(replace(config, join=Join(config.join)), corpus, yamnet)
    average = {name.removeprefix("module."): value for name, value in saved["average"].items()}
    model.load_state_dict({name: value for name, value in average.items() if name != "n_averaged"})
    return model.eval(), saved["recipe"]
