"""``leanviz cache`` tells of what is kept, and removes it."""

import numpy as np

from leanviz.pipeline.analysis_cache import AnalysisCache, Entry
from tests.cli.running import Run


def test_what_is_kept_is_told_and_cleared(run: Run) -> None:
    cache = AnalysisCache()
    assert Entry(cache.folder / "abc").write("part-00000", {"zeros": np.zeros(500_000)})
    told = run("cache")
    assert (told.code, told.err) == (0, "")
    assert told.out == f"{cache.folder}\n1 file, 4.0 MB\n"
    assert run("cache", "--clear").out.endswith("0 files, 0.0 MB\n")
    assert not list(cache.folder.iterdir())
