"""``leanviz`` and ``leanviz open``: the window, or what can be done without one."""

from collections.abc import Sequence
from pathlib import Path

from leanviz.cli.console import as_text, emit, say
from leanviz.cli.display import screen_problem
from leanviz.core.errors import UserError

DEMO_PICTURE = Path("leanviz-demo.png")


def open_window(files: Sequence[Path], listen: bool = False) -> int:
    """Open the window, on `files` if there are any, or listening; return the exit code.

    Without a screen, say so and show what leanviz does on the demo clip instead.

    Raises
    ------
    UserError
        If there is no screen and files were asked for, or a microphone.
    """
    if files and listen:
        raise UserError("--listen goes without files: it is a microphone that is listened to.")
    problem = screen_problem()
    if problem is None:
        from leanviz.app import main

        return main([str(path) for path in files], listen=listen)
    if listen:
        raise UserError(f"No window can be opened ({problem}): use `leanviz live`.")
    if files:
        raise UserError(
            f"No window can be opened ({problem}): use `leanviz analyze` or `leanviz render`."
        )
    say(f"No window can be opened ({problem}): analysing the demo clip without one.")
    demonstrate(DEMO_PICTURE)
    return 0


def demonstrate(picture: Path) -> None:
    """Analyse the demo clip, print its events and draw it; UserError if that is not possible."""
    from leanviz.cli.engine import open_model
    from leanviz.cli.render import analyze, draw
    from leanviz.cli.text import events_table, summary
    from leanviz.core.resources import resource_path
    from leanviz.sessions.report import ClipReport
    from leanviz.views.figure_spec import FigureSpec

    lean, rules = open_model(None)
    analysis = analyze(resource_path("demo", "demo.flac"), lean, rules)
    report = ClipReport.of(analysis, analysis.path.name, lean.taxonomy, rules)
    emit(as_text(summary(report), events_table(report), ""))
    draw(analysis, lean, picture, FigureSpec())
    say(f"The picture is in {picture}. `leanviz --help` lists what else works without a window.")
