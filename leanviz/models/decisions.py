"""The user's choices while the window is open: what they mean as rules, and how to undo them."""

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from leanviz.core.choices import MAX_OFFSET, DecisionChoices
from leanviz.core.decisions import DecisionRules
from leanviz.core.presets import PRESETS, preset
from leanviz.core.taxonomy import Taxonomy
from leanviz.models.undo import Step, Steps

STEP = "Change of Decisions"


class DecisionsModel(QObject):
    """The choices, and the rules that they make once the model is known.

    Parameters
    ----------
    steps : Steps, optional
        Where changes are kept to be undone, with others of the window.

    Signals
    -------
    changed :
        The choices are others.
    said : str
        What has been changed, as a sentence; it can be undone.
    """

    changed = Signal()
    said = Signal(str)

    def __init__(
        self,
        choices: DecisionChoices,
        parent: QObject | None = None,
        steps: Steps | None = None,
    ) -> None:
        super().__init__(parent)
        self.steps = Steps(self) if steps is None else steps
        self._choices = choices
        self._taxonomy = Taxonomy(())
        self._recommended: DecisionRules | None = None
        self._rules: DecisionRules | None = None

    @property
    def choices(self) -> DecisionChoices:
        """What is chosen now."""
        return self._choices

    @property
    def rules(self) -> DecisionRules | None:
        """What the choices mean; None before the model is known."""
        return self._rules

    @property
    def recommended(self) -> DecisionRules | None:
        """What the model recommends; None before it is known."""
        return self._recommended

    @property
    def taxonomy(self) -> Taxonomy:
        """The vocabulary; empty before the model is known."""
        return self._taxonomy

    def set_model(self, taxonomy: Taxonomy, recommended: DecisionRules) -> None:
        """Take the vocabulary, and what the model recommends."""
        self._taxonomy, self._recommended = taxonomy, recommended
        self._tell()

    def change(self, choices: DecisionChoices, told: str = "", *, touching: str = "") -> None:
        """Choose otherwise.

        Parameters
        ----------
        told : str
            A sentence that says so.
        touching : str
            What is being moved: the steps of one slider are undone together.
        """
        if choices == self._choices:
            return
        self.steps.push(Step(STEP, self._take, self._choices, choices, touching))
        if told:
            self.said.emit(told)

    def shift(self, by: float) -> None:
        """Move the threshold of every class."""
        self.set_offset(self._choices.offset + by)

    def set_offset(self, offset: float) -> None:
        """Set what is added to the threshold of every class."""
        offset = round(min(max(offset, -MAX_OFFSET), MAX_OFFSET), 2)
        words = f"{offset:+.2f}".replace("-", "\N{MINUS SIGN}")
        told = f"Thresholds: {words} against what the model recommends."
        self.change(replace(self._choices, offset=offset), told, touching="offset")

    def set_threshold(self, label: int, threshold: float) -> None:
        """Set the score from which a class is shown, the offset included."""
        name = self._taxonomy[label].name
        own = round(threshold - self._choices.offset, 4)
        thresholds = {**self._choices.classes.thresholds, name: own}
        self.change(self._choices.with_classes(thresholds=thresholds), touching=f"threshold {name}")

    def move_thresholds(self, labels: Iterable[int], by: float) -> None:
        """Move the thresholds of some classes."""
        rules = self._rules
        if rules is None:
            return
        thresholds = dict(self._choices.classes.thresholds)
        for label in labels:
            moved = min(max(rules.threshold(label) + by, 0.01), 0.99)
            thresholds[self._taxonomy[label].name] = round(moved - rules.offset, 4)
        self.change(self._choices.with_classes(thresholds=thresholds))

    def recommend(self, labels: Iterable[int]) -> None:
        """Go back to the recommended thresholds of some classes."""
        names = {self._taxonomy[label].name for label in labels}
        kept = {n: t for n, t in self._choices.classes.thresholds.items() if n not in names}
        self.change(self._choices.with_classes(thresholds=kept))

    def mute(self, labels: Iterable[int], muted: bool) -> None:
        """Mute some classes, or let them be shown again."""
        names = {self._taxonomy[label].name for label in labels}
        before = set(self._choices.classes.muted)
        after = before | names if muted else before - names
        self.change(self._choices.with_classes(muted=after))

    def choose(self, labels: Iterable[int], chosen: bool) -> None:
        """Show only some classes, with those chosen before; or choose them no more."""
        names = {self._taxonomy[label].name for label in labels}
        before = set(self._choices.classes.only)
        after = before | names if chosen else before - names
        self.change(self._choices.with_classes(only=after))

    def show_always(self, label: int, always: bool) -> None:
        """Show a class even while it is ever-present, or not."""
        before, name = set(self._choices.classes.always), self._taxonomy[label].name
        after = before | {name} if always else before - {name}
        self.change(self._choices.with_classes(always=after))

    # -- presets --------------------------------------------------------------------------------

    @property
    def presets(self) -> list[str]:
        """Names of all presets, the user's own last."""
        return [*PRESETS, *self._choices.presets]

    @property
    def preset(self) -> str:
        """Name of the preset that is in force; "" if it is none of them."""
        for name, classes in self._choices.presets.items():
            if classes == self._choices.classes:
                return name
        ready = (n for n in PRESETS if preset(n, self._taxonomy) == self._choices.classes.only)
        return next(ready, "")

    def apply_preset(self, name: str) -> None:
        """Show the classes of a preset; one of the user's own brings its thresholds too."""
        own = self._choices.presets.get(name)
        if own is not None:
            chosen = replace(self._choices, classes=own)
        else:
            chosen = self._choices.with_classes(only=preset(name, self._taxonomy))
        self.change(chosen, f"Classes: {name}.")

    def save_preset(self, name: str) -> None:
        """Keep the choices about classes under a name of the user's."""
        presets = {**self._choices.presets, name: self._choices.classes}
        self.change(replace(self._choices, presets=presets), f"Saved as {name}.")

    def delete_preset(self, name: str) -> None:
        """Forget a preset of the user's own."""
        presets = {n: c for n, c in self._choices.presets.items() if n != name}
        self.change(replace(self._choices, presets=presets), f"{name} is deleted.")

    def is_own(self, name: str) -> bool:
        """Tell whether a preset is the user's."""
        return name in self._choices.presets

    def reset(self) -> None:
        """Go back to the defaults; presets of the user's own are kept."""
        default = DecisionChoices(presets=self._choices.presets)
        self.change(default, "Decisions are as the model recommends.")

    def _take(self, choices: DecisionChoices) -> None:
        self._choices = choices
        self._tell()

    def _tell(self) -> None:
        if self._recommended is not None:
            self._rules = self._choices.rules(self._recommended, self._taxonomy)
        self.changed.emit()
