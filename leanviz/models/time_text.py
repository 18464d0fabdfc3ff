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

    @property
    def after_midnight_s(self) -> float:
        """Seconds from midnight to the first sample; 0 where times are elapsed.

        Times of day are round in seconds since midnight, not since the first sample.
        """
        if self.origin is None:
            return 0.0
        return (self.origin - _midnight(self.origin)).total_seconds()

    def day(self, seconds: float) -> str:
        """Return the date at a time of the source; "" where times are elapsed."""
        return "" if self.origin is None else _date(self.origin + timedelta(seconds=seconds))

    def tick(self, seconds: float, decimals: int) -> str:
        """Return what stands at a tick: a time, or at midnight the day that begins.

        Parameters
        ----------
        seconds : float
            A round time, counted from midnight where times are those of day.
        """
        if self.origin is None:
            return elapsed(seconds, decimals)
        moment = _midnight(self.origin) + timedelta(seconds=round(seconds, decimals))
        if moment == _midnight(moment):
            return _date(moment)
        return _clock(moment, decimals)

    def text(self, seconds: float, decimals: int = 3, with_day: bool = True) -> str:
        """Return a time of the source for reading, with the day if it is not the first one."""
        if self.origin is None:
            return elapsed(seconds, decimals)
        moment = self.origin + timedelta(seconds=round(seconds, decimals))
        text = _clock(moment, decimals)
        other = with_day and moment.date() != self.origin.date()
        return f"{_date(moment)} {text}" if other else text


def _date(moment: datetime) -> str:
    return f"{moment.day} {moment:%b}"


def _clock(moment: datetime, decimals: int) -> str:
    text = moment.strftime("%H:%M:%S")
    return text + f".{moment.microsecond:06d}"[: 1 + decimals] if decimals else text


def _midnight(moment: datetime) -> datetime:
    """Return the midnight before a moment, by the same clock: as far from UTC."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
