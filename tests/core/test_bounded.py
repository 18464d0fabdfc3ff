"""Files larger than anybody needs, archives that unpack without end, arrays that are programs."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from leanviz.core import bounded
from leanviz.core.bounded import read_arrays, read_bounded


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"1234")
    assert read_bounded(path, 4) == b"1234"
    with pytest.raises(OSError, match="larger than"):
        read_bounded(path, 3)
    with pytest.raises(OSError, match="larger than 1 MB"):
        read_bounded(Path("/dev/zero"), 1_000_000)


def test_arrays_are_read_whole(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "file.npz", a=np.arange(3), b=np.array("text"))
    found = read_arrays(tmp_path / "file.npz")
    assert found["a"].tolist() == [0, 1, 2]
    assert str(found["b"]) == "text"


def test_an_array_of_python_objects_is_refused(tmp_path: Path) -> None:
    """NumPy would unpickle it, and a pickle may run anything."""
    np.savez(tmp_path / "file.npz", a=np.array([{}], object))
    with pytest.raises(ValueError, match="no archive of arrays"):
        read_arrays(tmp_path / "file.npz")


def test_what_unpacks_to_far_more_than_it_is_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "MOST_UNPACKED_BYTES", 1_000_000)
    np.savez(tmp_path / "stored.npz", a=np.zeros(1_000_000))
    np.savez_compressed(tmp_path / "bomb.npz", a=np.zeros(1_000_000))
    assert len(read_arrays(tmp_path / "stored.npz")["a"]) == 1_000_000
    with pytest.raises(ValueError, match="unpacks to 8 MB"):
        read_arrays(tmp_path / "bomb.npz")


def _header(shape: str) -> bytes:
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"\x93NUMPY", _header("(4,)"), _header("(10**15,)")]
)
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bare.npz").write_bytes(content)
    with zipfile.ZipFile(tmp_path / "within.npz", "w") as archive:
        archive.writestr("a.npy", content)
    with pytest.raises(ValueError, match="no archive of arrays"):
        read_arrays(tmp_path / "bare.npz")
    with pytest.raises(ValueError, match="no archive of arrays"):
        read_arrays(tmp_path / "within.npz")


def test_an_array_that_claims_more_than_there_is_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "file.npz", "w") as archive:
        archive.writestr("a.npy", _header("(1000000000000000,)"))
    with pytest.raises(ValueError, match="no archive of arrays"):
        read_arrays(tmp_path / "file.npz")
