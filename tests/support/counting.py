"""How often the model is asked, for tests of what is not computed twice."""

import numpy as np
import pytest

from leanviz.inference.model import LeanModel


def count_embedded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that takes the number of patches whenever the model embeds some."""
    asked: list[int] = []
    embed = LeanModel.embed

    def counted(self: LeanModel, patches: np.ndarray) -> np.ndarray:
        asked.append(len(patches))
        return embed(self, patches)

    monkeypatch.setattr(LeanModel, "embed", counted)
    return asked
