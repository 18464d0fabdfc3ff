"""Where clips of a live stream are kept, and what a crash left there."""

from pathlib import Path

from leanviz.core.watching import ClipChoices
from leanviz.sessions.clip_drafts import finish_drafts
from leanviz.sessions.clips import ClipStore, Room


def folder_of(clips: ClipChoices, usual: Path) -> Path:
    """Return the folder of clips: the user's, or the usual one."""
    return Path(clips.folder) if clips.folder else usual


def store_of(clips: ClipChoices, usual: Path) -> ClipStore:
    """Return the clips in that folder, with the room they may take."""
    return ClipStore(folder_of(clips, usual), Room(clips.most_mb * 1_000_000, clips.most_clips))


def finish_clips(clips: ClipChoices, usual: Path) -> list[Path]:
    """Make clips of what a leanviz that ended without a stop was recording; return where they are.

    Raises
    ------
    ExportError
        If one cannot be kept.
    """
    return finish_drafts(folder_of(clips, usual), store_of(clips, usual))
