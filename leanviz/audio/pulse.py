"""What a PulseAudio or PipeWire server can record from: microphones, and the sound of outputs.

PortAudio has no part for such servers; it reaches them through one ALSA device, `pulse`, which
shows only what the server prefers. Each source of the server can be heard through that device all
the same: its client library takes the source from the environment
(https://www.freedesktop.org/wiki/Software/PulseAudio/FAQ/, PULSE_SOURCE).
"""

import json
import os
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

HOST_API = "PulseAudio"
ALSA_DEVICE = "pulse"
SYSTEM_AUDIO = "System audio: "

_LIMIT_S = 2.0
_opening = threading.Lock()


@dataclass(frozen=True)
class PulseSource:
    """A source of the server.

    Attributes
    ----------
    source : str
        The server's own name for it.
    name : str
        What people call it; no two sources have the same.
    channels : int
    sample_rate : int
        In hertz.
    """

    source: str
    name: str
    channels: int
    sample_rate: int


def sources() -> list[PulseSource]:
    """Return the server's sources, microphones first; [] without a server, or without `pactl`."""
    try:
        answer = subprocess.run(
            ["pactl", "--format=json", "list", "sources"],
            # in other languages it writes decimal commas, which are no JSON
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            timeout=_LIMIT_S,
            check=True,
        ).stdout
        return parsed(json.loads(answer))
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        # an old `pactl` knows no JSON; PortAudio's own list is there in any case
        return []


def parsed(answer: list[dict[str, Any]]) -> list[PulseSource]:
    """Return the sources in what `pactl` says of them.

    Raises
    ------
    KeyError, TypeError, ValueError
        If it is not what `pactl` 16 writes.
    """
    named = [(entry, _title(entry)) for entry in answer]
    titles = [title for _, title in named]
    found = [
        PulseSource(
            source=entry["name"],
            name=title if titles.count(title) == 1 else f"{title} ({entry['name']})",
            channels=_channels(entry),
            sample_rate=_rate(entry),
        )
        for entry, title in named
    ]
    return sorted(found, key=lambda source: source.name.startswith(SYSTEM_AUDIO))


def _title(entry: dict[str, Any]) -> str:
    # a monitor is what an output plays: what people call system audio
    described = str(entry["description"])
    if entry.get("monitor_source"):
        return SYSTEM_AUDIO + described.removeprefix("Monitor of ")
    return described


def _channels(entry: dict[str, Any]) -> int:
    return len(str(entry["channel_map"]).split(","))


def _rate(entry: dict[str, Any]) -> int:
    """Return the rate at the end of such as ``s16le 2ch 44100Hz``."""
    return int(str(entry["sample_specification"]).split()[-1].removesuffix("Hz"))


@contextmanager
def opening(source: str) -> Generator[None]:
    """Have a stream that is opened meanwhile record from `source`, and from nothing else, ever.

    When the source goes away, the stream ends. Servers move streams to another source otherwise:
    a microphone that nobody chose, without a word.
    """
    wanted = {"PULSE_SOURCE": source, "PULSE_PROP": "node.dont-reconnect=true"}
    with _opening:
        before = {name: os.environ.get(name) for name in wanted}
        os.environ.update(wanted)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
