"""Nothing in the code may run what a file says, or talk to anybody."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SOURCES = sorted((REPOSITORY / "leanviz").rglob("*.py"))

# What ruff's rules S must name, each once; by `make check`, and here.
FORBIDDEN = """
import marshal, os, pickle, subprocess, tempfile, yaml
pickle.loads(b"")
marshal.loads(b"")
yaml.load("")
eval("1")
exec("1")
os.system("true")
subprocess.run("true", shell=True)
tempfile.mktemp()
"""
RULES = ["S102", "S301", "S302", "S306", "S307", "S506", "S602", "S605"]

# What ruff has no stable rule for. Signals wake the window through a pair of sockets of its own.
TALKING = {
    "socket",
    "ssl",
    "http",
    "urllib",
    "ftplib",
    "smtplib",
    "socketserver",
    "xmlrpc",
    "asyncio",
}
EXECUTING = {"pickle", "shelve", "dill", "joblib", "yaml", "xml"}
ALLOWED = {("app.py", "socket"), ("training/train.py", "pickle")}


def _ruff(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("ruff")), "check", "--no-cache", *arguments]
    return subprocess.run(
        command, cwd=REPOSITORY, input=text, capture_output=True, text=True, check=False
    )


def test_the_rules_against_dangerous_calls_are_in_force() -> None:
    """Without S in pyproject.toml, all of this would pass."""
    said = _ruff(
        "--output-format=concise", "--stdin-filename=leanviz/cli/x.py", "-", text=FORBIDDEN
    )
    missing = [rule for rule in RULES if f" {rule} " not in said.stdout]
    assert not missing, said.stdout + said.stderr


def test_nothing_is_unpickled_evaluated_or_given_to_a_shell() -> None:
    said = _ruff("--select=S", "--ignore=S101,S603,S607", "leanviz", "main.py")
    assert said.returncode == 0, said.stdout + said.stderr


@cache
def _trees() -> tuple[tuple[str, ast.Module], ...]:
    """Return the modules in which anything of it is written at all: the others need no parsing."""
    words = re.compile(rf"\b({'|'.join(TALKING | EXECUTING)}|QtNetwork|(np|torch)\.load)\b")
    texts = {path: path.read_text(encoding="utf-8") for path in SOURCES}
    return tuple(
        (path.relative_to(REPOSITORY / "leanviz").as_posix(), ast.parse(text))
        for path, text in texts.items()
        if words.search(text)
    )


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))


def test_no_module_can_talk_or_unpickle() -> None:
    banned = TALKING | EXECUTING
    found = {
        (name, module)
        for name, tree in _trees()
        for module in _imported(tree)
        if module.partition(".")[0] in banned or "QtNetwork" in module
    }
    assert {(name, module.partition(".")[0]) for name, module in found} == ALLOWED
    assert ("training/train.py", "pickle.UnpicklingError") in found


def _loads(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if node.func.attr == "load" and isinstance(owner, ast.Name):
                yield from [node] if owner.id in {"np", "torch"} else []


def test_arrays_and_weights_are_loaded_without_pickle() -> None:
    """Said each time: what a library's default is has changed before."""
    safe = {("allow_pickle", False), ("weights_only", True)}
    calls = [(name, call) for name, tree in _trees() for call in _loads(tree)]
    assert len(calls) >= 3
    for name, call in calls:
        said = {(k.arg, k.value.value) for k in call.keywords if isinstance(k.value, ast.Constant)}
        assert said & safe, f"{name}:{call.lineno}"
