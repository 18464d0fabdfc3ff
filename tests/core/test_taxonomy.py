"""Labels and how they nest."""

from pathlib import Path

import numpy as np
import pytest

from leanviz.core.taxonomy import Label, Taxonomy
from leanviz.training.vocabulary import read_taxonomy
from tests.core.material import ANIMAL, BARK, DOG, SIREN, TAXONOMY


def test_labels_are_found_by_either_name() -> None:
    assert TAXONOMY.index("Bark") == TAXONOMY.index("Bark, woof") == BARK
    assert TAXONOMY[BARK].mid == "/m/05tny_"
    assert TAXONOMY.names == ["Siren", "Animal", "Dog", "Bark"]
    assert len(TAXONOMY) == 4
    with pytest.raises(KeyError):
        TAXONOMY.index("Unicorn")


def test_a_vocabulary_name_is_not_shadowed_by_another_label_s_title() -> None:
    taxonomy = Taxonomy((Label("Bell_sound", "/m/1", "Bell"), Label("Bell", "/m/2", "Church bell")))
    assert taxonomy.index("Bell") == taxonomy.find("bell") == 1


def test_ancestors_point_down_and_not_up() -> None:
    pairs = set(zip(*map(np.ndarray.tolist, np.nonzero(TAXONOMY.is_ancestor)), strict=True))
    assert pairs == {(ANIMAL, DOG), (ANIMAL, BARK), (DOG, BARK)}
    assert TAXONOMY.descendants[ANIMAL] == {DOG, BARK}
    assert TAXONOMY.descendants[SIREN] == set()
    assert TAXONOMY.below(DOG) == {DOG, BARK}


def test_breadcrumbs_begin_with_the_most_general() -> None:
    assert TAXONOMY.breadcrumb(BARK) == [ANIMAL, DOG]
    assert TAXONOMY.breadcrumb(SIREN) == []
    assert TAXONOMY.family(BARK) == TAXONOMY.family(ANIMAL) == ANIMAL
    assert TAXONOMY.family(SIREN) == SIREN


def test_the_real_vocabulary_nests(shared_data: Path) -> None:
    """FSD50K's graph: ancestors of ancestors are ancestors, and nothing is its own."""
    taxonomy = read_taxonomy(shared_data / "fsd50k_vocabulary.csv")
    assert len(taxonomy) == 200
    matrix = taxonomy.is_ancestor.astype(int)
    assert not matrix.diagonal().any()
    assert ((matrix @ matrix > 0) <= taxonomy.is_ancestor).all()


def test_a_class_is_found_by_any_of_its_names_in_any_case() -> None:
    names = ("Chirp_and_tweet", "chirp and  tweet", "CHIRP, TWEET", "/M/07PGGTN")
    taxonomy = Taxonomy(
        (Label("Bark", "/m/0", "Bark"), Label(names[0], "/m/07pggtn", "Chirp, tweet"))
    )
    assert [taxonomy.find(name) for name in names] == [1] * 4
    assert taxonomy.find("") is taxonomy.find("tweet") is None
