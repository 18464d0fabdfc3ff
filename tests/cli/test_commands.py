"""What holds for every command: exit codes, one sentence per failure, data and words apart."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import leanviz
from tests.cli.running import REPOSITORY, Run, command, environment

# what only a command that needs it may load
HEAVY = {"numpy", "onnxruntime", "PySide6", "soundfile", "sounddevice", "librosa", "torch"}


def test_help_comes_at_once() -> None:
    """It would not, if a command imported at module level what it needs."""
    program = (
        "import sys\nfrom leanviz.cli import main\ntry:\n    main(['--help'])\n"
        "finally:\n    print(*sys.modules, sep='\\n', file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert "analyze" in done.stdout
    assert HEAVY.isdisjoint(done.stderr.split())


def test_what_is_said_while_portaudio_looks_for_devices_is_read() -> None:
    """Its binding points standard error of the whole process nowhere meanwhile."""
    program = (
        "import os\nfrom leanviz.cli.console import prepare_streams, say\nprepare_streams()\n"
        "os.dup2(os.open(os.devnull, os.O_WRONLY), 2)\nsay('It has gone.')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stderr == "It has gone.\n"


def test_a_folder_opens_without_a_command(run: Run, tmp_path: Path) -> None:
    assert "No window can be opened" in run(tmp_path).sentence


def test_a_window_listens_at_once_where_there_is_a_screen_and_no_file(
    run: Run, tmp_path: Path
) -> None:
    assert run("open", "--listen").sentence.endswith("use `leanviz live`.")
    assert "goes without files" in run("open", "--listen", tmp_path).sentence


def test_version(run: Run) -> None:
    outcome = run("--version")
    assert (outcome.code, outcome.out) == (0, f"leanviz {leanviz.__version__}\n")


@pytest.mark.parametrize(
    "args", [["nonsense"], ["analyze"], ["analyze", "--format", "xml", "a.wav"], ["--nonsense"]]
)
def test_misuse_is_explained_on_standard_error(run: Run, args: list[str]) -> None:
    outcome = run(*args)
    assert (outcome.code, outcome.out) == (2, "")
    assert "Error: " in outcome.err


@pytest.mark.parametrize(
    "args",
    [
        ["analyze", "missing.wav"],
        ["analyze", "missing.wav", "--model", "nowhere"],
        ["analyze", "missing.wav", "-o", "nowhere/a.json"],
        ["score", "--manifest", "missing.csv", "-o", "a.npz"],
        ["render", "missing.wav", "-o", "a.png"],
        ["render", "missing.wav", "-o", "a.gif"],
        ["live", "--source", "missing.wav", "--seconds", "1"],
        ["live", "--device", "no such microphone", "--seconds", "1"],
        ["open", "missing.wav"],
        ["missing.wav"],
    ],
)
def test_a_failure_is_one_sentence(run_outside: Run, model_folder: Path, args: list[str]) -> None:
    outcome = run_outside(*args)
    assert (outcome.code, outcome.out) == (2, "")
    assert "should not have happened" not in outcome.sentence


def test_a_damaged_model_is_refused(run_outside: Run, model_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model_folder, folder)
    with (folder / "fusion.onnx").open("r+b") as file:
        file.seek(1000)
        file.write(b"damaged")
    outcome = run_outside("analyze", "any.wav", "--model", folder)
    assert outcome.code == 2
    assert "fusion.onnx" in outcome.sentence


def test_a_fault_of_ours_is_a_sentence_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("leanviz.cli.analyze.analyze", fail)
    outcome = run("analyze", "a.wav")
    assert outcome.code == 2
    assert "KeyError: 'x'" in outcome.sentence
    monkeypatch.setenv("LEANVIZ_DEBUG", "1")
    with pytest.raises(KeyError):
        run("analyze", "a.wav")


def test_a_system_library_that_is_missing_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")

    monkeypatch.setattr("leanviz.cli.devices.devices_text", fail)
    outcome = run("devices")
    assert outcome.code == 2
    assert "The system library libGL.so.1 is missing" in outcome.sentence


def test_ctrl_c_while_leanviz_starts_is_130_without_a_word() -> None:
    program = (
        "import sys\nclass Interrupted:\n    def find_spec(name, *_):\n"
        "        if name == 'typer':\n            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupted)\n"
        "from leanviz.cli import main"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_ctrl_c_is_130_without_a_word(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("leanviz.cli.analyze.analyze", interrupt)
    outcome = run("analyze", "a.wav")
    assert (outcome.code, outcome.out, outcome.err.strip()) == (130, "", "")


@pytest.mark.parametrize("shape", ["json", "table"])
def test_a_reader_may_leave(demo: Path, tmp_path: Path, shape: str) -> None:
    """`leanviz analyze ... | head -1` is no failure and leaves no traceback."""
    process = subprocess.Popen(
        command("analyze", demo, "--format", shape),
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=100)
    assert (process.returncode, err) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_a_sentence(birds: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command("analyze", birds),
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.strip() == (
        "leanviz: Standard output cannot be written: No space left on device."
    )


@pytest.mark.skipif(os.name == "nt", reason="no such redirection on Windows")
def test_closed_standard_output_is_survived() -> None:
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *command("--version")],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
