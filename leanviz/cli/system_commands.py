"""The commands about this machine and what leanviz keeps on it, and their options."""

from typing import Annotated

import typer

from leanviz.cli.console import emit
from leanviz.cli.options import (
    ModelFolder,
)
from leanviz.cli.program import app


@app.command()
def devices() -> None:
    """List the microphones."""
    from leanviz.cli.devices import devices_text

    emit(devices_text())


@app.command()
def doctor(model: ModelFolder = None) -> None:
    """Tell what is installed, what is missing and what to type."""
    from leanviz.cli.doctor import doctor as run

    text, complete = run(model)
    emit(text)
    if not complete:
        raise typer.Exit(2)


@app.command()
def cache(
    clear: Annotated[bool, typer.Option("--clear", help="Remove all of it.")] = False,
) -> None:
    """Tell how much room kept analyses of files take. And where the window keeps them."""
    from leanviz.cli.cache import cache_text

    emit(cache_text(clear))
