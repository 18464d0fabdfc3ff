"""Decision options of the command line, as the choices that the window has too."""

import math
from collections.abc import Iterable
from difflib import get_close_matches

from leanviz.cli.options import DecisionOptions
from leanviz.core.choices import DecisionChoices
from leanviz.core.decisions import HOP_S
from leanviz.core.errors import UserError
from leanviz.core.taxonomy import Taxonomy


def choices(options: DecisionOptions, taxonomy: Taxonomy) -> DecisionChoices:
    """Return the choices that options make; UserError for a class that does not exist."""
    chosen = DecisionChoices(
        offset=options.threshold,
        smoothing=options.smoothing,
        min_patches=max(1, math.ceil(options.min_duration_s / HOP_S - 1e-6)),
        quiet_ever_present=options.quiet_ever_present,
    )
    muted, only = (
        _with_those_below(names or (), taxonomy) for names in (options.mute, options.only)
    )
    return chosen.with_classes(muted=muted, only=only)


def _with_those_below(names: Iterable[str], taxonomy: Taxonomy) -> set[str]:
    found: set[str] = set()
    for name in names:
        below = taxonomy.below(position_of(name, taxonomy))
        found.update(taxonomy[position].name for position in below)
    return found


def position_of(name: str, taxonomy: Taxonomy) -> int:
    """Return the class of a name, in whatever case."""
    position = taxonomy.find(name)
    if position is not None:
        return position
    known = {label.title.casefold(): label.name for label in taxonomy.labels}
    known.update({label.name.casefold(): label.name for label in taxonomy.labels})
    near = get_close_matches(name.casefold(), known, n=1, cutoff=0.7)
    hint = f" The nearest is {known[near[0]]}." if near else ""
    raise UserError(f"There is no class {name}.{hint}")
