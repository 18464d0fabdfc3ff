"""The large letters: what sounds now, at the cursor of a file, or was heard last."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from leanviz.core.decisions import DecisionRules
from leanviz.core.events import Candidate, Event, Finding, State
from leanviz.views.colours import GREY, ORANGE
from leanviz.views.heard_now import BLOCK, HeardNow
from leanviz.views.theme import DARK
from leanviz.views.workspace import Workspace
from tests.core.material import BARK, TAXONOMY
from tests.views.panes_material import RATE, picture, where


@pytest.fixture
def heard(qtbot: QtBot) -> HeardNow:
    workspace = Workspace()
    made = HeardNow(workspace)
    qtbot.addWidget(workspace)
    qtbot.addWidget(made)
    workspace.set_taxonomy(TAXONOMY)
    workspace.timeline.restart(RATE)
    made.resize(900, made.sizeHint().height())
    made.show()
    return made


def sounding(label: str, score: float) -> Event:
    return Event(9 * RATE, 10 * RATE, label, score, state=State.PROVISIONAL)


def names(heard: HeardNow) -> list[str]:
    return [each.title for each in heard.shown]


def test_live_it_names_what_sounds_then_what_was_heard_last(heard: HeardNow) -> None:
    timeline = heard._workspace.timeline
    heard._workspace.time.show_live()
    assert names(heard) == []
    timeline.set_provisional([sounding("Siren", 0.5), sounding("Bark", 0.9)])
    assert names(heard) == ["Bark, woof", "Siren, alarm"], "the surest first"
    assert heard.accessibleDescription() == "Bark, woof, Siren, alarm"
    timeline.add_final(
        [Event(8 * RATE, 20 * RATE, "Bark", 0.9), Event(9 * RATE, 9 * RATE + 1, "Siren", 0.5)]
    )
    timeline.set_provisional([])
    assert names(heard) == ["Bark, woof"]
    assert heard.accessibleDescription() == "Bark, woof 0:08", "what ended last"


def test_of_a_file_it_names_what_sounds_at_the_cursor(heard: HeardNow) -> None:
    workspace = heard._workspace
    workspace.time.show_recording(30.0)
    workspace.timeline.restart(RATE, [Event(2 * RATE, 4 * RATE, "Bark", 0.9)])
    for at_s, expected in ((1.0, []), (3.0, ["Bark, woof"]), (4.0, [])):
        workspace.time.set_cursor(at_s)
        assert names(heard) == expected


def test_names_are_large_and_those_without_room_are_left_out(heard: HeardNow) -> None:
    heard._workspace.time.show_live()
    labels = ("Bark", "Siren", "Dog")
    heard._workspace.timeline.set_provisional([sounding(label, 0.9) for label in labels])
    wide = where(picture(heard), DARK.text)
    assert wide.any(axis=1).sum() >= 35, "capitals that are read from two metres"
    blocks = [where(picture(heard), hue)[36].sum() for hue in (ORANGE, GREY)]
    assert blocks == [2 * BLOCK, BLOCK], "Bark and Dog are of one family"
    heard.resize(200, heard.height())
    assert where(picture(heard), ORANGE)[36].sum() == BLOCK
    assert where(picture(heard), DARK.text).any()
    right = where(picture(heard), DARK.muted)
    assert right.any(), "how many more there are"
    assert not right[:, :100].any()


def test_a_long_name_has_smaller_letters_rather_than_no_end(heard: HeardNow) -> None:
    heard._workspace.time.show_live()
    heard._workspace.timeline.set_provisional([sounding("Siren", 0.9)])

    def ink() -> tuple[int, int]:
        """Return the height of the letters, and where they end."""
        written = where(picture(heard), DARK.text)
        return int(written.any(axis=1).sum()), int(np.flatnonzero(written.any(axis=0))[-1])

    high, end = ink()
    heard.resize(end - 40, heard.height())
    less_high, less_end = ink()
    assert less_high < high
    assert end - 110 < less_end < end - 40, "all of it, and no more room than there is"


def test_what_one_patch_alone_shows_is_not_named(heard: HeardNow) -> None:
    """It may go again; and nobody is told that it was heard."""
    timeline = heard._workspace.timeline
    heard._workspace.time.show_live()
    timeline.set_rules(DecisionRules((0.5,) * len(TAXONOMY)))
    early = Finding(Candidate(BARK, 20, 20, 0.9, 20), sounding("Bark", 0.9))
    timeline.set_sounding([], [early])
    assert len(timeline.lanes) == 1
    assert heard.accessibleDescription() in {"", "nothing"}
    timeline.add_final([Event(2 * RATE, 4 * RATE, "Siren", 0.9)])
    assert heard.accessibleDescription() == "Siren, alarm 0:02"
    timeline.set_sounding([early])
    assert names(heard) == ["Bark, woof"]
