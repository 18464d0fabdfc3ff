"""The table of actions as Qt has it: actions, menus, groups."""

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from leanviz.views.action_table import SPECS, ActionSpec, State, usable
from leanviz.views.icons import icon
from leanviz.views.plain import plain_tip
from leanviz.views.theme import Theme


class Actions:
    """All actions of a window by name.

    Parameters
    ----------
    parent : QWidget
        The window, which owns them.
    """

    def __init__(self, parent: QWidget) -> None:
        self._by_name = {spec.name: _make(spec, parent) for spec in SPECS}
        self._groups: dict[str, QActionGroup] = {}
        self._applied: State | None = None
        for spec in SPECS:
            if spec.choice:
                group = self._groups.setdefault(spec.choice, QActionGroup(parent))
                group.addAction(self._by_name[spec.name])
        parent.addActions([self._by_name[spec.name] for spec in SPECS if not spec.local])

    def __getitem__(self, name: str) -> QAction:
        return self._by_name[name]

    def connect(self, handlers: Mapping[str, Callable[[], object]]) -> None:
        """Have handlers called, without arguments, when the actions of these names are used."""
        for name, handler in handlers.items():
            self._by_name[name].triggered.connect(_without_arguments(handler))

    def connect_choice(self, choice: str, handler: Callable[[str], object]) -> None:
        """Have `handler` called with the chosen name whenever one of a group is chosen."""
        skip = len(choice) + 1
        self._groups[choice].triggered.connect(lambda action: handler(action.objectName()[skip:]))

    def choose(self, choice: str, name: str) -> None:
        """Check one of a group; nothing is called."""
        self._by_name[f"{choice} {name}"].setChecked(True)

    def check(self, name: str, checked: bool) -> None:
        """Check or uncheck an action; nothing is called."""
        self._by_name[name].setChecked(checked)

    def explain(self, names: Iterable[str], why: str) -> None:
        """Have tool tips say why actions cannot be used; "" has them say what they do again."""
        for spec in SPECS:
            if spec.name in names:
                self._by_name[spec.name].setToolTip(plain_tip(why or tool_tip(spec)))

    def apply(self, state: State) -> None:
        """Enable what can be used in a state, and nothing else."""
        if state == self._applied:
            return
        self._applied = state
        names = usable(state)
        for name, action in self._by_name.items():
            action.setEnabled(name in names)

    def use_keys_in(self, widget: QWidget, names: Iterable[str] | None = None) -> None:
        """Let local keys work while a widget, or one inside it, has the focus; by default all."""
        local = [spec.name for spec in SPECS if spec.local]
        widget.addActions([self._by_name[name] for name in (local if names is None else names)])

    def fill(self, bar: QMenuBar) -> dict[str, QMenu]:
        """Build the menus; return them by their path without ampersands."""
        menus: dict[str, QMenu] = {}
        for spec in SPECS:
            menu = _menu(bar, menus, spec.menu)
            if spec.separated:
                menu.addSeparator()
            menu.addAction(self._by_name[spec.name])
        return menus

    def set_icons(self, theme: Theme) -> None:
        """Draw the icons in the colours of a theme."""
        for spec in SPECS:
            if spec.icon:
                on = theme.query if spec.name == "listen" else theme.accent
                self._by_name[spec.name].setIcon(icon(spec.icon, theme, on))


def key_text(key: str) -> str:
    """Return a key sequence as printed on a keyboard."""
    printed = {"Left": "\u2190", "Right": "\u2192", "Up": "\u2191", "Down": "\u2193"}
    printed["Return"] = "Enter"
    return "+".join(printed.get(part, part) for part in key.split("+")) if len(key) > 1 else key


def tool_tip(spec: ActionSpec) -> str:
    """Return what an action does and its key."""
    words = spec.help or spec.text.replace("&", "")
    key = f" ({key_text(spec.keys[0])})" if spec.keys else ""
    return words[:1].upper() + words[1:] + key


def _make(spec: ActionSpec, parent: QWidget) -> QAction:
    action = QAction(spec.text, parent)
    action.setObjectName(spec.name)
    action.setCheckable(spec.checkable)
    action.setShortcuts([QKeySequence(key) for key in spec.keys])
    if spec.local:
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    action.setIconText(spec.short or spec.text.replace("&", ""))
    action.setToolTip(plain_tip(tool_tip(spec)))
    return action


def _menu(bar: QMenuBar, menus: dict[str, QMenu], path: str) -> QMenu:
    name = path.replace("&", "")
    if name not in menus:
        above, _, title = path.rpartition("/")
        menus[name] = (_menu(bar, menus, above) if above else bar).addMenu(title)
    return menus[name]


def _without_arguments(handler: Callable[[], object]) -> Callable[[bool], None]:
    def call(_checked: bool) -> None:
        handler()

    return call
