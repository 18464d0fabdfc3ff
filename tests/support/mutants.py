"""Tests of the tests: faults planted in a copy of the code, each of which has to turn a test red.

`make mutants` runs them all. The list is data, in `mutants.toml`; each fault replaces a text that
occurs once in a file and names the tests that catch it, of which seconds are asked and not minutes.
"""

import argparse
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
LIST = Path(__file__).with_suffix(".toml")
PROCESSES = 2
# A fault may well have a test wait for what never comes.
LONGEST_S = 120
FAILED = 1  # pytest: tests ran, and some failed


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that could be wrong.

    Attributes
    ----------
    name : str
    file : str
        Where it is planted, from the top of the repository.
    old, new : str
        What is there, once, and what the fault puts in its place.
    tests : list of str
        Node ids of the tests that must notice, the quickest first.
    """

    name: str
    file: str
    old: str
    new: str
    tests: list[str]

    def planted(self, text: str) -> str:
        """Return a file with the fault in it; ValueError if its place is not there exactly once."""
        if text.count(self.old) != 1:
            raise ValueError(f"{self.file} has {text.count(self.old)} times: {self.old}")
        return text.replace(self.old, self.new)


def faults(path: Path = LIST) -> list[Fault]:
    """Return the list."""
    with path.open("rb") as file:
        return [Fault(**fault) for fault in tomllib.load(file)["fault"]]


class Copy:
    """A throw-away copy of the tree, beside which lies what lies beside the original."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "checkout"
        unwanted = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis")
        shutil.copytree(REPOSITORY, self.root, symlinks=True, ignore=unwanted)
        shared = REPOSITORY.parent / "shared"
        if shared.is_dir():
            (folder / "shared").symlink_to(shared)
        # Python takes a file for unchanged whose time, in seconds, and size are those it knows
        self._time = int(time.time())

    def write(self, name: str, text: str) -> None:
        """Change a file so that Python notices."""
        self._time += 2
        (self.root / name).write_text(text, encoding="utf-8")
        os.utime(self.root / name, (self._time, self._time))

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run Python in the copy, with the code of the copy."""
        return subprocess.run(
            [sys.executable, *words],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(self.root)},
            capture_output=True,
            text=True,
            check=False,
            timeout=4 * LONGEST_S,
        )

    def test(self, tests: Sequence[str], *more: str) -> subprocess.CompletedProcess[str]:
        """Run tests in the copy, up to the first that fails."""
        options = ["-x", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "--tb=line"]
        limit = f"--timeout={LONGEST_S}"
        return self.run("-m", "pytest", *options, limit, *more, *tests)


def plant(copy: Copy, fault: Fault) -> str:
    """Run the tests of a fault with the fault; return which caught it, "" if none did.

    Raises
    ------
    ValueError
        If the fault has no place any more, or its tests could not be run.
    """
    original = (copy.root / fault.file).read_text(encoding="utf-8")
    copy.write(fault.file, fault.planted(original))
    try:
        done = copy.test(fault.tests)
    except subprocess.TimeoutExpired:
        return "a time limit"
    finally:
        copy.write(fault.file, original)
    if done.returncode == 0:
        return ""
    caught = re.search(r"^(?:FAILED|ERROR) (\S+::\S+)", done.stdout, re.MULTILINE)
    if done.returncode != FAILED or caught is None:
        raise ValueError(f"its tests could not be run:\n{done.stdout[-2000:]}{done.stderr[-500:]}")
    return caught[1]


def check_sound(copy: Copy, chosen: Sequence[Fault]) -> bool:
    """Tell whether the copy is tested, and all tests pass without any fault."""
    where = copy.run("-c", "import leanviz; print(leanviz.__file__)").stdout
    if not where.startswith(str(copy.root)):
        sys.stderr.write(f"not the copy is tested, but {where}\n")
        return False
    tests = sorted({test for fault in chosen for test in fault.tests})
    done = copy.test(tests, "-n", str(PROCESSES))
    if done.returncode != 0:
        sys.stderr.write(f"{done.stdout[-4000:]}\nthese tests fail without any fault\n")
    return done.returncode == 0


def plant_all(copies: Sequence[Copy], chosen: Sequence[Fault]) -> list[str]:
    """Plant faults, one at a time in each copy, and tell of each; return those that survived."""
    left: queue.SimpleQueue[Fault] = queue.SimpleQueue()
    for fault in chosen:
        left.put(fault)
    survived: list[str] = []

    def work(copy: Copy) -> None:
        while not left.empty():
            try:
                fault = left.get_nowait()
            except queue.Empty:
                return
            began = time.monotonic()
            try:
                caught = plant(copy, fault)
                said = f"caught by {caught}" if caught else "SURVIVED"
            except ValueError as error:
                caught, said = "", f"NOT PLANTED: {error}"
            if not caught:
                survived.append(fault.name)
            sys.stdout.write(f"{fault.name}: {said} ({time.monotonic() - began:.0f} s)\n")
            sys.stdout.flush()

    workers = [threading.Thread(target=work, args=(copy,)) for copy in copies]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return survived


def main() -> int:
    """Plant all faults, or those whose names have one of some texts in them."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("text", nargs="*", default=[""], help="only faults with this in their name")
    wanted = parser.parse_args().text
    chosen = [fault for fault in faults() if any(text in fault.name for text in wanted)]
    with ExitStack() as stack:
        folders = [stack.enter_context(tempfile.TemporaryDirectory()) for _ in range(PROCESSES)]
        copies = [Copy(Path(folder)) for folder in folders]
        if not check_sound(copies[0], chosen):
            return 1
        survived = plant_all(copies, chosen)
    sys.stdout.write(f"{len(chosen) - len(survived)} of {len(chosen)} faults caught\n")
    if survived:
        sys.stdout.write(f"survived, so that a test is missing: {', '.join(sorted(survived))}\n")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
