"""`leanviz live --log`: what is printed is kept too, whatever becomes of the disk."""

from pathlib import Path

import pytest

from leanviz.sessions.log_folder import logs
from leanviz.sessions.session_reader import read_session
from tests.cli.running import Run


def test_what_is_printed_is_kept(run: Run, siren: Path, tmp_path: Path) -> None:
    outcome = run("live", "--source", siren, "--log", tmp_path / "logs")
    assert outcome.code == 0
    (path,) = logs(tmp_path / "logs")
    session = read_session(path)
    assert session.stopped
    assert len(session.events) == len(outcome.out.splitlines()) > 0
    assert f"The session is saved in {path}." in outcome.err.splitlines()


@pytest.mark.parametrize("option", ["--log", "--record"])
def test_a_folder_that_cannot_be_made_is_told_before_listening(
    run: Run, siren: Path, tmp_path: Path, option: str
) -> None:
    """And not after a night of it; a disk that fails later is told, and listening goes on."""
    (tmp_path / "file").touch()
    outcome = run("live", "--source", siren, option, tmp_path / "file" / "logs")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.sentence.endswith(f"cannot be made: {tmp_path / 'file'} is a file.")
