"""The look of the widgets: colour scheme, palette and a small style sheet, all from a theme."""

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from leanviz.core.resources import resource_path
from leanviz.settings import ThemeChoice
from leanviz.views.drawing import small_font
from leanviz.views.theme import DARK, LIGHT, THEMES, Theme

Role = QPalette.ColorRole


def theme_of(choice: ThemeChoice) -> Theme:
    """Return the theme of a choice; where the system does not say, the dark one."""
    if choice is ThemeChoice.SYSTEM:
        scheme = QGuiApplication.styleHints().colorScheme()
        return LIGHT if scheme == Qt.ColorScheme.Light else DARK
    return THEMES[str(choice)]


def apply(choice: ThemeChoice) -> Theme:
    """Colour the application and return the theme, for what draws itself."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    hints = QGuiApplication.styleHints()
    if choice is ThemeChoice.SYSTEM:
        hints.unsetColorScheme()
    else:
        dark = THEMES[str(choice)].dark
        hints.setColorScheme(Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light)
    theme = theme_of(choice)
    app.setFont(tabular(app.font()))
    small_font.cache_clear()
    app.setPalette(palette(theme))
    sheet = style_sheet(theme)
    if app.styleSheet() != sheet:  # set again, it would look at every widget there is
        app.setStyleSheet(sheet)
    return theme


def tabular(font: QFont) -> QFont:
    """Return a font whose figures are equally wide, so that changing numbers do not move."""
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def palette(theme: Theme) -> QPalette:
    """Return what Fusion draws with."""
    made = QPalette()
    colours = {
        Role.Window: theme.surface,
        Role.Base: theme.background,
        Role.AlternateBase: theme.lane,
        Role.Button: theme.surface,
        Role.ToolTipBase: theme.surface,
        Role.Mid: theme.line,
        Role.Highlight: theme.accent,
        Role.Accent: theme.accent,
        Role.Link: theme.accent,
        Role.HighlightedText: theme.background,
        Role.PlaceholderText: theme.muted,
    }
    words = (Role.WindowText, Role.Text, Role.ButtonText, Role.ToolTipText, Role.BrightText)
    for role, name in (*colours.items(), *((role, theme.text) for role in words)):
        made.setColor(role, QColor(name))
    for role in words:
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(disabled(theme)))
    return made


def disabled(theme: Theme) -> str:
    """Return the colour of words that cannot be used now: halfway from muted to the surface."""
    muted, surface = QColor(theme.muted), QColor(theme.surface)
    middle = (
        (getattr(muted, part)() + getattr(surface, part)()) // 2
        for part in ("red", "green", "blue")
    )
    return QColor(*middle).name()


def style_sheet(theme: Theme) -> str:
    """Return the style sheet with the colours of a theme."""
    sheet = resource_path("style", "leanviz.qss").read_text(encoding="utf-8")

    def colour(match: re.Match[str]) -> str:
        return disabled(theme) if match[1] == "disabled" else str(getattr(theme, match[1]))

    return re.sub(r"@([a-z]+)\b", colour, sheet.partition("*/")[2])
