"""A live input in the window: its sound in the panes, its scores and state beside them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from leanviz.core.clock import Span
from leanviz.core.tracks import Tracks
from leanviz.views.attention_live import LiveMap
from leanviz.views.inspector import NEAR_ROWS, NOW_ROWS, Inspector
from leanviz.views.live_clock import LiveClock
from leanviz.views.score_rows import ScoreRow, leading
from leanviz.views.status_bar import StatusBar
from leanviz.views.toolbar import Toolbar
from leanviz.views.workspace import Workspace

if TYPE_CHECKING:
    from leanviz.pipeline.level import Level
    from leanviz.pipeline.live import LiveStats
    from leanviz.pipeline.results import HopUpdate

HISTORY_S = 600.0
# Seconds until somebody has to look for what is new though no picture has come by itself.
LATEST_S = 0.1
# The longest wait otherwise: often enough for its labels.
LONGEST_S = 0.04
# Near-misses older than this are of no interest any more.
RECENT_S = 30.0
# Words for the states of a source in which nothing comes.
BADGES = {"waiting": "waiting\u2026", "gone": "gone", "paused": "paused"}


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a window that show something."""

    workspace: Workspace
    inspector: Inspector
    toolbar: Toolbar
    status: StatusBar


class LiveView:
    """Shows what `Listening` tells.

    No object of Qt's, whose attributes take long to be found: many are, with every picture.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._time, self._pictures = parts.workspace.time, parts.workspace.pictures
        self._tracks: Tracks | None = None
        self._clock = LiveClock()
        self.map = LiveMap(parts.workspace, parts.workspace)
        self._skipped: tuple[Span, ...] = ()
        self._state, self._clipped = "", 0
        self._badge: str | None = None
        self._seen = True
        self._newest: list[HopUpdate] = []
        self._rows: Sequence[ScoreRow] = ()
        self._origin: datetime | None = None

    @property
    def origin(self) -> datetime | None:
        """When the first sample was heard, by the clock on the wall; None before."""
        return self._origin

    @property
    def rolls(self) -> bool:
        """Whether pictures come by themselves."""
        return self._pictures.rolls

    def tell_pictures(self, come: Callable[[], None], end: Callable[[], None]) -> None:
        """Have somebody called with every picture that comes by itself, and when none do."""
        reel = self._parts.workspace.stage.reel
        reel.on_picture, reel.on_end = come, end

    def begin(self, tracks: Tracks, span_s: float) -> None:
        """Show a stream from its beginning, `span_s` seconds wide."""
        self._tracks, self._clock = tracks, LiveClock()
        self._skipped, self._state, self._badge, self._rows = (), "", None, ()
        self._clipped = 0
        heard = timedelta(seconds=tracks.written / tracks.sample_rate)
        self._origin = datetime.now().astimezone() - heard
        self._parts.workspace.show_tracks(tracks)
        self._parts.workspace.back_to_live.set_over(False)
        self.map.begin()
        self._parts.workspace.time.show_live(span_s)
        self._parts.inspector.near.show_misses(())
        self._parts.inspector.show_now("NOW", ())

    def set_seen(self, seen: bool) -> None:
        """Show what changes all the time, numbers and what still sounds, only to somebody."""
        self._seen = seen
        if seen:
            self._show_scores()
        elif self._tracks is not None:
            self._parts.workspace.timeline.set_sounding(())

    def hear_rest(self, updates: "list[HopUpdate]") -> None:
        """Take what was on its way when the stream ended."""
        if self._tracks is not None:
            for update in updates:
                self._take(update)
            self.map.draw()
            self.end()

    def hear(self, updates: "list[HopUpdate]", stats: "LiveStats") -> None:
        """Take what was recognised since, and how the stream is."""
        parts = self._parts
        if self._tracks is None:
            return
        self._state = str(stats.status.state)
        for update in updates:
            self._take(update)
        if updates:
            self.map.draw()
            self._newest = updates
        if stats.skipped != self._skipped:
            self._skipped = stats.skipped
            parts.workspace.set_skipped(stats.skipped)
        if self._seen:
            self._show_numbers(stats)

    def _show_numbers(self, stats: "LiveStats") -> None:
        """Show what changes all the time."""
        parts = self._parts
        self._show_scores()
        self._clipped = stats.status.clipped
        if self._state == "paused":
            parts.toolbar.meter.clear()
        else:
            parts.toolbar.meter.show_level(stats.peak_dbfs, self._clipped, stats.rms_dbfs)
        parts.status.show_stats(stats)

    def hear_level(self, level: "Level") -> None:
        """Show how loud it is, between two calls of `hear`."""
        if self._seen and self._tracks is not None and self._state != "paused":
            meter = self._parts.toolbar.meter
            meter.show_level(level.peak_dbfs, self._clipped, level.rms_dbfs)

    def scroll(self, clock_s: float) -> float | None:
        """Move on to now, and draw what has come since.

        Parameters
        ----------
        clock_s : float
            Reading of a monotonic clock.

        Returns
        -------
        float or None
            Seconds until the picture has moved by another pixel, or until what is new should be
            looked for if it moves by itself; None if it stands still.
        """
        if self._tracks is None:
            return None
        tracks, axis = self._tracks, self._time
        axis.follow_to(self._clock.at(clock_s, tracks.written / tracks.sample_rate))
        width = self._pictures.tick(rolling=True)
        badge = BADGES.get(self._state, "" if axis.follow else "frozen")
        if badge != self._badge:
            self._badge = badge
            self._parts.toolbar.show_badge(badge)
        if self._pictures.rolls:
            return LATEST_S
        rest_s = axis.rest_s(width)
        return None if rest_s is None else min(rest_s, LONGEST_S)

    def end(self) -> None:
        """Show all of the stream to its last sample; it has ended."""
        self._parts.toolbar.meter.clear()
        self._parts.toolbar.show_badge("")
        if self._tracks is not None:
            self._parts.workspace.timeline.set_sounding(())
            self._parts.workspace.time.follow_to(self._tracks.written / self._tracks.sample_rate)
            self._parts.workspace.tick()
            self._parts.workspace.stage.draw_anew()  # with what was half complete
            self._parts.workspace.overview.picture.update()
            self._parts.workspace.back_to_live.set_over(True)
            self._parts.inspector.show_now("AT THE END", self._rows, none="nothing")

    def forget(self) -> None:
        """Let go of the stream: something else is shown."""
        self._tracks = self._origin = None
        self._newest = []
        self.map.forget()
        self._parts.status.clear_stats()

    def _take(self, update: "HopUpdate") -> None:
        timeline = self._parts.workspace.timeline
        self.map.take(update)
        if update.final:
            timeline.take(update.findings)
            since = update.extent.stop - round(HISTORY_S * timeline.sample_rate)
            if since > 0:
                timeline.keep_since(since)
        elif self._seen:
            timeline.set_sounding(update.sounding, update.early)

    def _show_scores(self) -> None:
        """Show the scores of the newest patch, and the near-misses of late, if they are new."""
        updates, self._newest = self._newest, []
        if not updates:
            return
        inspector, timeline = self._parts.inspector, self._parts.workspace.timeline
        newest = max(updates, key=lambda update: update.extent.stop)
        self._rows = leading(newest.scores, timeline.taxonomy, NOW_ROWS)
        inspector.show_now("NOW", self._rows, none="nothing")
        since = newest.extent.stop - round(RECENT_S * timeline.sample_rate)
        inspector.near.show_misses(timeline.misses(NEAR_ROWS, since))
