"""The colours of a figure's spectrogram: which, and which levels they stand for."""

from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QWidget

from leanviz.models.spectrogram import SpectrogramSettings
from leanviz.views.appearance import LEAST_RANGE_DB, LIMITS_DB, STEP_DB
from leanviz.views.number_field import NumberField
from leanviz.views.palettes import PALETTES
from leanviz.views.picker import Picker
from leanviz.views.plain import PlainLabel

OF_THEME = "of the theme"


class FigureColours(QWidget):
    """Asks for a palette and a range of levels.

    Parameters
    ----------
    settings : SpectrogramSettings
        What is proposed.
    """

    def __init__(self, settings: SpectrogramSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._proposed = settings
        self.palettes = Picker()
        self.palettes.setAccessibleName("Palette")
        self.palettes.setToolTip("Colours of the spectrogram")
        named = [(OF_THEME, None), *((name, name) for name in PALETTES)]
        self.palettes.offer(named, settings.palette)
        self.floor, self.ceiling = NumberField("Floor"), NumberField("Ceiling")
        self.floor.setToolTip("Level of the first colour; a full-scale sine is 0 dBFS")
        self.ceiling.setToolTip("Level of the last colour; a full-scale sine is 0 dBFS")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.palettes)
        for field, level_db in (
            (self.floor, settings.floor_db),
            (self.ceiling, settings.ceiling_db),
        ):
            field.setRange(*LIMITS_DB)
            field.setSingleStep(STEP_DB)
            field.setDecimals(1)
            field.setSuffix(" dBFS")
            field.setValue(level_db)
        for part in (self.floor, PlainLabel("to"), self.ceiling):
            layout.addWidget(part)
        layout.addStretch(1)
        # no range smaller than the window allows, unless it is proposed
        self._least_db = min(LEAST_RANGE_DB, self.ceiling.value() - self.floor.value())
        for field in (self.floor, self.ceiling):
            field.valueChanged.connect(self._keep_apart)
        self._keep_apart()

    @property
    def settings(self) -> SpectrogramSettings:
        """What is chosen."""
        proposed = self._proposed
        return replace(
            proposed,
            palette=self.palettes.currentData(),
            floor_db=_level(self.floor, proposed.floor_db),
            ceiling_db=_level(self.ceiling, proposed.ceiling_db),
        )

    def _keep_apart(self) -> None:
        """Offer no level beyond the other one."""
        self.floor.setMaximum(self.ceiling.value() - self._least_db)
        self.ceiling.setMinimum(self.floor.value() + self._least_db)


def _level(field: NumberField, proposed_db: float) -> float:
    """Return the level of a field, to the last figure if it is as proposed."""
    shown = round(proposed_db, field.decimals())
    return proposed_db if field.value() == shown else field.value()
