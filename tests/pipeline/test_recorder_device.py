"""A clip from a real PortAudio stream has what was played into the microphone, bit for bit."""

from contextlib import closing
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile

from leanviz.audio.capture import DeviceSource
from leanviz.core.decisions import DecisionRules
from leanviz.core.watching import WatchChoices
from leanviz.pipeline.recorder import Recorder
from leanviz.pipeline.sinks import StreamInfo
from tests.core.material import TAXONOMY
from tests.support.programs import wait_until
from tests.support.starvation import assert_heard
from tests.support.virtual_mic import VirtualMic

pytestmark = pytest.mark.audio


def test_what_a_microphone_hears_is_what_the_clip_has(
    virtual_mic: VirtualMic, tmp_path: Path
) -> None:
    integers = np.random.default_rng(0).integers(-(2**14), 2**14, 48_000)
    played = (integers / 2**15).astype(np.float32)
    source = DeviceSource()
    source.start()
    recorder = Recorder(WatchChoices(), tmp_path)
    with closing(recorder):
        try:
            rules = DecisionRules((0.5,) * len(TAXONOMY))
            now = datetime.now().astimezone()
            info = StreamInfo(now, source.sample_rate, "mic", "ALSA", "LEAN", TAXONOMY, rules)
            recorder.begin(info, source.ring)

            def kept() -> np.ndarray:
                saved, start = recorder.state().saved, source.ring.written
                virtual_mic.play(played, source.sample_rate)
                after = source.ring.written + source.sample_rate // 2
                wait_until(lambda: source.ring.written >= after, "all of it heard")
                recorder.save_last((source.ring.written - start) / source.sample_rate)
                wait_until(lambda: recorder.state().saved > saved, "the clip")
                latest = recorder.state().latest
                assert latest is not None
                samples = soundfile.read(latest, dtype="float32", always_2d=True)[0][:, 0]
                loud = np.flatnonzero(samples)
                first = loud[0] if loud.size else 0
                return samples[first : first + len(played)]

            assert_heard(kept, played)
        finally:
            source.stop()
