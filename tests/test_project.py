"""The project as it is handed out: pins, wheel, sizes, nothing of the machine it was made on."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import leanviz

REPOSITORY = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]

MODEL_FOLDER_LIMIT = 4_500_000  # bytes, what the model was designed to fit in
FILE_LIMIT = 5_000_000  # bytes, more does not belong into a git history

# where pip fetches from is each machine's own business
REGISTRY = re.compile(
    r"(pypi\.org|pythonhosted\.org|(extra-)index-url|find-links)[=\s/]|/simple/?[\"'\s]"
)
MACHINE_PATH = re.compile(r"(?<![\w.~}$)-])/(home|root|work|Users)/\w")


def _tracked() -> list[Path]:
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout: which files are the project's is not known")
    paths = (REPOSITORY / name for name in listed.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def _pins(lock: str) -> dict[str, str]:
    text = (REPOSITORY / ".ci" / lock).read_text(encoding="utf-8")
    found = re.findall(r"^([\w.-]+)==([^\s;]+)", text, flags=re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.txt", PROJECT["dependencies"]),
        ("requirements-dev.txt", PROJECT["dependencies"] + EXTRAS["dev"]),
        ("requirements-dev.txt", [line for line in EXTRAS["training"] if "torch" not in line]),
        ("requirements-torch.txt", [line for line in EXTRAS["training"] if "torch" in line]),
    ],
)
def test_lock_satisfies_the_declared_dependencies(lock: str, wanted: list[str]) -> None:
    """A dependency added to pyproject.toml without `make lock` would be missing after set-up."""
    pins = _pins(lock)
    for requirement in map(Requirement, wanted):
        name = canonicalize_name(requirement.name)
        assert name in pins, f"{name} is not in {lock}: run `make lock`"
        assert requirement.specifier.contains(pins[name]), f"{name}=={pins[name]} in {lock}"


def test_tests_run_on_the_versions_that_are_shipped() -> None:
    assert _pins("requirements.txt").items() <= _pins("requirements-dev.txt").items()


@pytest.mark.parametrize(
    "lock",
    [f"requirements{name}.txt" for name in ("", "-dev", "-torch", "-docs", "-bundle")],
)
def test_every_pin_has_a_hash(lock: str) -> None:
    """Without one, pip refuses the whole file."""
    text = (REPOSITORY / ".ci" / lock).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[\w.-]+==)", text)[1:]
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_no_registry_address_and_no_path_of_a_machine() -> None:
    """Either would break the set-up of everybody else."""
    texts = {
        path.relative_to(REPOSITORY): path.read_bytes().decode("utf-8", errors="ignore")
        for path in _tracked()
        if path != Path(__file__)
    }
    found = [
        f"{path}: {hit[0]}"
        for path, text in texts.items()
        for pattern in (REGISTRY, MACHINE_PATH)
        if (hit := pattern.search(text))
    ]
    assert found == []


def test_no_file_is_too_large_for_git() -> None:
    sizes = {path.name: path.stat().st_size for path in _tracked()}
    assert {name: size for name, size in sizes.items() if size > FILE_LIMIT} == {}


def test_model_folder_keeps_to_its_size() -> None:
    files = [path for path in (REPOSITORY / "resources/lean").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= MODEL_FOLDER_LIMIT


def test_version_is_said_once_over() -> None:
    assert leanviz.__version__ == PROJECT["version"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of the tracked files, with the tools of this environment."""
    folder = tmp_path_factory.mktemp("wheel")
    for path in _tracked():
        copy = folder / "source" / path.relative_to(REPOSITORY)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(folder / "source")], check=True)
    return next(folder.glob("*.whl"))


def test_wheel_holds_the_package_and_its_resources(wheel: Path) -> None:
    """`leanviz/resources` is where an installed leanviz looks for its model."""
    expected = {
        str(path).replace("resources/", "leanviz/resources/", 1)
        for path in (tracked.relative_to(REPOSITORY) for tracked in _tracked())
        if path.parts[0] in ("leanviz", "resources")
    }
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == expected


def test_wheel_carries_commands_and_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        info = f"leanviz-{PROJECT['version']}.dist-info"
        commands = archive.read(f"{info}/entry_points.txt").decode()
        assert {f"{info}/licenses/LICENSE", f"{info}/licenses/NOTICE"} <= set(archive.namelist())
    for command, target in (PROJECT["scripts"] | PROJECT["gui-scripts"]).items():
        assert f"{command} = {target}" in commands
        assert callable(EntryPoint(command, target, "console_scripts").load())
