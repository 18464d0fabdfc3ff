"""Figures as JSON and tables hold them; loads nothing slow, for the window uses it too."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any


def number(value: float, digits: int = 3) -> str:
    """Return a figure as a table shows it: a dash for what is no number."""
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def plain(value: Any) -> Any:
    """Return figures as JSON holds them: null for what is no number."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    return plain(_fields(value)) if is_dataclass(value) else value


def _fields(value: Any) -> dict[str, Any]:
    """Return what is told of a dataclass: of counts, the rates first."""
    # the window shows numbers with its first picture, and figures long after
    from leanviz.evaluation.detection import Hits
    from leanviz.evaluation.metrics import SourceHits

    if isinstance(value, SourceHits):
        return {"top1": value.top1, "clips": len(value.clips), "kinds": value.kinds}
    rates = ("f1", "precision", "recall") if isinstance(value, Hits) else ()
    names = (*rates, *(field.name for field in fields(value)))
    return {name: getattr(value, name) for name in names}
