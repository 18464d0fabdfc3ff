"""The next picture of a window's panes: what has come, and what has moved."""

from collections.abc import Sequence

from leanviz.core.clock import PixelMap
from leanviz.core.tracks import Tracks
from leanviz.models.viewport import Viewport
from leanviz.views.live_button import LiveButton
from leanviz.views.pane import Pane
from leanviz.views.stage import Part, Stage

# Pictures that were only moved before Qt is let do it.
STEADY = 3


class Pictures:
    """Has panes draw, once per picture.

    No object of Qt's, whose attributes take two to ten times as long to be found: many are, sixty
    times a second.

    Attributes
    ----------
    tracks : Tracks or None
        The sound that is shown.
    pane : Pane
        Whose width counts, as most others have the same.
    panes : sequence of Pane
        Those that can be seen and draw themselves: the others are on the stage.
    """

    def __init__(self, time: Viewport, stage: Stage, pane: Pane, live: LiveButton) -> None:
        self._time, self._parts, self._live = time, stage.parts, live
        self._stage, self._shift, self._draw_anew = stage, stage.shift, stage.draw_anew
        self.pane = pane
        self.panes: Sequence[Pane] = ()
        self.tracks: Tracks | None = None
        self._state: tuple[object, ...] = ()
        self._at_rest = self._steady = 0
        self._axis: PixelMap | None = None

    def tick(self, rolling: bool = False) -> int:
        """Draw what has come since; return the width of most panes in device pixels.

        Parameters
        ----------
        rolling : bool
            Whether time goes on by itself, so that what is shown may do so, too.
        """
        time, width, reel = self._time, self.pane.drawn_width, self._stage.reel
        if not time.follow:
            self._live.refresh()
        arrived, axis = self._arrived(), time.pixel_map(width)
        if arrived or axis is not self._axis or time.paging:
            before, self._axis = self._axis, axis
            for pane in self.panes:
                pane.tick(arrived, axis)
            if before is None or (before.span_s, before.width) != (axis.span_s, axis.width):
                self._draw_anew()
            self._advance(arrived, axis)
        if reel.parts:
            if rolling:
                reel.roll(axis, time.start_s)
            else:
                reel.move_to(axis)
        return width

    @property
    def rolls(self) -> bool:
        """Whether pictures come by themselves: it is enough to look for what is new."""
        return bool(self._stage.reel.parts) and self._stage.reel.moves

    def _advance(self, arrived: bool, axis: PixelMap) -> None:
        """Move what is on the stage, then have drawn what is new or cannot be moved."""
        changed: list[Part] = []
        run: list[Part] = []
        columns = 0
        for part in self._not_rolling(arrived, axis):
            moved = part.advance(axis, arrived)
            if moved is None:
                continue
            changed.append(part)
            if moved and part.pane.moves_left:
                if run and (moved != columns or not run[-1].touches(part)):
                    self._shift(run, columns)
                    run = []
                run.append(part)
                columns = moved
        if run:
            self._shift(run, columns)
        # not before: it would be moved with all else
        for part in changed:
            part.redraw_changed()

    def _not_rolling(self, arrived: bool, axis: PixelMap) -> Sequence[Part]:
        """Let the reel go on, or begin; return the parts that it does not show."""
        stage, reel = self._stage, self._stage.reel
        if reel.parts:
            if stage.is_scaled() or not reel.go_on(axis, arrived and self._at_rest == 0):
                reel.end()
                self._steady = 0
        else:
            # to draw others with each picture as well would take more than to draw all of them
            steady = all(part.mover and part.pane.rolls for part in self._parts)
            self._steady = self._steady + 1 if steady else 0
            if self._steady > STEADY:
                reel.begin(self._parts, stage.pos(), axis)
        return [part for part in self._parts if part not in reel.parts]

    def _arrived(self) -> bool:
        """Tell whether there is more sound than at the previous call, or than at the one before.

        Panes draw again when sound comes, and once more when it has come to rest.
        """
        tracks = self.tracks
        state = () if tracks is None else (tracks.written, tracks.spectra, tracks.gaps)
        if state == self._state:
            self._at_rest += 1
        else:
            if state[1:] != self._state[1:]:  # there is more to be drawn than new columns
                self._draw_anew()
            self._state, self._at_rest = state, 0
        return self._at_rest < 2
