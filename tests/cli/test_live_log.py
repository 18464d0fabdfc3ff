"""`leanviz live --log`: what is printed is kept too, whatever becomes of the disk."""

from pathlib import Path

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


def test_a_folder_that_cannot_be_written_is_told_and_listening_goes_on(
    run: Run, siren: Path, tmp_path: Path
) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    outcome = run("live", "--source", siren, "--log", tmp_path / "logs")
    assert outcome.code == 0
    count = len(outcome.out.splitlines())
    assert count > 0
    told = outcome.err.splitlines()
    assert sum(line.startswith("Session log: File exists.") for line in told) == 1
    assert f"Events that could not be saved: {count}." in told
