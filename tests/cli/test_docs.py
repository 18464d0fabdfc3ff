"""The documentation of the command line: what it tells people to type exists."""

import re
import shlex
from itertools import pairwise
from pathlib import Path
from typing import cast

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from leanviz.cli import app
from leanviz.views.key_sheet import key_rows
from tests.cli.running import REPOSITORY, Run

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
CLI = (REPOSITORY / "docs" / "cli.md").read_text(encoding="utf-8")
HEADINGS = re.findall(r"^## (leanviz .*)", CLI, flags=re.MULTILINE)
PAGES = [
    *sorted((REPOSITORY / "docs").glob("*.md")),
    *(
        REPOSITORY / name
        for name in ("README.md", "CHANGELOG.md", "SECURITY.md", "resources/lean/README.md")
    ),
]
COMMANDS = cast("TyperGroup", get_command(app)).commands
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


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_option_is_told(name: str) -> None:
    common, *sections = re.split(r"^## ", CLI, flags=re.MULTILINE)
    own = [section for section in sections if re.search(rf"^.*leanviz {name}\b", section)]
    told = "".join((common, *own))
    for option in COMMANDS[name].params:
        names = (*option.opts, *option.secondary_opts)
        assert option.param_type_name == "argument" or any(name in told for name in names), names


def test_every_key_of_the_window_is_in_the_readme() -> None:
    """The window's own sheet is made from its actions; the README is written by hand."""
    table = README.partition("## Keys")[2].partition("\n## ")[0]
    keys = {key for row in key_rows() if row.group != "Mouse" for key in row.text.split("  ")}
    keys -= {f"Ctrl+{number}" for number in (2, 3, 4)}  # within "Ctrl+1 … Ctrl+5"
    assert {key for key in keys if key not in table} == set()


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    for link in (link for link in links if not link.startswith("https://")):
        name, _, anchor = link.partition("#")
        place = page.parent / name if name else page
        assert place.exists(), link
        assert not anchor or anchor in _anchors(place), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_lists_are_lists_for_every_reader_of_markdown(page: Path) -> None:
    """Some want a blank line before a list, and four spaces before a list in a list."""
    lines = re.sub(
        r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    for before, line in pairwise(lines.splitlines()):
        item = re.match(r"( *)([-*]|\d+\.) ", line)
        if item:
            assert len(item[1]) % 4 == 0, line
            assert not before or re.match(r"#| *([-*]|\d+\.) |  ", before), line


def test_every_page_is_in_the_contents() -> None:
    """`make docs` builds what the contents name."""
    contents = (REPOSITORY / ".ci" / "mkdocs.yml").read_text(encoding="utf-8")
    assert [
        page.name for page in PAGES if page.parent.name == "docs" and page.name not in contents
    ] == []
