"""Asks the Python Packaging Advisory Database whether a pinned version has a known weakness.

That takes a network. The tool is installed beside the project and not pinned: an audit wants
today's. `make audit` runs this; it ends with 0 only if all was asked about and nothing found.
"""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

LOCKS = sorted(Path(__file__).resolve().parent.glob("requirements*.txt"))
# The lock has every package and every hash: nothing is resolved or installed.
OPTIONS = ("--require-hashes", "--disable-pip", "--progress-spinner=off", "--format=json")


def main() -> None:
    """Audit every lock file."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder, "bin", "python")
        install = [python, "-m", "pip", "--disable-pip-version-check", "install", "-q", "pip-audit"]
        if subprocess.run(install, capture_output=True, check=False).returncode:
            sys.exit("No audit was made: pip-audit cannot be installed, which takes a network.")
        clean = [_is_clean(lock, python) for lock in LOCKS]
    sys.exit(0 if all(clean) else 1)


def _is_clean(lock: Path, python: Path) -> bool:
    """Tell what is known of the packages of a lock file; return whether that is nothing bad."""
    command = [python, "-m", "pip_audit", "--requirement", lock, *OPTIONS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except ValueError:
        sys.exit(f"No audit was made of {lock.name}, which takes a network:\n{done.stderr[-500:]}")
    unknown = [package for package in packages if "skip_reason" in package]
    if len(unknown) == len(packages):
        sys.exit(
            f"No audit was made of {lock.name}: the database could not be asked about any of it."
        )
    weak = [(p, known) for p in packages for known in p.get("vulns", ())]
    lines = [f"{lock.name}: {len(packages) - len(unknown)} packages, {len(weak)} known weaknesses"]
    for package, known in weak:
        fixed = ", ".join(known["fix_versions"]) or "no version"
        lines.append(f"  {package['name']} {package['version']}: {known['id']}, mended in {fixed}")
    lines += [f"  {package['name']}: not known to the database" for package in unknown]
    sys.stdout.write("\n".join(lines) + "\n")
    return not weak


if __name__ == "__main__":
    main()
