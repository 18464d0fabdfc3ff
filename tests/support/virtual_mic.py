"""A microphone for a machine without a sound card: a private PipeWire with one null sink.

What is played into the sink is heard, bit for bit, on its monitor, which PortAudio finds as the
default device. Nothing of the user's own sound server is touched: the servers here have their own
runtime and configuration folders.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
import soundfile

from tests.support.programs import ENDS_WITH_US, wait_until

# A server that is not held answers within milliseconds, on a busy machine within seconds.
PATIENCE_S = 20
PROGRAMS = ("dbus-daemon", "pipewire", "wireplumber", "pipewire-pulse", "pactl", "paplay")

# WirePlumber ends at once where its Bluetooth part finds no login daemon (containers), and real
# sound cards are none of a test's business. The first is read by 0.4, the second by 0.5.
SESSION_MANAGER_CONFIG = {
    "bluetooth.lua.d/80-off.lua": "bluez_monitor.enabled = false\n",
    "main.lua.d/80-off.lua": "alsa_monitor.enabled = false\n",
    "wireplumber.conf.d/80-off.conf": (
        "wireplumber.profiles = { main = { monitor.bluez = disabled, monitor.bluez-midi = disabled,"
        " monitor.alsa = disabled, monitor.alsa-midi = disabled } }\n"
    ),
}


class VirtualMic:
    """The servers, the sink and what is being played into it.

    Parameters
    ----------
    sample_rate, channels
        Format of the sink and so of the microphone.

    Attributes
    ----------
    name : str
        The microphone's name as `pactl` lists it.
    environment : dict of str
        What a process needs in its environment to find this microphone and no other.
    """

    name = "virtual-mic.monitor"

    def __init__(self, sample_rate: int = 48_000, channels: int = 1) -> None:
        self.sample_rate = sample_rate
        self.channels = channels
        # the path of a Unix socket holds 107 characters: pytest's own folders may be longer
        self.folder = Path(tempfile.mkdtemp(prefix="vmic-", dir="/tmp"))
        self.environment = {
            "XDG_RUNTIME_DIR": str(self.folder),
            "PULSE_SERVER": f"unix:{self.folder}/pulse/native",
        }
        self._servers: dict[str, subprocess.Popen[bytes]] = {}
        self._players: list[subprocess.Popen[bytes]] = []
        self._module = ""
        for path, text in SESSION_MANAGER_CONFIG.items():
            file = self.folder / "config/wireplumber" / path
            file.parent.mkdir(parents=True)
            file.write_text(text)

    # -- life ---------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the servers and plug the microphone in."""
        bus = self.folder / "bus"
        self._serve(
            "dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address=unix:path={bus}"
        )
        wait_until(bus.exists, "D-Bus")
        self._serve("pipewire")
        wait_until((self.folder / "pipewire-0").exists, "PipeWire")
        self._serve("wireplumber")
        self._serve("pipewire-pulse")
        wait_until(lambda: self._pactl("info") is not None, "PipeWire's PulseAudio server")
        self.plug()

    def close(self) -> None:
        """End what was started and remove its folder."""
        self.kill_server()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def healthy(self) -> bool:
        """Whether a test can record: the servers live and the microphone is plugged in."""
        running = bool(self._servers) and all(p.poll() is None for p in self._servers.values())
        return running and self._is_plugged()

    # -- sound --------------------------------------------------------------------------------

    def start_playing(
        self,
        source: Path | str | np.ndarray,
        sample_rate: int | None = None,
        sink: str = "virtual-mic",
    ) -> subprocess.Popen[bytes]:
        """Begin to play a file, or samples of shape (n,) or (n, channels), and return the player.

        Samples go out unchanged when `sample_rate` (default: the microphone's) is the microphone's.
        """
        if isinstance(source, np.ndarray):
            path = self.folder / f"play-{len(self._players)}.wav"
            soundfile.write(path, source, sample_rate or self.sample_rate, subtype="FLOAT")
        else:
            path = Path(source)
        player = self._run("paplay", f"--device={sink}", str(path))
        self._players.append(player)
        return player

    def play(self, source: Path | str | np.ndarray, sample_rate: int | None = None) -> None:
        """Play to the end; parameters as for `start_playing`."""
        player = self.start_playing(source, sample_rate)
        if player.wait() != 0:
            message = f"paplay could not play {source}; see {self.folder}/paplay.log"
            raise RuntimeError(message)

    def stop_playing(self) -> None:
        """End every player that is still at it."""
        for player in self._players:
            player.kill()
            player.wait()
        self._players.clear()

    # -- outputs besides the microphone -------------------------------------------------------

    @contextlib.contextmanager
    def output(self, sink: str, channels: int = 2) -> Generator[Callable[[], None]]:
        """Have a sound output, whose monitor is a source; yield what takes it away at once."""
        module = self._load_sink(sink, channels)
        wait_until(lambda: f"{sink}.monitor" in (self._pactl("list", "sources") or ""), sink)
        try:
            yield lambda: self._unload(module)
        finally:
            self._unload(module)

    def _unload(self, module: str) -> None:
        self.stop_playing()
        self._pactl("unload-module", module)

    def _load_sink(self, sink: str, channels: int) -> str:
        module = self._pactl(
            "load-module",
            "module-null-sink",
            f"sink_name={sink}",
            "media.class=Audio/Sink",
            f"rate={self.sample_rate}",
            f"channels={channels}",
        )
        if module is None:
            message = f"the sound server gave no sink {sink}; see {self.folder}/*.log"
            raise RuntimeError(message)
        return module

    # -- faults -------------------------------------------------------------------------------

    def unplug(self) -> None:
        """Take the microphone away while the server goes on: a pulled USB cable."""
        # a player left running would be moved to another sink, and keep that one awake
        self.stop_playing()
        self._pactl("unload-module", self._module)
        wait_until(lambda: not self._is_plugged(), "unplugging")

    def plug(self) -> None:
        """Bring the microphone, and make it the default."""
        self._module = self._load_sink("virtual-mic", self.channels)
        wait_until(self._is_plugged, "plugging in")
        wait_until(self._is_made_default, "becoming the default")

    def kill_server(self) -> None:
        """End the sound server as a crash would: every stream loses its other end."""
        self.stop_playing()
        for process in reversed(self._servers.values()):
            process.send_signal(signal.SIGKILL)
            process.wait()
        self._servers.clear()
        for left in ("bus", "pipewire-0", "pipewire-0.lock", "pulse/native"):
            (self.folder / left).unlink(missing_ok=True)

    @contextlib.contextmanager
    def frozen(self) -> Generator[None]:
        """Hold the sound server: streams stay open and get nothing."""
        process = self._servers["pipewire"]
        process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            process.send_signal(signal.SIGCONT)

    # -- processes ----------------------------------------------------------------------------

    def _run(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            **self.environment,
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.folder}/bus",
        }
        with (self.folder / f"{program}.log").open("ab") as log:
            return subprocess.Popen(
                [*ENDS_WITH_US, program, *arguments],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _serve(self, program: str, *arguments: str) -> None:
        self._servers[program] = self._run(program, *arguments)

    def _is_made_default(self) -> bool:
        """Ask for it; the session manager may not be there yet, and takes it in its own time."""
        # a stream opened before would have no source, or another one as soon as there is another
        wishes = (("set-default-sink", "virtual-mic"), ("set-default-source", self.name))
        granted = all(self._pactl(*wish) is not None for wish in wishes)
        return granted and self._pactl("get-default-source") == self.name

    def _is_plugged(self) -> bool:
        return self.name in (self._pactl("list", "short", "sources") or "")

    def _pactl(self, *arguments: str) -> str | None:
        """Return what `pactl` printed, None where it failed or the server does not answer."""
        try:
            done = subprocess.run(
                ["pactl", *arguments],
                env={**os.environ, **self.environment},
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                check=True,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            return None
        return done.stdout.strip()
