"""Times for reading: elapsed, or by the clock on the wall."""

from dataclasses import dataclass
from datetime import datetime, timedelta


def elapsed(seconds: float, decimals: int = 3) -> str:
    """Return a time as ``m:ss.mmm``, from one hour on as ``h:mm:ss.mmm``."""
    units = round(abs(seconds) * 10**decimals)
    whole, fraction = divmod(units, 10**decimals)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    text = f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"
    sign = "\N{MINUS SIGN}" if seconds < 0 and units else ""
    return f"{sign}{text}.{fraction:0{decimals}d}" if decimals else sign + text


@dataclass(frozen=True, slots=True)
class TimeFormat:
    """How times are written.

    Attributes
    ----------
    origin : datetime or None
        The moment of the first sample, to write times of day; None writes elapsed time.
    """

    origin: datetime | None = None

    def text(self, seconds: float, decimals: int = 3, with_day: bool = True) -> str:
        """Return a time of the source for reading, with the day if it is not the first one."""
        if self.origin is None:
            return elapsed(seconds, decimals)
        moment = self.origin + timedelta(seconds=round(seconds, decimals))
        text = moment.strftime("%H:%M:%S")
        if decimals:
            text += f".{moment.microsecond:06d}"[: 1 + decimals]
        other = with_day and moment.date() != self.origin.date()
        return f"{moment.day} {moment:%b} {text}" if other else text
