"""Rows beyond the memory: the same as in it, in a file that nothing is left of."""

from pathlib import Path

import numpy as np
import pytest

from leanviz.core.errors import UserError
from leanviz.pipeline import spool
from leanviz.pipeline.spool import Spool, cache_folder


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.mark.parametrize("in_memory", [0, 100, 10**9])
def test_rows_come_back_in_order_from_memory_and_disk(in_memory: int) -> None:
    rows = np.random.default_rng(0).random((50, 2, 3)).astype(np.float32)
    kept = Spool((2, 3), in_memory=in_memory)
    kept.append(rows[:1])
    np.testing.assert_array_equal(kept.array(), rows[:1])
    for row in rows[1:20]:
        kept.append(row)
    kept.append(rows[20:])
    early = kept.array()
    assert len(kept) == 50
    np.testing.assert_array_equal(early, rows)
    del kept
    np.testing.assert_array_equal(early, rows)


def test_few_rows_touch_no_disk_and_many_leave_nothing_on_it() -> None:
    few, many = Spool((), np.int64), Spool((), np.int64, in_memory=0)
    few.append([1, 2])
    assert not cache_folder().exists()
    many.append([1, 2])
    assert many.array().tolist() == few.array().tolist() == [1, 2]
    assert list(cache_folder().iterdir()) == []


def test_no_rows_are_an_empty_array() -> None:
    assert Spool((4,), np.int64).array().shape == (0, 4)


def test_a_cache_that_cannot_be_written_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(spool, "cache_folder", lambda: tmp_path / "file" / "below")
    with pytest.raises(UserError, match=r"is kept in .*below: not a directory"):
        Spool((), in_memory=0).append([1.0])
