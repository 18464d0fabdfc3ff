"""How many files are done, shown on standard error if that is a terminal."""

from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn

from leanviz.cli.console import messages


class CountingBar:
    """A bar that counts up to `total`; a context manager, gone before it is left.

    Parameters
    ----------
    total : int
    done : int
        How many are done at the beginning.
    *columns : ProgressColumn
        What stands behind the count.
    """

    def __init__(self, total: int, done: int, *columns: ProgressColumn) -> None:
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            *columns,
            console=messages,
            transient=True,
            disable=not messages.is_terminal,
            # data on standard output is not for the bar's console
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._bar.add_task("", total=total, completed=done)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


class ProgressBar(CountingBar):
    """Shows how many of `total` files are done, and how far the one at hand is."""

    def __init__(self, total: int, done: int = 0) -> None:
        super().__init__(total, done)
        self._done = done

    def show(self, name: str, fraction: float) -> None:
        """Tell which file is at hand, and how much of it is done."""
        self._bar.update(self._task, completed=self._done + fraction, description=name)

    def step(self) -> None:
        """Count the file at hand as done."""
        self._done += 1
        self._bar.update(self._task, completed=self._done)
