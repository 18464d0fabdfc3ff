"""``leanviz bench`` times the real stages, and its ratio is against YAMNet alone."""

import json

import pytest

from leanviz.cli.bench import WHOLE, YAMNET_ALONE, bench
from leanviz.core.resources import resource_path


def test_bench_times_every_stage_of_clips_of_several_lengths() -> None:
    """A stage left out would hide what it costs; the whole cannot cost less than its parts."""
    described = json.loads(bench(None, None, 1, as_json=True, lengths_s=(1, 2)))
    clips = described["clips"]
    assert [clip["file"] for clip in clips] == ["1 s.flac", "1 s.ogg", "2 s.flac", "2 s.ogg"]
    for clip in clips:
        assert clip["duration_s"] == pytest.approx(int(clip["file"].split()[0]))
        spent = clip["cpu_s"]
        assert all(value > 0 for value in spent.values())
        assert spent[WHOLE] > spent["decode"]
        assert clip["ratio"] == pytest.approx(spent[WHOLE] / spent[YAMNET_ALONE])


def test_bench_of_one_file() -> None:
    said = bench(resource_path("demo", "demo.flac"), None, 1, as_json=False)
    assert "demo.flac" in said
    assert WHOLE in said
