"""A recipe says all that a run is told; a misspelt word in it must not pass for a default."""

from pathlib import Path

import pytest

from leanviz.core.errors import UserError
from leanviz.training.network import Join
from leanviz.training.recipe import Recipe, described, read_recipe
from leanviz.training.scenes import Mixing


def test_a_file_changes_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(
        "average = 2\n[model]\nhidden = 64\n[loss]\nrival = 0.0\n"
        "[stages.everything]\npasses = 3\n[stages.everything.mixing]\nreverb = 0.5\n"
    )
    recipe, usual = read_recipe(path, seed=7), Recipe()
    assert (recipe.seed, recipe.average, recipe.model.hidden, recipe.loss.rival) == (7, 2, 64, 0)
    first, second = recipe.stages
    assert first == usual.stages[0]
    assert second.passes == 3
    assert second.mixing is not None
    assert usual.stages[1].mixing is not None
    assert (second.mixing.reverb, second.mixing.noise) == (0.5, usual.stages[1].mixing.noise)
    assert described(recipe)["stages"][1]["mixing"]["reverb"] == 0.5


def test_without_a_file_it_is_the_shipped_one() -> None:
    assert read_recipe(None) == Recipe()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("avarage = 2", "no avarage"),
        ("[loss]\nrivals = 1", "no rivals"),
        ("[stages.everythin]\npasses = 1", r"\[stages\] has no everythin"),
        ("[stages.everything.mixing]\necho = 1", "everything.* mixing has no echo"),
        ("loss = 3", "loss must be a table"),
        ("stages = 3", "must be a table"),
        ("[stages]\neverything = 3", "must be a table"),
        ("average = 'four'", "average cannot be 'four': it is 4.0 usually"),
        ("seed = 1.5", "seed cannot be 1.5"),
        ("peers = true", "peers cannot be True"),
        ("peers = -1", "peers is too small"),
        ("[stages.everything]\nbatch = 0", "batch is too small"),
        ("[stages.everything.mixing]\nmasked = 1", "masked cannot be 1"),
        ("[model]\njoin = 'glue'", "join cannot be 'glue'"),
        ("[model]\nwave_channels = 32", r"wave_channels cannot be 32: it is \[32"),
        ("average = ", "is not a TOML file"),
    ],
)
def test_a_wrong_word_or_value_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(text)
    with pytest.raises(UserError, match=said):
        read_recipe(path)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"mine\.toml cannot be read: No such file"):
        read_recipe(tmp_path / "mine.toml")
    (tmp_path / "mine.toml").write_bytes(b"\xff")
    with pytest.raises(UserError, match=r"mine\.toml is not a TOML file in UTF-8"):
        read_recipe(tmp_path / "mine.toml")


def test_every_value_of_the_shipped_recipe_can_be_told(tmp_path: Path) -> None:
    """Also what is a whole number, a list, or off in the shipped one."""
    path = tmp_path / "recipe.toml"
    path.write_text(
        "average = 4\n[model]\njoin = 'mean'\nwave_channels = [8, 8, 8, 8, 128]\n"
        "[stages.new-parts.mixing]\nnoise = 1\n"
    )
    recipe = read_recipe(path)
    assert isinstance(recipe.average, float)
    assert (recipe.model.join, recipe.model.wave_channels) == (Join.MEAN, (8, 8, 8, 8, 128))
    assert recipe.stages[0].mixing == Mixing(noise=1.0)
