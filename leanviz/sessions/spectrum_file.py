"""A mean spectrum for other programs: frequency and level of each bin."""

from pathlib import Path

from leanviz.core.power_spectrum import PowerSpectrum
from leanviz.sessions.writing import write_text

NAMES = ("hz", "level_dbfs")


def spectrum_text(spectrum: PowerSpectrum, separator: str = ",") -> str:
    """Return a line for each bin, after one with the names of the columns."""
    pairs = zip(spectrum.hz, spectrum.level_dbfs, strict=True)
    rows = (f"{hz:.3f}{separator}{level:.2f}" for hz, level in pairs)
    return "\n".join((separator.join(NAMES), *rows, ""))


def write_spectrum(spectrum: PowerSpectrum, path: Path) -> None:
    """Write ``hz``, ``level_dbfs`` of each bin as CSV; ExportError if that fails."""
    write_text(path, spectrum_text(spectrum))
