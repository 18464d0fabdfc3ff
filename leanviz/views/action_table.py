"""Every action of the window: words, menu, keys and when it can be used, in one table.

Menus, toolbar, the key sheet and the README all follow from it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from leanviz.core.scales import Scale
from leanviz.models.analysis import TITLES
from leanviz.settings import ThemeChoice
from leanviz.views.palettes import PALETTES

MAX_HEADS = 9
# At 48 kHz these are 512 to 8192 points.
WINDOWS_MS = (8, 16, 32, 64, 128)
SPEEDS = (0.5, 0.75, 1.0, 1.5, 2.0)


class Mode(StrEnum):
    """What the window shows."""

    EMPTY = "empty"
    FILE = "file"
    LIVE = "live"
    HEARD = "heard"  # listening has ended, its history stays
    SESSION = "session"  # the log of a live session, without its sound


@dataclass(frozen=True, slots=True)
class State:
    """What decides which actions can be used.

    Attributes
    ----------
    ready : bool
        The model is loaded.
    analysed : bool
        The file shown is analysed to its end, or a session is shown: its labels can be written.
    playable : bool
        There is a file, or sound heard live, to be played or played on.
    events, selected : bool
        There are events; one of them is selected.
    heads : int
        Attention heads of the analysis shown, 0 without one.
    reference : bool
        There are reference labels.
    undoable, redoable : bool
        There is a step to take back, or to take again.
    reviewable : bool
        There is a recording whose labels can be reviewed.
    confirmable : bool
        The selected label is as leanviz found it.
    deleted : bool
        Labels were deleted that leanviz found.
    analysis : bool
        All that is in view is analysed in the analysis pane.
    explained : bool
        A label is explained.
    dated : bool
        It is known when what is shown began.
    earlier, later : bool
        Of the files that were opened together, there is one before or after the one shown.
    """

    mode: Mode = Mode.EMPTY
    ready: bool = False
    analysed: bool = False
    playable: bool = False
    events: bool = False
    selected: bool = False
    heads: int = 0
    reference: bool = False
    undoable: bool = False
    redoable: bool = False
    reviewable: bool = False
    confirmable: bool = False
    deleted: bool = False
    analysis: bool = False
    explained: bool = False
    dated: bool = False
    earlier: bool = False
    later: bool = False


Need = Callable[[State], bool]


def _always(_: State) -> bool:
    return True


def _shown(state: State) -> bool:
    return state.mode is not Mode.EMPTY


def _ready(state: State) -> bool:
    return state.ready


def _file_shown(state: State) -> bool:
    return state.mode is Mode.FILE


def _referred(state: State) -> bool:
    return state.reference


def _adoptable(state: State) -> bool:
    return state.reference and state.reviewable


def _live(state: State) -> bool:
    return state.mode is Mode.LIVE


def _heard(state: State) -> bool:
    return state.mode in {Mode.LIVE, Mode.HEARD, Mode.SESSION}


def _dated(state: State) -> bool:
    return state.dated or _heard(state)


def _analysed(state: State) -> bool:
    return state.analysed


def _clippable(state: State) -> bool:
    return state.analysed and state.events and state.mode is Mode.FILE


def _drawable(state: State) -> bool:
    return state.analysed and state.mode is Mode.FILE


def _playable(state: State) -> bool:
    return state.playable


def _events(state: State) -> bool:
    return state.events


def _audible(state: State) -> bool:
    return state.mode in {Mode.FILE, Mode.LIVE, Mode.HEARD}


def _audible_label(state: State) -> bool:
    return state.selected and _audible(state)


def _loopable(state: State) -> bool:
    return state.playable or state.mode in {Mode.LIVE, Mode.HEARD}


def _has_sound(state: State) -> bool:
    in_file = state.analysed and state.mode is Mode.FILE
    return in_file or state.mode in {Mode.LIVE, Mode.HEARD}


def _askable(state: State) -> bool:
    return _has_sound(state) and (state.selected or state.mode is Mode.FILE)


def _explained(state: State) -> bool:
    return state.explained and _has_sound(state)


def _undoable(state: State) -> bool:
    return state.undoable


def _redoable(state: State) -> bool:
    return state.redoable


def _reviewable(state: State) -> bool:
    return state.reviewable


def _label_to_review(state: State) -> bool:
    return state.reviewable and state.selected


def _confirmable(state: State) -> bool:
    return state.reviewable and state.confirmable


def _deleted(state: State) -> bool:
    return state.reviewable and state.deleted


def _analysis(state: State) -> bool:
    return state.analysis


def _earlier(state: State) -> bool:
    return state.earlier


def _later(state: State) -> bool:
    return state.later


def _file_mapped(state: State) -> bool:
    return state.mode is Mode.FILE and state.heads > 0


def _has_head(number: int) -> Need:
    return lambda state: state.heads >= number


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action.

    Attributes
    ----------
    name : str
        How code calls it.
    text : str
        Its words in a menu.
    menu : str
        The menu it stands in; ``View/Palette`` is a menu within a menu.
    keys : tuple of str
        Key sequences, the first shown in the menu.
    help : str
        What it does, for the tool tip and the key sheet.
    icon : str
        Name of its icon, a file in ``resources/icons``, if it stands in the toolbar.
    checkable : bool
        Whether it is on or off.
    choice : str
        Name of the group of which one is always chosen.
    local : bool
        Its keys work only while the panes or the event table have the focus, since buttons, lists
        and text fields need them too.
    separated : bool
        Whether a line goes before it in the menu.
    short : str
        Its word on a button, if that is not `text`.
    needs : callable
        Tells from the window's state whether it can be used.
    """

    name: str
    text: str
    menu: str
    keys: tuple[str, ...] = ()
    help: str = ""
    icon: str = ""
    checkable: bool = False
    choice: str = ""
    local: bool = False
    separated: bool = False
    short: str = ""
    needs: Need = _always


_file = partial(ActionSpec, menu="&File")
_edit = partial(ActionSpec, menu="&Edit")
_sound = partial(ActionSpec, menu="&Sound")
_speed = partial(ActionSpec, menu="&Sound/Sp&eed")
_go = partial(ActionSpec, menu="&Go")
_move = partial(_go, local=True, needs=_shown)
_show = partial(ActionSpec, menu="&View", checkable=True)
_scale = partial(ActionSpec, menu="&View/S&cale")
_why = partial(ActionSpec, menu="&Sound/W&hy")
_band = partial(ActionSpec, menu="&View/&Frequencies")
_window = partial(ActionSpec, menu="&View/&Window Length")
_palette = partial(ActionSpec, menu="&View/&Palette")
_range = partial(ActionSpec, menu="&View/&Range")
_librosa = partial(ActionSpec, menu="&View/Anal&ysis")
_map = partial(ActionSpec, menu="&View/Attention &Map")
_head = partial(ActionSpec, menu="&View/Attention &Head", checkable=True, choice="head")

FILE = (
    _file(
        "open", "&Open\u2026", keys=("Ctrl+O",), help="open a sound file or a session",
        icon="folder-open-outline",
    ),
    _file(
        "save", "&Save Session", keys=("Ctrl+S",), help="save what you made of the labels",
        needs=_reviewable,
    ),
    _file(
        "save as", "Save Session &As\u2026", keys=("Ctrl+Shift+S",),
        help="save the session as another file", needs=_reviewable,
    ),
    _file(
        "export", "&Export\u2026", keys=("Ctrl+E",), help="write labels or a figure",
        icon="export-variant", needs=_analysed,
    ),
    _file(
        "export clips", "Export Cli&ps\u2026", keys=("Ctrl+Shift+E",),
        help="write labels as sound files", needs=_clippable,
    ),
    _file(
        "export selection", "E&xport Selection\u2026", keys=("Ctrl+Shift+X",),
        help="write the selected time range as a sound file", needs=_audible,
    ),
    _file(
        "export figure", "Export Fi&gure\u2026", keys=("Ctrl+Shift+F",),
        help="write panes as a picture", needs=_drawable,
    ),
    _file(
        "next file", "&Next File", keys=("Ctrl+PgDown",), help="next of the files opened together",
        needs=_later,
    ),
    _file(
        "previous file", "&Previous File", keys=("Ctrl+PgUp",),
        help="previous of the files opened together", needs=_earlier,
    ),
    _file(
        "reference", "Open Reference La&bels\u2026", help="labels to compare with",
        needs=_file_shown,
    ),
    _file(
        "no reference", "Remove Re&ference Labels", help="show no reference", needs=_referred
    ),
    _file(
        "export analysis", "Export Anal&ysis\u2026", needs=_analysis,
        help="write what the analysis pane shows",
    ),
    _file("last session", "Open &Last Session", help="open the newest session log", needs=_ready),
    _file(
        "keep log", "&Keep a Session Log", help="log what is heard", checkable=True,
        separated=True,
    ),
    _file("log room", "Room for Session &Logs\u2026", help="how much disk all logs may take"),
    _file("log folder", "Show Session Log &Folder", help="where the session logs are"),
    _file(
        "keep analyses", "Keep A&nalyses of Files", checkable=True,
        help="have a file that is opened again there at once",
    ),
    _file("analyses room", "Room for Anal&yses\u2026", help="how much disk all analyses may take"),
    _file("quit", "&Quit", keys=("Ctrl+Q",), help="end leanviz", separated=True),
)  # fmt: skip

EDIT = (
    _edit(
        "undo", "&Undo", keys=("Ctrl+Z",), help="take back a change of labels or decisions",
        needs=_undoable,
    ),
    _edit(
        "redo", "&Redo", keys=("Ctrl+Shift+Z", "Ctrl+Y"), help="make the change again",
        needs=_redoable,
    ),
    _edit(
        "confirm", "&Confirm Label", keys=("V",), help="label is right; again: not confirmed",
        separated=True, short="Confirm", needs=_confirmable,
    ),
    _edit(
        "edit label", "&Edit Label\u2026", keys=("R", "F2"), help="other label, other times",
        short="Edit\u2026", needs=_label_to_review,
    ),
    _edit(
        "fit label", "&Fit Label to Selection", keys=("Shift+R",),
        help="label gets the selected time range", needs=_label_to_review,
    ),
    _edit(
        "delete label", "&Delete Label", keys=("Del",), help="there is no such sound",
        short="Delete", needs=_label_to_review,
    ),
    _edit(
        "add label", "&Add Label\u2026", keys=("I", "Ins"),
        help="label the selected time range", short="Add\u2026", needs=_reviewable,
    ),
    _edit(
        "restore labels", "Restore De&leted Labels", help="show again what you deleted",
        needs=_deleted,
    ),
    _edit(
        "adopt reference", "Take O&ver Reference Labels", needs=_adoptable,
        help="make the reference labels yours, to be edited and written",
    ),
    _edit(
        "find label", "F&ind Labels\u2026", keys=("Ctrl+F",), help="search the table of labels",
        separated=True, needs=_events,
    ),
)  # fmt: skip

SOUND = (
    _sound(
        "listen", "&Listen", keys=("Ctrl+Space",), help="start or stop listening",
        icon="microphone", checkable=True, needs=_ready,
    ),
    _sound(
        "freeze", "&Freeze", help="hold the view while listening goes on",
        icon="snowflake", checkable=True, needs=_live,
    ),
    _sound(
        "pause", "Pa&use Listening", keys=("Ctrl+P",),
        help="hear nothing for a while; the pause is a gap", short="Pause",
        icon="microphone-off", checkable=True, needs=_live,
    ),
    _sound(
        "play", "&Play", help="play or pause the file, or what was heard",
        icon="play", checkable=True, needs=_playable,
    ),
    _sound(
        "space", "Play or Freeze", keys=("Space",),
        help="file: play or pause; live: freeze the view, or pause what plays",
        local=True, needs=_shown,
    ),
    _sound(
        "play label", "Play Selected La&bel", keys=("Return", "Enter"),
        help="play the selected label", local=True, needs=_audible_label,
    ),
    _sound(
        "play selection", "Play Se&lection", keys=("S",), help="play the selected time range",
        needs=_audible,
    ),
    _sound(
        "loop", "L&oop", keys=("L",), help="play over and over", checkable=True,
        needs=_loopable,
    ),
    _sound(
        "follow", "Follow What Pla&ys", keys=("Shift+F",),
        help="file: have the view go where it plays, or stay", checkable=True,
    ),
    _speed("slower", "&Slower", keys=("<",), help="play slower, at the same pitch"),
    _speed("faster", "&Faster", keys=(">",), help="play faster, at the same pitch"),
    *(
        _speed(f"speed {speed:g}", f"{speed:g}\u00d7", checkable=True, choice="speed")
        for speed in SPEEDS
    ),
    _sound(
        "more labels", "&More Labels", keys=(",",), help="lower every threshold by 0.05",
        separated=True, needs=_ready,
    ),
    _sound(
        "fewer labels", "Fe&wer Labels", keys=(".",), help="raise every threshold by 0.05",
        needs=_ready,
    ),
    _sound(
        "record clips", "&Record Clips", keys=("Ctrl+R",),
        help="keep clips of chosen sounds, or none", checkable=True, separated=True,
    ),
    _sound(
        "save last", "&Save the Last Seconds", keys=("Ctrl+L",),
        help="save what was just heard", needs=_live,
    ),
    _sound(
        "watching", "Recording and &Alerts\u2026", keys=("Ctrl+,",),
        help="choose sounds to keep and to be told of", needs=_ready,
    ),
    _sound(
        "keep awake", "&Keep Awake While Listening", checkable=True,
        help="the computer does not fall asleep while leanviz listens",
    ),
    _sound(
        "stop", "&Clear or Stop", keys=("Esc",),
        help="clear the selection, stop an analysis or what was heard",
    ),
    _sound("devices", "Look for &Devices", keys=("F5",), help="list the inputs", separated=True),
)  # fmt: skip

WHY = (
    _why(
        "why", "&Why This Label", keys=("Q",), help="what drove the selected label",
        needs=_askable,
    ),
    _why(
        "play why", "&Play What Drove It", keys=("D",), short="Play it",
        help="play what drove the label, the rest 20 dB down", needs=_explained,
    ),
    _why(
        "play rest", "Play the &Rest", keys=("Shift+D",), short="Play the rest",
        help="play the rest, what drove the label 20 dB down", needs=_explained,
    ),
    _why(
        "mute selection", "&Mute the Selection", keys=("Ctrl+M",), short="Mute selection",
        help="which labels fall and rise without the selection", needs=_has_sound,
    ),
    _why(
        "isolate selection", "&Isolate the Selection", keys=("Ctrl+I",),
        short="Isolate selection",
        help="which labels fall and rise with nothing but the selection", needs=_has_sound,
    ),
    _why(
        "similar", "Find &Similar Moments", keys=("Ctrl+K",), short="Find",
        help="moments that LEAN hears like the selection", needs=_has_sound,
    ),
    _why(
        "export why", "&Export the Explanation\u2026", short="Export\u2026",
        help="write the explanation as .npz, CSV, SVG or PNG", needs=_explained,
    ),
)  # fmt: skip

GO = (
    _move("back", "Scroll &Back", keys=("Left",), help="scroll back"),
    _move("forward", "Scroll &Forward", keys=("Right",), help="scroll forward"),
    _move("page back", "Page Back", keys=("Ctrl+Left",), help="scroll back by a page"),
    _move("page forward", "Page Forward", keys=("Ctrl+Right",), help="scroll forward by a page"),
    _move("start", "To the &Start", keys=("Home",), help="go to the start"),
    _move("end", "To the &End, or Live", keys=("End",), help="go to the end; live: back to now"),
    _go("go to", "&Go to Time\u2026", keys=("Ctrl+G",), help="go to a time", needs=_shown),
    _go("next label", "&Next Label", keys=("N",), help="next label", separated=True, needs=_events),
    _go(
        "previous label", "&Previous Label", keys=("Shift+N",), help="previous label", needs=_events
    ),
    _move("zoom in", "Zoom &In", keys=("+", "=", "Up"), help="show less time", separated=True),
    _move("zoom out", "Zoom &Out", keys=("-", "Down"), help="show more time"),
    _go("fit", "Fit &Whole File", keys=("F",), help="show everything there is", needs=_shown),
)

VIEW = (
    _show("attention", "&Attention", keys=("A",), help="attention pane", icon="matrix"),
    _show("show overview", "O&verview", keys=("Ctrl+1",), help="overview"),
    _show("show waveform", "&Waveform", keys=("Ctrl+2",), help="waveform"),
    _show("show spectrogram", "&Spectrogram", keys=("Ctrl+3",), help="spectrogram"),
    _show("show lanes", "&Labels", keys=("Ctrl+4",), help="labels"),
    _show("show inspector", "&Inspector", keys=("Ctrl+5",), help="inspector"),
    ActionSpec("wider inspector", "&Wider Inspector", "&View", help="widen the inspector"),
    ActionSpec("narrower inspector", "Na&rrower Inspector", "&View", help="narrow the inspector"),
    ActionSpec(
        "decisions", "&Decisions", "&View", ("Ctrl+D",), "thresholds, classes and presets"
    ),
    _show(
        "show heard", "Heard &Now in Large", keys=("B",),
        help="what is heard now in large letters",
    ),
    _show("crosshair", "&Crosshair", keys=("X",), help="crosshair", separated=True),
    _show("clock time", "Clock &Time", keys=("T",), help="time of day or elapsed", needs=_dated),
    _show(
        "file dates", "Times from Fi&les",
        help="files: time of day from their headers, and from recorders' names",
    ),
    _show(
        "paging", "Turn Pa&ges", keys=("P",), help="live: turn pages instead of scrolling",
    ),
    _show(
        "model eye", "What L&EAN Hears", keys=("E",),
        help="the 64 bands that LEAN gets, instead of the spectrogram",
    ),
    _librosa(
        "show analysis", "&Show", keys=("Y",), checkable=True, needs=_file_shown,
        help="analysis pane: what librosa finds in the part of a file in view",
    ),
    _librosa("next analysis", "&Next Kind", keys=("Shift+Y",), help="next kind of analysis"),
    *(
        _librosa(f"analysis {kind}", title.capitalize(), checkable=True, choice="analysis")
        for kind, title in TITLES.items()
    ),
    _librosa(
        "spectrum", "Mean Spectr&um\u2026", keys=("O",), separated=True, needs=_audible,
        help="spectrum of the selected time, else the selected label, else what is in view",
    ),
    _window("longer window", "Longer", keys=("W",), help="longer window: finer frequencies"),
    _window("shorter window", "Shorter", keys=("Shift+W",), help="shorter window: finer times"),
    *(
        _window(f"window {ms}", f"{ms} ms", checkable=True, choice="window")
        for ms in WINDOWS_MS
    ),
    _scale("next scale", "&Next Scale", keys=("M",), help="next scale: mel, linear, log"),
    *(
        _scale(f"scale {scale}", scale.capitalize(), checkable=True, choice="scale")
        for scale in Scale
    ),
    _band(
        "band in", "Zoom &In", keys=("Shift+Up",), local=True,
        help="show fewer frequencies",
    ),
    _band(
        "band out", "Zoom &Out", keys=("Shift+Down",), local=True,
        help="show more frequencies",
    ),
    _band("band up", "&Higher", keys=("PgUp",), local=True, help="higher frequencies"),
    _band("band down", "&Lower", keys=("PgDown",), local=True, help="lower frequencies"),
    _band("next band", "&Next", keys=("U",), help="frequencies: usual, all, those LEAN hears"),
    _band("band usual", "&Usual", help="0 to 8 kHz", separated=True),
    _band("band all", "&All", help="all frequencies that the sound has"),
    _band("band heard", "&Those LEAN Hears", help="125 to 7500 Hz"),
    _palette("next palette", "&Next Palette", keys=("C",), help="next palette"),
    _palette("palette ", "As the Theme", checkable=True, choice="palette"),
    *(
        _palette(f"palette {name}", name.capitalize(), checkable=True, choice="palette")
        for name in PALETTES
    ),
    _range("floor down", "Floor Down", keys=("[",), help="floor 5 dB down"),
    _range("floor up", "Floor Up", keys=("]",), help="floor 5 dB up"),
    _range("ceiling down", "Ceiling Down", keys=("{",), help="ceiling 5 dB down"),
    _range("ceiling up", "Ceiling Up", keys=("}",), help="ceiling 5 dB up"),
    _range("fit range", "&Fit to What Is in View", keys=("|",), help="levels of what is in view"),
    _range("default range", "&Default Range", keys=("\\",), help="default range"),
    *(
        ActionSpec(
            f"theme {theme}", theme.capitalize(), "&View/T&heme", checkable=True, choice="theme"
        )
        for theme in ThemeChoice
    ),
    _head(
        "head 0", "&Mean", keys=("0",), help="attention: mean of the heads", short="mean",
        needs=_has_head(1),
    ),
    *(
        _head(
            f"head {number}", f"Head &{number}", keys=(str(number),),
            help="attention: one head", short=str(number), needs=_has_head(number),
        )
        for number in range(1, MAX_HEADS + 1)
    ),
    _head(
        "head max", "Hi&ghest", keys=("H",), help="attention: highest of the heads", short="max",
        needs=_has_head(2),
    ),
    _map(
        "read map", "Read by &Keys", keys=("K",), help="read the attention map with arrow keys",
        needs=_has_head(1),
    ),
    _map(
        "window map", "&Window Around the Cursor", keys=("Z",), checkable=True,
        help="attention: all of the window that LEAN used here, or the whole file",
        needs=_file_mapped,
    ),
    _map(
        "live map", "While &Listening", keys=("Shift+A",), checkable=True,
        help="attention map while listening",
    ),
    _map(
        "lag", "&Lag over Time", keys=("J",), checkable=True,
        help="attention: lag, spread and shape over time",
    ),
    _map(
        "ridge", "&Ridge", keys=("G",), checkable=True,
        help="attention: where each row looks on average",
    ),
    *(
        _map(f"brightness {name}", text, checkable=True, choice="brightness", help=about)
        for name, text, about in (
            ("row", "Brightest of Each R&ow", "attention: colours for each row by itself"),
            ("global", "Brightest of &All", "attention: the same colours for all rows"),
        )
    ),
    _map(
        "pin a", "Pin as &A", help="hold the row that is read as A (click on the map)",
        short="Pin A", separated=True, needs=_has_head(1),
    ),
    _map(
        "pin b", "Pin as &B", help="hold the row that is read as B (Shift+click on the map)",
        short="Pin B", needs=_has_head(1),
    ),
    _map("unpin", "&Unpin Both", help="let go of A and B", short="Unpin", needs=_has_head(1)),
    _map(
        "export map", "&Export the Map\u2026", separated=True, needs=_has_head(1),
        help="write the attention map of all of it as .npz, or its numbers as CSV",
    ),
    _show("full screen", "F&ull Screen", keys=("F11",), help="full screen", separated=True),
)  # fmt: skip

HELP = (ActionSpec("keys", "&Keys", "&Help", ("F1", "?"), "this sheet"),)

SPECS: tuple[ActionSpec, ...] = (*FILE, *EDIT, *SOUND, *WHY, *GO, *VIEW, *HELP)
TOOLBAR = ("listen", "freeze", "pause", "open", "export", "play", "attention")

MOUSE = (
    ("Wheel", "scroll time"),
    ("Ctrl+Wheel", "zoom time at the pointer"),
    ("Shift+Wheel", "zoom frequency"),
    ("Click", "play from here; on a label: select it; on the map: pin it as A, too"),
    ("Shift+Click", "select from the cursor to here; on the map: pin it as B"),
    ("Drag", "select a time range; from an edge of the selected label: move that edge"),
    ("Ctrl+Drag", "on the spectrogram: select frequencies with the time range"),
    ("Drag colours", "their levels; wheel: move both; double-click: as by default"),
    ("Double-click", "zoom to a label and play it; on a divider: even sizes"),
)


def usable(state: State) -> frozenset[str]:
    """Return the names of the actions that can be used in a state."""
    return frozenset(spec.name for spec in SPECS if spec.needs(state))
