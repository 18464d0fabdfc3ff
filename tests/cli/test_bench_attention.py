"""What `leanviz bench --attention` measures, on a recording of less than an hour."""

import json

import pytest

from leanviz.cli import bench_attention


@pytest.mark.usefixtures("qapp")
def test_every_wait_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_attention, "HOUR_S", 30.0)
    monkeypatch.setattr(bench_attention, "SPANS_S", (5.0, 30.0))
    told = json.loads(bench_attention.bench_attention(2, as_json=True))
    assert set(told["wait_ms"]) == {
        "scroll, 5 s in view", "hover to markers, 5 s in view", "another head, 5 s in view",
        "scroll, 30 s in view", "hover to markers, 30 s in view", "another head, 30 s in view",
        "live: the news of a hop",
    }  # fmt: skip
    for median, most, longest in told["wait_ms"].values():
        assert 0.0 < median <= most <= longest
