"""``leanviz spectrum``: the mean power spectrum of a file or of a part of it, in numbers."""

from dataclasses import dataclass
from pathlib import Path

from leanviz.audio.decoder import Decoder
from leanviz.core.clock import Span, seconds, to_sample
from leanviz.core.errors import UserError
from leanviz.core.power_spectrum import PowerSpectrum, measured
from leanviz.pipeline.part_spectrum import spectrum_of_part
from leanviz.sessions.report import printable
from leanviz.sessions.spectrum_file import write_spectrum
from leanviz.sessions.writing import check_place


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked about a file.

    Attributes
    ----------
    path : Path
    start_s, stop_s : float or None
        A part of it, in seconds; its beginning and its end if not given.
    low_hz, high_hz : float or None
        The frequencies that the numbers are of; all if not given.
    window_ms : float
    output : Path or None
        Where the level of each bin goes.
    """

    path: Path
    start_s: float | None = None
    stop_s: float | None = None
    low_hz: float | None = None
    high_hz: float | None = None
    window_ms: float = 64.0
    output: Path | None = None


def spectrum(wanted: Wanted) -> str:
    """Return what the spectrum says, and write its bins if that is wanted.

    Raises
    ------
    UserError
        If the file cannot be read, or an option makes no sense.
    """
    if wanted.output is not None:
        check_place(wanted.output)
    span, rate = _part(wanted)
    low, high = wanted.low_hz or 0.0, rate / 2 if wanted.high_hz is None else wanted.high_hz
    if low >= high:
        raise UserError("--low must be below --high.")
    found = spectrum_of_part(wanted.path, span, wanted.window_ms / 1e3)
    if wanted.output is not None:
        write_spectrum(found, wanted.output)
    return _words(wanted.path, span, found, (low, high))


def _part(wanted: Wanted) -> tuple[Span, int]:
    """Return the part of the file in its samples, and its rate."""
    with Decoder(wanted.path) as decoder:
        rate, length = decoder.sample_rate, decoder.n_samples
    start = to_sample(wanted.start_s or 0.0, rate)
    stop = length if wanted.stop_s is None else min(length, to_sample(wanted.stop_s, rate))
    if start >= stop:
        raise UserError(
            f"From --start to --stop there is nothing of the file, "
            f"which is {seconds(length, rate):.3f} s long."
        )
    return Span(start, stop), rate


def _words(path: Path, span: Span, found: PowerSpectrum, band_hz: tuple[float, float]) -> str:
    rate = found.sample_rate
    part = f"{seconds(span.start, rate):.3f} to {seconds(span.stop, rate):.3f} s"
    head = f"{printable(path)}  {part}, {band_hz[0]:g} to {band_hz[1]:g} Hz\n"
    said = measured(found, *band_hz)
    if said is None:
        return f"{head}There is nothing but silence here.\n"
    rows = (
        ("peak", f"{said.peak_hz:.1f} Hz, {said.peak_dbfs:.1f} dBFS"),
        ("centroid", f"{said.centroid_hz:.1f} Hz"),
        ("5 % below", f"{said.low_hz:.1f} Hz"),
        ("95 % below", f"{said.high_hz:.1f} Hz"),
        ("bandwidth", f"{said.bandwidth_hz:.1f} Hz"),
        ("bins", f"{found.bin_hz:.1f} Hz, the mean of {found.n_windows}"),
    )
    return head + "".join(f"{name:<12}{value}\n" for name, value in rows)
