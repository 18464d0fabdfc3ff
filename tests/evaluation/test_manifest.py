"""Reading labelled clips: what is wrong with a row is named, and the rest is kept."""

from pathlib import Path

import numpy as np
import pytest

from leanviz.core.errors import UserError
from leanviz.core.taxonomy import Label, Taxonomy
from leanviz.evaluation.manifest import own_class, read_manifest, spoken_about, targets

TAXONOMY = Taxonomy(
    (
        Label("Animal", "/m/1", "Animal"),
        Label("Dog", "/m/2", "Dog", ("Animal",)),
        Label("Sea_waves", "/m/3", "Waves, surf"),
    )
)
HEADER = "filename,split,source,native_label,fsd50k_labels,source_group,nc\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.wav", "b.wav", "c.wav"):
        (tmp_path / name).touch()
    return tmp_path


def write(folder: Path, *lines: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    path = folder / "list.csv"
    path.write_text(header + "".join(f"{line}\n" for line in lines), encoding=encoding)
    return path


def test_rows(folder: Path) -> None:
    path = write(folder, "a.wav,val,esc50,dog,Animal;Dog,fs1,1", "b.wav,train,us8k,sea,Sea_waves,,")
    dog, sea = read_manifest(path, TAXONOMY).rows
    assert (dog.path, dog.split, dog.source) == (folder / "a.wav", "val", "esc50")
    assert (dog.native_label, dog.labels, dog.group) == ("dog", (0, 1), "fs1")
    assert (dog.non_commercial, sea.non_commercial, sea.group) == (True, False, "")
    assert [row.labels for row in read_manifest(path, TAXONOMY, "train").rows] == [(2,)]


def test_columns_nobody_needs_may_be_absent(folder: Path) -> None:
    header = "\ufefffilename,split,source,native_label,fsd50k_labels\n"  # as spreadsheets save it
    path = write(folder, "a.wav,val,esc50,dog,Dog", header=header)
    [row] = read_manifest(path, TAXONOMY).rows
    assert (row.group, row.non_commercial) == ("", False)


def test_every_problem_is_named_and_the_rest_is_kept(folder: Path) -> None:
    path = write(
        folder,
        "a.wav,val,esc50,dog,Dog;Unicorn,,",
        "gone.wav,val,esc50,dog,Dog,,",
        "b.wav,val,esc50",
        "b.wav,val,esc50,dog,Dog,,,,too,many",
        ",val,esc50,dog,Dog,,",
        f"{'x' * 999}.wav,val,esc50,dog,Dog,,",
        "b.wav,val,esc50,unicorn,Unicorn,,",
        "c.wav,val,esc50,none,,,",
        "c.wav,val,esc50,sea,Sea waves,,",
    )
    manifest = read_manifest(path, TAXONOMY)
    assert [row.labels for row in manifest.rows] == [(1,), (2,)]
    assert [problem.line for problem in manifest.problems] == [2, 3, 4, 5, 6, 7, 8]
    assert '"Unicorn"' in manifest.problems[0].what
    assert "gone.wav" in manifest.problems[1].what
    assert "fields" in manifest.problems[2].what
    assert manifest.unlabelled == 1


def test_a_field_without_end_costs_no_more_than_itself(folder: Path) -> None:
    endless = '"' + "x" * 200_000
    path = write(folder, "a.wav,val,esc50,dog,Dog,,", endless, "b.wav,val,esc50,dog,Dog,,")
    manifest = read_manifest(path, TAXONOMY)
    assert [problem.line for problem in manifest.problems] == [3]
    assert len(manifest.rows) == 2


def test_a_name_that_is_not_utf_8(folder: Path) -> None:
    path = write(
        folder, "a.wav,val,esc50,dog,Dog,,", "\xe9.wav,val,esc50,dog,Dog,,", encoding="latin-1"
    )
    manifest = read_manifest(path, TAXONOMY)
    assert len(manifest.rows) == 1
    manifest.problems[0].what.encode()  # can be printed


def test_problems_of_other_splits_are_not_looked_for(folder: Path) -> None:
    path = write(folder, "a.wav,val,esc50,dog,Dog,,", "gone.wav,train,esc50,dog,Dog,,")
    assert read_manifest(path, TAXONOMY, "val").problems == ()


@pytest.mark.parametrize("column", ["filename", "split", "source", "native_label", "fsd50k_labels"])
def test_a_missing_column(folder: Path, column: str) -> None:
    path = write(folder, "a.wav,val,esc50,dog,Dog,,", header=HEADER.replace(column, "other"))
    with pytest.raises(UserError, match=f'no column "{column}"'):
        read_manifest(path, TAXONOMY)


def test_nothing_usable(folder: Path) -> None:
    path = write(folder, "gone.wav,val,esc50,dog,Dog,,")
    with pytest.raises(UserError, match=r'no usable row in the split "val"\. Line 2: .*gone.wav'):
        read_manifest(path, TAXONOMY, "val")
    with pytest.raises(UserError, match="cannot be read"):
        read_manifest(folder / "none.csv", TAXONOMY)
    with pytest.raises(UserError, match="no column"):
        read_manifest(write(folder, header=""), TAXONOMY)


def test_matrices(folder: Path) -> None:
    path = write(
        folder,
        "a.wav,val,esc50,dog,Animal;Dog,,",
        "b.wav,val,esc50,hen,Animal,,",
        "c.wav,val,us8k,sea,Sea_waves,,",
    )
    rows = read_manifest(path, TAXONOMY).rows
    assert targets(rows, 3).tolist() == [[1, 1, 0], [1, 0, 0], [0, 0, 1]]
    known = spoken_about(rows, 3)
    assert np.array_equal(known["esc50"], [True, True, False])
    assert np.array_equal(known["us8k"], [False, False, True])
    assert own_class(rows)["esc50", "dog"] == 1


def test_the_real_manifest(shared_data: Path) -> None:
    from leanviz.inference.model import LeanModel

    manifest = read_manifest(shared_data / "manifest.csv", LeanModel.open().taxonomy, "val")
    assert (len(manifest.rows), manifest.unlabelled, manifest.problems) == (713, 24, ())
