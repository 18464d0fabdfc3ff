"""What mkdocs does not do by itself: pages from outside docs/, tables that wrap, no network."""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
ELSEWHERE = {  # page, and where its text lies
    "changelog.md": "CHANGELOG.md",
    "model-card.md": "resources/lean/README.md",
    "security.md": "SECURITY.md",
}
# the theme would have every row of a table on one line
STYLE = ".wy-table-responsive table td { white-space: normal } .wy-nav-content { max-width: 60em }"
LOADED = re.compile(
    r"""(<(script|img|iframe)\b[^>]*\bsrc=|<link\b[^>]*\bhref=|@import\s|\burl\()["'\s]*(https?:)?//"""
)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages whose text lies outside docs/."""
    for page, place in ELSEWHERE.items():
        text = (ROOT / place).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=text))
    files.append(File.generated(config, "wrap.css", content=STYLE))
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    """Have links between folders of the repository point to the pages made of these files."""
    for page, place in ELSEWHERE.items():
        markdown = re.sub(rf"\]\((\.\./)*{re.escape(place)}", f"]({page}", markdown)
    return re.sub(r"\]\((\.\./)*docs/", "](", markdown)


def on_post_build(config: MkDocsConfig) -> None:
    """Refuse pages that load anything from a network."""
    for path in Path(config.site_dir).rglob("*"):
        if path.suffix in {".html", ".css"}:
            found = LOADED.search(path.read_text(encoding="utf-8"))
            if found:
                raise PluginError(f"{path.name} loads from a network: {found[0]}")
