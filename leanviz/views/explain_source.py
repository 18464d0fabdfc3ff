"""Where the sound is that is asked about: in the file shown, or in memory while leanviz listens."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from leanviz.core.clock import Span
from leanviz.core.events import Event
from leanviz.views.action_table import Mode

if TYPE_CHECKING:
    from pathlib import Path

    from leanviz.core.tracks import Tracks
    from leanviz.inference.model import LeanModel
    from leanviz.pipeline.explaining import FileExplanation
    from leanviz.pipeline.kept_sound import Sound
    from leanviz.views.director import Director

NO_SOUND_YET = "As soon as there is sound."
WHY_NOT = {
    Mode.EMPTY: "This works on files and while listening: open one, or listen.",
    Mode.LIVE: NO_SOUND_YET,
    Mode.HEARD: NO_SOUND_YET,
    Mode.SESSION: "A session log has no sound to look at again.",
}
WAITING = "As soon as the file is analysed."


class ExplainSource:
    """The sound of what is shown. GUI thread; what it returns is for workers."""

    def __init__(self, director: "Director") -> None:
        self._director = director

    @property
    def path(self) -> "Path | None":
        """The file that is shown and analysed."""
        analysis = self._director.recording.analysis
        return None if analysis is None or self._director.mode is not Mode.FILE else analysis.path

    @property
    def stream(self) -> "Tracks | None":
        """What is heard live, or was before listening ended."""
        return self._director.stream

    @property
    def why_not(self) -> str:
        """Why nothing can be asked; "" if it can."""
        if self.stream is not None or self.path is not None:
            return ""
        return WAITING if self._director.mode is Mode.FILE else WHY_NOT[self._director.mode]

    def around(self, span: Span) -> "Callable[[], Sound]":
        """Return what gets the sound of a stretch and its surroundings; UserError if it is gone."""
        from leanviz.pipeline.kept_sound import sound_around

        path, stream = self.path, self.stream
        if path is not None:
            return lambda: path
        assert stream is not None
        return lambda: sound_around(stream, span)

    def explainer(
        self, model: "LeanModel", event: Event, label: int, stale: Callable[[], bool]
    ) -> "Callable[[], FileExplanation | None]":
        """Return what answers why an event is shown: from the file, or from what is kept."""
        from leanviz.pipeline.explaining import explain_file, why_event
        from leanviz.pipeline.explaining_live import explain_heard

        analysis, stream = self._director.recording.analysis, self.stream
        if stream is not None:
            return lambda: explain_heard(model, stream, event, label, stale)
        assert analysis is not None
        return lambda: explain_file(model, why_event(analysis, event, label), stale)
