"""The documentation of the command line: what it tells people to type exists."""

import re
import shlex

import pytest

from leanviz.views.key_sheet import key_rows
from tests.cli.running import REPOSITORY, Run

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
CLI = (REPOSITORY / "docs" / "cli.md").read_text(encoding="utf-8")
HEADINGS = re.findall(r"^## (leanviz .*)", CLI, flags=re.MULTILINE)
EXAMPLES = "".join(README.split("```")[1::2]).splitlines()
TYPED = [
    line.partition("#")[0].removeprefix("leanviz ")
    for line in (*HEADINGS, *EXAMPLES)
    if re.match(r"leanviz [a-z]+( |$)", line)
]


@pytest.mark.parametrize("line", TYPED)
def test_every_command_and_option_exists(run: Run, line: str) -> None:
    name, *words = shlex.split(line.replace("[", "").replace("]", ""))
    outcome = run(name, "--help")
    assert outcome.code == 0, f"there is no `leanviz {name}`"
    for option in (word for word in words if word.startswith("-")):
        assert option in outcome.out, f"`leanviz {name}` has no {option}"


def test_every_key_of_the_window_is_in_the_readme() -> None:
    """The window's own sheet is made from its actions; the README is written by hand."""
    table = README.partition("## Keys")[2].partition("\n## ")[0]
    keys = {key for row in key_rows() if row.group != "Mouse" for key in row.text.split("  ")}
    keys -= {f"Ctrl+{number}" for number in (2, 3, 4)}  # within "Ctrl+1 … Ctrl+5"
    assert {key for key in keys if key not in table} == set()
