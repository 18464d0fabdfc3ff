"""What the bundle starts: leanviz, and a Python for the processes that leanviz starts.

leanviz asks PortAudio for the devices in a process of its own, by ``python -c`` and ``python -m``;
in a bundle there is no other Python than this program.
"""

import ctypes.util
import multiprocessing
import runpy
import sys
from pathlib import Path


def find_libraries_here() -> None:
    """Have PortAudio looked for in the bundle where the system has none."""
    of_the_system = ctypes.util.find_library
    here = Path(__file__).parent

    def find(name: str) -> str | None:
        found = of_the_system(name)
        return found or next((str(path) for path in here.glob(f"lib{name}.so*")), None)

    ctypes.util.find_library = find


def main() -> None:
    """Run a text or a module as Python would, else leanviz."""
    if len(sys.argv) > 2 and sys.argv[1] == "-c":
        text, sys.argv[:] = sys.argv[2], ["-c", *sys.argv[3:]]
        exec(compile(text, "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102
    elif len(sys.argv) > 2 and sys.argv[1] == "-m":
        del sys.argv[1]
        runpy.run_module(sys.argv[1], run_name="__main__", alter_sys=True)
    else:
        from leanviz.cli import main as leanviz

        leanviz()


if __name__ == "__main__":
    find_libraries_here()
    multiprocessing.freeze_support()
    main()
