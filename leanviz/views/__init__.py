"""Widgets: one pane per file, and a main window that only assembles."""
