"""``leanviz cache``: where the analyses of files are kept, and how much room they take."""

from leanviz.pipeline.analysis_cache import MEGABYTE, AnalysisCache
from leanviz.sessions.report import printable


def cache_text(clear: bool) -> str:
    """Return what is kept, after removing it if `clear`."""
    cache = AnalysisCache()
    if clear:
        cache.clear()
    use = cache.use()
    files = "1 file" if use.files == 1 else f"{use.files} files"
    return f"{printable(cache.folder)}\n{files}, {use.n_bytes / MEGABYTE:.1f} MB\n"
