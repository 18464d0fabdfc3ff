"""``leanviz bench`` times the real stages, and its ratio is against YAMNet alone."""

import json

from leanviz.cli.bench import WHOLE, YAMNET_ALONE, bench


def test_bench_times_every_stage() -> None:
    """A stage left out would hide what it costs; the whole cannot cost less than its parts."""
    described = json.loads(bench(None, None, 1, as_json=True))
    spent = described["cpu_s"]
    assert described["duration_s"] > 20
    assert all(value > 0 for value in spent.values())
    assert spent[WHOLE] > spent["decode"]
    assert f"{1:.2f}" in bench(None, None, 1, as_json=False)
    assert YAMNET_ALONE in spent
