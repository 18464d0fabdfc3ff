"""Everything that a training run is told, with the values that made the shipped model."""

import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from leanviz.core.errors import UserError
from leanviz.training.losses import Weights
from leanviz.training.network import Join, LeanConfig
from leanviz.training.scenes import Mixing


@dataclass(frozen=True)
class Stage:
    """One stage of training.

    The first stage trains the new parts on cached embeddings of the frozen trunk; the second
    everything, the trunk at a lower rate.

    Attributes
    ----------
    passes : float
        How often as many clips are heard as the training split has.
    rate, trunk_rate : float
        Highest learning rates of the new parts and of the trunk; 0 freezes the trunk.
    mixing : Mixing or None
        How examples are made; None for clips as they are, on cached embeddings.
    """

    name: str
    passes: float
    rate: float
    trunk_rate: float = 0.0
    batch: int = 128
    weight_decay: float = 1e-3
    mixing: Mixing | None = None


@dataclass(frozen=True)
class Recipe:
    """Model, stages and loss of one run.

    Attributes
    ----------
    average : float
        Passes over which weights are averaged, exponentially; the average is the result.
    peers : int
        Models trained before this one, whose mean is its second teacher.
    peer_passes : float
        Passes of their last stage.
    pretrained : float
        Share of the pretrained trunk's weights in those of the finished model: what fine-tuning
        forgot comes back (Wortsman and others, "Robust fine-tuning of zero-shot models", 2022).
    """

    seed: int = 0
    model: LeanConfig = field(default_factory=LeanConfig)
    loss: Weights = field(default_factory=Weights)
    stages: tuple[Stage, ...] = (
        Stage("new-parts", passes=8.0, rate=1e-3),
        Stage("everything", passes=64.0, rate=5e-4, trunk_rate=3e-4, mixing=Mixing()),
    )
    average: float = 4.0
    peers: int = 2
    peer_passes: float = 40.0
    pretrained: float = 0.1


@dataclass(frozen=True)
class ReadoutRecipe:
    """Sizes and training of the readout, with the values that made the shipped one.

    Attributes
    ----------
    channels, features, hidden : int
        Of the two convolutions on the map, and of the layer on the embedding.
    again : int
        How many times each clip is heard as it might have been recorded otherwise.
    mixtures : int
        How many times 32 mixtures of training clips are heard beside the clips themselves.
    variations : int
        How many times 32 sounds of 10 s are heard that are nobody's recording: clips changed
        beyond recognition, and made sounds.
    sounds_s : float
        Seconds of unlabelled sound that are heard of each folder, at most.
    rate, matrix_rate : float
        Highest learning rates: of all else, and of the matrices of hidden layers.
    """

    seed: int = 0
    channels: int = 304
    features: int = 416
    hidden: int = 152
    again: int = 3
    mixtures: int = 71
    variations: int = 68
    sounds_s: float = 1800.0
    passes: int = 6
    batch: int = 256
    rate: float = 2e-3
    matrix_rate: float = 0.02
    weight_decay: float = 0.03
    dropout: float = 0.1


def read_readout(path: Path | None, seed: int) -> ReadoutRecipe:
    """Return the shipped readout's recipe, with what a TOML file's ``[readout]`` changes in it.

    Raises
    ------
    UserError
        As with `read_recipe`.
    """
    told = _told(path).get("readout", {}) if path is not None else {}
    return replace(_changed(ReadoutRecipe(), told, f"{path}: [readout]"), seed=seed)


def read_recipe(path: Path | None, seed: int | None = None) -> Recipe:
    """Return the shipped model's recipe, with what a TOML file changes in it.

    The file's tables are named as the fields are: ``[model]``, ``[loss]``, ``[stages.everything]``,
    ``[stages.everything.mixing]``.

    Raises
    ------
    UserError
        If the file cannot be read, or names something that a recipe does not have.
    """
    recipe = Recipe()
    if path is not None:
        told = _told(path)
        told.pop("readout", None)
        stages = told.pop("stages", {})
        names = [stage.name for stage in recipe.stages]
        _check_names(stages, names, f"{path}: [stages]")
        changed = [
            _changed(stage, stages.get(stage.name, {}), f"{path}: [stages.{stage.name}]")
            for stage in recipe.stages
        ]
        recipe = replace(_changed(recipe, told, f"{path}: the recipe"), stages=tuple(changed))
    return recipe if seed is None else replace(recipe, seed=seed)


def _told(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"The recipe {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise UserError(f"The recipe {path} is not a TOML file in UTF-8: {error}.") from error


def _check_names(told: object, known: Iterable[str], where: str) -> None:
    if not isinstance(told, dict):
        raise UserError(f"{where} must be a table, not {told!r}.")
    unknown = set(cast("dict[str, Any]", told)) - set(known)
    if unknown:
        raise UserError(f"{where} has no {min(unknown)}.")


def _changed(value: Any, told: dict[str, Any], where: str) -> Any:
    """Return a dataclass with what `told` names changed, tables within tables too."""
    _check_names(told, [f.name for f in fields(value)], where)
    changes = {
        name: _new(getattr(value, name), new, f"{where} {name}") for name, new in told.items()
    }
    return replace(value, **changes)


def _new(old: Any, new: Any, where: str) -> Any:
    """Return what stands in a file as the kind of thing that it replaces."""
    if old is None:  # only a stage without mixing
        old = Mixing()
    if is_dataclass(old):
        return _changed(old, new, where)
    kinds = {bool: bool, int: int, float: (int, float), tuple: list, Join: str}
    kind: Any = kinds[type(old)]
    if not isinstance(new, kind) or isinstance(new, bool) != isinstance(old, bool):
        raise UserError(f"{where} cannot be {new!r}: it is {_shown(old)} usually.")
    try:
        made = type(old)(new)
    except ValueError as error:
        raise UserError(f"{where} cannot be {new!r}.") from error
    if isinstance(made, int | float) and made < (1 if where.endswith(" batch") else 0):
        raise UserError(f"{where} is too small: {new!r}.")
    return made


def _shown(value: Any) -> str:
    return repr(list(value)) if isinstance(value, tuple) else repr(value)


def peer_recipe(recipe: Recipe, number: int) -> Recipe:
    """Return the recipe of one of the models that are trained first."""
    *earlier, last = recipe.stages
    stages = (*earlier, replace(last, passes=recipe.peer_passes))
    return replace(recipe, seed=recipe.seed + 11 + number, stages=stages, peers=0)


def described(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe as plain values, to be kept beside what it made."""
    return asdict(recipe, dict_factory=_plain)


def _plain(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, StrEnum) else value for name, value in items}
