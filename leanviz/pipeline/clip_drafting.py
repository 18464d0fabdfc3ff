"""Has the clips that are being recorded on the disk, as far as they go, should leanviz crash."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from leanviz.core.clock import Span, seconds
from leanviz.core.errors import ExportError
from leanviz.core.ring import Ring
from leanviz.core.watching import WatchRule
from leanviz.pipeline.excerpt import excerpt
from leanviz.pipeline.sinks import StreamInfo
from leanviz.sessions.clip_drafts import ClipDraft

log = logging.getLogger(__name__)

# What a kill may cost of the end of a sound.
STEP_S = 1.0


@dataclass(frozen=True, slots=True)
class Lasting:
    """A sound that is being recorded: its title, and the source sample its clip begins with."""

    title: str
    start: int


@dataclass(slots=True)
class _Grown:
    draft: ClipDraft
    span: Span


class ClipDrafting:
    """Grows a draft for each rule whose sound lasts, once a second, and removes it afterwards.

    The clip itself is made from memory when the sound is over; nobody misses a draft that could not
    be written, so that is but noted in the log. Used by the recorder's thread alone.
    """

    def __init__(self) -> None:
        self._grown: dict[WatchRule, _Grown] = {}
        # those whose draft could not be written: not tried again while their sound lasts
        self._given_up: set[WatchRule] = set()

    def follow(
        self, lasting: Mapping[WatchRule, Lasting], stream: StreamInfo, ring: Ring, folder: Path
    ) -> None:
        """Have the drafts of the sounds that last now as far as the ring goes, and no others."""
        for rule in [rule for rule in self._grown if rule not in lasting]:
            self._grown.pop(rule).draft.discard()
        self._given_up &= lasting.keys()
        for rule, sound in lasting.items():
            if rule not in self._given_up:
                try:
                    self._grow(rule, sound, (stream, ring, folder))
                except (ExportError, OSError) as error:
                    log.warning("a clip is in memory alone until it is whole: %s", error)
                    self._given_up.add(rule)

    def close(self) -> None:
        """Remove all drafts: what they stand for is written."""
        for grown in self._grown.values():
            grown.draft.discard()
        self._grown = {}

    def _grow(self, rule: WatchRule, sound: Lasting, where: tuple[StreamInfo, Ring, Path]) -> None:
        """Write what has come since, or begin again where the sound began otherwise."""
        stream, ring, folder = where
        before = self._grown.get(rule)
        goes_on = before is not None and before.span.start <= sound.start <= before.span.stop
        start = before.span.stop if before is not None and goes_on else sound.start
        if ring.written - start < STEP_S * stream.sample_rate:
            return
        found = excerpt(ring, Span(start, ring.written))
        if found is None:
            return
        if before is None or not goes_on:
            moment = stream.origin + timedelta(
                seconds=seconds(found.span.start, stream.sample_rate)
            )
            draft = ClipDraft(folder, moment, sound.title, stream.sample_rate)
            self._grown[rule] = _Grown(draft, found.span)
            if before is not None:
                before.draft.discard()
        grown = self._grown[rule]
        grown.draft.add(found.samples)
        grown.span = Span(grown.span.start, found.span.stop)
