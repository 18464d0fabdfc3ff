"""The attention archive: read back as it was, without pickle; anything else is a sentence."""

from pathlib import Path

import numpy as np
import pytest

from leanviz.core.errors import ExportError, UserError
from leanviz.sessions.attention_file import (
    AttentionRecord,
    Pieces,
    attention_table,
    read_attention,
    write_attention,
)


def made() -> AttentionRecord:
    generator = np.random.default_rng(0)

    def pieces(n: int, muted: bool = False) -> Pieces:
        start = np.arange(n) * 0.48
        values = generator.normal(size=(3, n)).astype(np.float32)
        times_s = np.stack((start, start + 0.975), -1).astype(np.float64)
        return Pieces(times_s, values[:2], values[2], values[0] if muted else None)

    return AttentionRecord(
        generator.random((2, 3, 24)).astype(np.float32),
        generator.random((3, 4)).astype(np.float32),
        ("Bark", "B\u00e4r", "=1", "Dog"),
        np.array([0, 1, 1], np.float32),
        {"key": pieces(24), "patch": pieces(3), "moment": pieces(4, muted=True)},
        {"file": "h\u00fcnd.wav", "logit": 1.5, "rank_correlation": None},
    )


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    record, path = made(), tmp_path / "a.npz"
    write_attention(record, path)
    again = read_attention(path)
    assert np.array_equal(again.attention, record.attention)
    assert np.array_equal(again.scores, record.scores)
    assert (again.labels, again.facts) == (record.labels, record.facts)
    for name, pieces in record.pieces.items():
        assert np.array_equal(again.pieces[name].times_s, pieces.times_s)
        assert np.array_equal(again.pieces[name].occlusion, pieces.occlusion)
        assert np.array_equal(again.pieces[name].attention, pieces.attention)
    assert again.pieces["key"].muted is None
    assert again.pieces["moment"].muted is not None
    with np.load(path, allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays)


def test_the_table_has_a_row_for_each_piece() -> None:
    rows = attention_table(made()).splitlines()
    assert len(rows) == 1 + 24 + 3 + 4
    assert rows[1].endswith(","), "a wave feature cannot be muted"
    assert not rows[-1].endswith(",")


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read: No such file"):
        read_attention(tmp_path / "none.npz")
    text, other, objects = (tmp_path / name for name in ("text.npz", "other.npz", "objects.npz"))
    text.write_text("no archive")
    np.savez(other, scores=np.zeros(3))
    np.savez(objects, facts=np.array([object()]))
    write_attention(made(), tmp_path / "cut.npz")
    whole = (tmp_path / "cut.npz").read_bytes()
    (tmp_path / "cut.npz").write_bytes(whole[: len(whole) // 2])
    for path in (text, other, objects, tmp_path / "cut.npz"):
        with pytest.raises(UserError, match="holds no attention"):
            read_attention(path)


def test_a_place_that_does_not_exist_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="there is no folder"):
        write_attention(made(), tmp_path / "no" / "a.npz")
