"""The direction of imports, and what may not be loaded before the first window."""

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent

# each costs between half a second and twenty seconds before anything can be drawn
TOO_SLOW_FOR_START = ("librosa.core", "librosa.util", "numba", "scipy.signal", "sklearn", "torch")


def test_imports_go_down_only() -> None:
    """Every contract of [tool.importlinter] holds; the report names the import that breaks one."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_importing_the_app_loads_nothing_slow() -> None:
    """One import at module level, anywhere below the app, would delay the window for everybody."""
    program = "import sys, leanviz.app; print(*sys.modules, sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert set(TOO_SLOW_FOR_START).isdisjoint(done.stdout.split())
