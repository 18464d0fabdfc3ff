"""The ring against a list, and under threads that try to tear it."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanviz.core.clock import Gap
from leanviz.core.ring import Ring

CAPACITY = 16
Step = tuple[str, int]
STEPS = st.lists(
    st.tuples(st.sampled_from(("write", "write", "skip")), st.integers(-1, 3 * CAPACITY)),
    max_size=10,
)


class Recorder:
    """A ring beside a list of everything it was ever given; None is what was lost."""

    def __init__(self) -> None:
        self.ring = Ring(CAPACITY)
        self.heard: list[float | None] = []

    def take(self, step: Step) -> None:
        kind, count = step
        if kind == "skip":
            self.ring.skip(count)
            self.heard += [None] * count
            return
        block = np.arange(len(self.heard), len(self.heard) + max(0, count), dtype=np.float32)
        self.ring.write(block)
        self.heard += block.tolist()

    def is_gone(self, index: int) -> bool:
        return self.heard[index] is None or index < len(self.heard) - CAPACITY


@given(STEPS, st.data())
def test_a_read_equals_the_list_or_is_a_gap(steps: list[Step], data: st.DataObject) -> None:
    recorder = Recorder()
    for step in steps:
        recorder.take(step)
        count = len(recorder.heard)
        start = data.draw(st.integers(0, count))
        stop = data.draw(st.integers(start, count))
        found = recorder.ring.read(start, stop - start)
        gone = [index for index in range(start, stop) if recorder.is_gone(index)]
        if isinstance(found, Gap):
            assert start <= found.start <= found.stop <= stop
            assert set(range(found.start, found.stop)) <= set(gone)
        else:
            assert found.tolist() == recorder.heard[start:stop]
        assert isinstance(found, Gap) or not gone


def test_a_part_of_each_item_is_read_across_the_end_of_the_ring() -> None:
    ring = Ring(CAPACITY, (5,))
    items = np.arange(5.0 * (CAPACITY + 3), dtype=np.float32).reshape(-1, 5)
    ring.write(items)
    np.testing.assert_array_equal(ring.read(CAPACITY - 2, 5, 3), items[-5:, :3])


@given(STEPS, st.data())
def test_a_reader_that_advances_accounts_for_every_item_once(
    steps: list[Step], data: st.DataObject
) -> None:
    recorder = Recorder()
    position = 0
    for step in [*steps, ("write", 0)]:
        recorder.take(step)
        limit = data.draw(st.integers(1, 2 * CAPACITY))
        for _ in range(data.draw(st.integers(0, 3))):
            position = _advance(recorder, position, limit)
    while (after := _advance(recorder, position, CAPACITY)) != position:
        position = after
    assert position == len(recorder.heard) == recorder.ring.written


def _advance(recorder: Recorder, position: int, limit: int) -> int:
    found = recorder.ring.advance(position, limit)
    if isinstance(found, Gap):
        assert found.start == position < found.stop
        assert all(map(recorder.is_gone, range(found.start, found.stop)))
        return found.stop
    assert len(found) <= limit
    assert found.tolist() == recorder.heard[position : position + len(found)]
    return position + len(found)


def test_items_have_a_shape_and_a_type() -> None:
    ring = Ring(3, (2,), np.uint8)
    ring.write(np.array([[1, 2], [3, 4]]))
    found = ring.read(0, 2)
    assert not isinstance(found, Gap)
    assert found.dtype == np.uint8
    assert found.tolist() == [[1, 2], [3, 4]]
    nothing = ring.advance(2, 5)
    assert not isinstance(nothing, Gap)
    assert nothing.shape == (0, 2)


def test_what_is_read_is_a_copy() -> None:
    ring = Ring(4)
    ring.write(np.ones(4, np.float32))
    before = ring.read(0, 4)
    ring.write(np.zeros(4, np.float32))
    assert not isinstance(before, Gap)
    assert before.tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize(("start", "count"), [(-1, 2), (0, -1), (0, 4), (4, 1)])
def test_what_was_never_written_cannot_be_read(start: int, count: int) -> None:
    ring = Ring(8)
    ring.write(np.zeros(3, np.float32))
    with pytest.raises(ValueError, match="of 3 written"):
        ring.read(start, count)


def test_a_ring_holds_something() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Ring(0)


def test_gaps_are_forgotten_with_the_history_they_lie_in() -> None:
    ring = Ring(CAPACITY)
    for _ in range(1000):
        ring.skip(1)
        ring.write(np.zeros(3, np.float32))
    assert len(ring.gaps) <= CAPACITY // 4 + 1
    assert ring.gaps[-1] == Gap(3996, 3997)
    assert ring.capacity == CAPACITY


def test_a_gap_longer_than_the_history_is_one_gap() -> None:
    """A microphone that was away for a minute was away once."""
    ring = Ring(CAPACITY)
    ring.write(np.zeros(10, np.float32))
    ring.skip(5 * CAPACITY)
    ring.write(np.ones(3, np.float32))
    assert ring.advance(8, 100) == Gap(8, 10 + 5 * CAPACITY)


class Meanwhile(Ring):
    """A ring whose writer does something in the middle of a reader's call."""

    def __init__(self, then: Callable[[Ring], None]) -> None:
        super().__init__(CAPACITY)
        self.then = then
        self.looks = 0
        """At which of the reader's looks from now on; 0 for never."""

    @property
    def oldest(self) -> int:
        if self.looks:
            self.looks -= 1
            if not self.looks:
                self.then(self)
        return super().oldest


def test_a_gap_that_appears_meanwhile_is_not_jumped_to() -> None:
    """Its reader would lose what lies before the gap without noticing."""

    def lose_some(ring: Ring) -> None:
        ring.skip(2)
        ring.write(np.full(2, 7, np.float32))

    ring = Meanwhile(lose_some)
    ring.write(np.arange(10, dtype=np.float32))
    ring.looks = 1
    found = ring.advance(0, 100)
    assert not isinstance(found, Gap)
    assert found.tolist() == list(range(10))
    assert ring.advance(10, 100) == Gap(10, 12)


def test_a_writer_that_comes_round_meanwhile_is_noticed() -> None:
    ring = Meanwhile(lambda ring: ring.write(np.zeros(3 * CAPACITY, np.float32)))
    ring.write(np.arange(10, dtype=np.float32))
    ring.looks = 1
    assert ring.advance(0, 100) == Gap(0, 10)
    assert ring.advance(10, 100) == Gap(10, 10 + 2 * CAPACITY)


def test_a_writer_that_comes_round_while_a_reader_copies_is_noticed() -> None:
    ring = Meanwhile(lambda ring: ring.write(np.zeros(3 * CAPACITY, np.float32)))
    ring.write(np.arange(10, dtype=np.float32))
    ring.looks = 2  # before the copy, and after it
    assert ring.read(0, 10) == Gap(0, 10)


class Unchecked(Ring):
    """The negative control: a ring that trusts what it copied."""

    def read(self, start: int, count: int, width: int | None = None) -> npt.NDArray[Any] | Gap:
        if start < self.oldest:
            return Gap(start, min(start + count, self.oldest))
        at = start % self._capacity
        head = min(count, self._capacity - at)
        return np.concatenate((self._data[at : at + head], self._data[: count - head]))


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Let threads take turns a hundred times more often than usual."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)


class Stress:
    """One writer that counts upwards and two readers that check what they get."""

    WIDTH = 64
    LARGEST = 96

    def __init__(self, ring: Ring) -> None:
        self.ring = ring
        self.good = 0
        self.torn = 0
        self._done = threading.Event()

    def run(self, seconds: float, until_torn: bool = False) -> None:
        readers = [threading.Thread(target=self._read) for _ in range(2)]
        for reader in readers:
            reader.start()
        deadline = time.monotonic() + seconds
        sizes = np.random.default_rng(0).integers(1, self.LARGEST, 1000).tolist()
        try:
            while time.monotonic() < deadline and not (until_torn and self.torn):
                for size in sizes[:50]:
                    self._write(size)
        finally:
            self._done.set()
            for reader in readers:
                reader.join()

    def _write(self, size: int) -> None:
        if size % 16 == 0:
            self.ring.skip(size)
            return
        first = self.ring.written
        rows = np.arange(first, first + size)
        self.ring.write(np.repeat(rows[:, None], self.WIDTH, 1))

    def _read(self) -> None:
        position = 0
        while not self._done.is_set():
            # Always at the end where the writer is about to come round.
            position = max(position, self.ring.oldest)
            found = self.ring.advance(position, self.ring.capacity)
            if isinstance(found, Gap):
                position = found.stop
                continue
            expected = np.arange(position, position + len(found))
            right = bool((found == expected[:, None]).all())
            self.good += right and len(found) > 0
            self.torn += not right


@pytest.mark.usefixtures("hasty_threads")
def test_no_reader_sees_a_torn_copy() -> None:
    stress = Stress(Ring(512, (Stress.WIDTH,), np.int64))
    stress.run(2.0)
    assert stress.torn == 0
    assert stress.good > 100


@pytest.mark.usefixtures("hasty_threads")
def test_the_stress_would_catch_a_ring_without_the_second_look() -> None:
    stress = Stress(Unchecked(512, (Stress.WIDTH,), np.int64))
    stress.run(30.0, until_torn=True)
    assert stress.torn > 0


def test_a_large_ring_starts_empty_and_keeps_what_it_is_given() -> None:
    ring = Ring(700_001, (2,), np.float32)  # more than is taken from numpy where pages are huge
    block = np.arange(1_200_000, dtype=np.float32).reshape(-1, 2)
    for _ in range(2):
        ring.write(block)
    both = np.concatenate((block, block))[-700_001:]
    found = ring.read(ring.oldest, 700_001)
    assert not isinstance(found, Gap)
    assert np.array_equal(found, both)
    assert not Ring(700_001, (2,), np.float32)._data.any()
