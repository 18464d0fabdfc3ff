"""Icons of the toolbar: each action that names one has it, in the colours of its state."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon
from pytestqt.qtbot import QtBot

from leanviz.views.action_table import SPECS
from leanviz.views.icons import icon
from leanviz.views.style import disabled
from leanviz.views.theme import DARK

NAMES = [spec.icon for spec in SPECS if spec.icon]
STATES = [
    (QIcon.Mode.Normal, QIcon.State.Off, DARK.text),
    (QIcon.Mode.Normal, QIcon.State.On, DARK.accent),
    (QIcon.Mode.Disabled, QIcon.State.Off, disabled(DARK)),
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("side", [32, 45])
def test_an_icon_is_drawn_in_the_colour_of_its_state_at_any_size(
    qtbot: QtBot, name: str, side: int
) -> None:
    made = icon(name, DARK, DARK.accent)
    for mode, state, colour in STATES:
        image = made.pixmap(QSize(side, side), mode, state).toImage()
        assert (image.width(), image.height()) == (side, side)
        places = ((x, y) for x in range(side) for y in range(side))
        solid = {c.name() for x, y in places if (c := image.pixelColor(x, y)).alpha() == 255}
        assert solid == {colour}
        # free at its edges: nothing is cut off
        assert not any(image.pixelColor(x, y).alpha() for x in range(side) for y in (0, side - 1))
