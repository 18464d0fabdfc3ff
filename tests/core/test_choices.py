"""What the user chose becomes rules; whatever a settings file holds."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from leanviz.core.candidates import CandidateRules
from leanviz.core.choices import ClassChoices, DecisionChoices
from leanviz.core.decisions import DecisionRules
from leanviz.core.presets import ALL, PRESETS, preset
from leanviz.core.smoothing import Smoothing
from leanviz.inference.model import LeanModel
from tests.core.material import ANIMAL, BARK, DOG, SIREN, TAXONOMY

RECOMMENDED = DecisionRules((0.5, 0.6, 0.7, 0.8), quiet=TAXONOMY.general)
NAMES = st.sampled_from([*TAXONOMY.names, "Unicorn"])
SOME = st.lists(NAMES).map(tuple)


def test_the_defaults_are_what_the_model_recommends() -> None:
    assert DecisionChoices().rules(RECOMMENDED, TAXONOMY) == RECOMMENDED
    assert TAXONOMY.general == {ANIMAL, DOG}


def test_every_choice_reaches_the_rules() -> None:
    classes = ClassChoices({"Dog": 0.2}, ("Siren",), ("Bark", "Dog"), ("Animal",))
    chosen = DecisionChoices(-0.1, Smoothing.OFF, 3, 4, 5, True, classes)
    assert chosen.rules(RECOMMENDED, TAXONOMY) == DecisionRules(
        (0.5, 0.6, 0.2, 0.8),
        -0.1,
        5,
        frozenset({SIREN}),
        frozenset({DOG, BARK}),
        frozenset({DOG}),
        candidates=CandidateRules(Smoothing.OFF, 3, hang_over=4),
    )
    loud = replace(chosen, quiet_ever_present=False).rules(RECOMMENDED, TAXONOMY)
    assert loud.quiet == frozenset()


@given(
    st.builds(
        DecisionChoices,
        st.floats(allow_nan=False),
        st.sampled_from(Smoothing),
        st.integers(),
        st.integers(),
        st.integers(),
        st.booleans(),
        st.builds(ClassChoices, st.dictionaries(NAMES, st.floats(allow_nan=False)), SOME, SOME),
    )
)
def test_no_choice_makes_rules_that_cannot_work(chosen: DecisionChoices) -> None:
    rules = chosen.rules(RECOMMENDED, TAXONOMY)
    assert all(0.01 <= rules.threshold(label) <= 0.99 for label in range(len(TAXONOMY)))
    assert rules.min_patches >= 1
    assert rules.candidates.smoothing_patches >= 1
    assert rules.candidates.hang_over >= 0


def test_a_focus_on_classes_that_the_model_lacks_shows_nothing_rather_than_all() -> None:
    rules = DecisionChoices(classes=ClassChoices(only=("Unicorn",))).rules(RECOMMENDED, TAXONOMY)
    assert rules.allowed == frozenset()


def test_every_preset_names_classes_of_the_bundled_model() -> None:
    taxonomy = LeanModel.open().taxonomy
    assert preset(ALL, taxonomy) == ()
    for name in PRESETS[1:]:
        chosen = {taxonomy.index(label) for label in preset(name, taxonomy)}
        assert len(chosen) >= 8
        assert all(taxonomy.below(label) <= chosen for label in chosen)
    assert "Bark" in preset("Animals", taxonomy)
    assert "Siren" in preset("Home", taxonomy)
    assert "Conversation" in preset("Speech", taxonomy)
