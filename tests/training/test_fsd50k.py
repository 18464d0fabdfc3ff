"""FSD50K's own tables are read as they are, and whatever is wrong in them is said."""

import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from leanviz.core.errors import UserError
from leanviz.core.taxonomy import Taxonomy
from leanviz.evaluation.manifest import Manifest
from leanviz.evaluation.read import read_clip
from leanviz.inference.model import LeanModel
from leanviz.training.fsd50k import is_fsd50k, read_fsd50k
from tests.support.fsd50k_tree import CLIPS, Tree, make_tree


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Return a tree that no test changes."""
    return make_tree(tmp_path_factory.mktemp("fsd50k"))


@pytest.fixture
def tree(pristine: Tree, tmp_path: Path) -> Tree:
    """Return a tree to spoil."""
    root = tmp_path / "FSD50K"
    shutil.copytree(pristine.root, root)
    return Tree(root, pristine.labels)


@pytest.fixture(scope="session")
def taxonomy() -> Taxonomy:
    return LeanModel.open().taxonomy


def _said(manifest: Manifest) -> list[str]:
    return [problem.what for problem in manifest.problems]


def test_every_clip_with_its_labels_as_they_stand(pristine: Tree, taxonomy: Taxonomy) -> None:
    """Propagating again, or splitting a name at a comma of its own, would change the labels."""
    manifest = read_fsd50k(pristine.root, taxonomy)
    assert (manifest.problems, manifest.unlabelled) == ((), 0)
    assert {row.path.stem for row in manifest.rows} == {clip[0] for clip in CLIPS}
    for row in manifest.rows:
        assert row.path.is_file()
        assert (row.source, row.native_label) == ("fsd50k", "")
        assert [taxonomy[k].name for k in row.labels] == pristine.labels[row.path.stem]


def test_labels_without_their_ancestors_are_not_added_to(tree: Tree, taxonomy: Taxonomy) -> None:
    table = tree.table("eval")
    table.write_text('fname,labels,mids\n37199,"Dog","/m/0bt9lr"\n')
    [row] = read_fsd50k(tree.root, taxonomy, "eval").rows
    assert row.labels == (taxonomy.index("Dog"),)


def test_splits_are_the_official_ones(pristine: Tree, taxonomy: Taxonomy) -> None:
    splits = Counter(row.split for row in read_fsd50k(pristine.root, taxonomy).rows)
    assert splits == Counter(clip[1] for clip in CLIPS)
    for split, count in splits.items():
        rows = read_fsd50k(pristine.root, taxonomy, split).rows
        assert [row.split for row in rows] == [split] * count
        assert all(("eval_audio" in str(row.path)) == (split == "eval") for row in rows)


def test_classes_are_matched_by_mid(pristine: Tree, taxonomy: Taxonomy) -> None:
    """A model may list the classes in another order, or name one otherwise."""
    turned = Taxonomy(tuple(reversed(taxonomy.labels)))
    for row in read_fsd50k(pristine.root, turned).rows:
        assert [turned[k].name for k in row.labels] == pristine.labels[row.path.stem]


def test_licences_come_from_the_metadata(tree: Tree, taxonomy: Taxonomy) -> None:
    """CC BY-NC, CC Sampling+ and unknown licences must not enter a model for commercial use."""
    kept = {row.path.stem for row in read_fsd50k(tree.root, taxonomy).rows if row.non_commercial}
    assert kept == {"64760", "100", "175151"}
    shutil.rmtree(tree.root / "FSD50K.metadata")
    assert all(row.non_commercial for row in read_fsd50k(tree.root, taxonomy).rows)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("64760", "dev.csv: a row has more or fewer fields than columns."),
        ("1,Dog,/m/0bt9lr,train,more", "dev.csv: a row has more or fewer fields than columns."),
        ("1,Dog,/m/0bt9lr,train", "dev.csv: there is no 1.wav in FSD50K.dev_audio."),
        ("../x/64760,Dog,/m/x,val", "dev.csv: there is no ../x/64760.wav in FSD50K.dev_audio."),
        (",Dog,/m/0bt9lr,train", "dev.csv: there is no .wav in FSD50K.dev_audio."),
        ("64760,Dog,/m/0bt9lr,train", "dev.csv: 64760.wav is listed twice."),
        ("16404,Dog,/m/0bt9lr,valid", 'dev.csv: the split "valid" is none of FSD50K.'),
    ],
)
def test_a_broken_row_is_named_and_the_others_kept(
    tree: Tree, taxonomy: Taxonomy, line: str, said: str
) -> None:
    tree.append("dev", line)
    manifest = read_fsd50k(tree.root, taxonomy)
    assert _said(manifest) == [said]
    assert len(manifest.rows) == len(CLIPS)
    n_lines = len(tree.table("dev").read_text().splitlines())
    assert manifest.problems[0].line == n_lines


def test_a_missing_clip_is_named(tree: Tree, taxonomy: Taxonomy) -> None:
    tree.clip("16404").unlink()
    manifest = read_fsd50k(tree.root, taxonomy)
    assert _said(manifest) == ["dev.csv: there is no 16404.wav in FSD50K.dev_audio."]
    assert len(manifest.rows) == len(CLIPS) - 1


def test_an_unknown_label_is_named_and_its_clip_kept_for_the_known(
    tree: Tree, taxonomy: Taxonomy
) -> None:
    tree.table("eval").write_text(
        'fname,labels,mids\n37199,"Dog,Unicorn",x\n175151,Unicorn,x\n253463,,\n'
    )
    manifest = read_fsd50k(tree.root, taxonomy, "eval")
    assert _said(manifest) == ['eval.csv: the label "Unicorn" is not in the vocabulary.'] * 2
    assert [row.path.stem for row in manifest.rows] == ["37199"]
    assert manifest.unlabelled == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("/m/0bt9lr", "/m/0zzzzz", "2 differ, /m/0bt9lr among them"),
        ("Zipper_(clothing),", "Zipper_(clothing);", "not index, label and mid"),
        ("199,", "\n200,Dog,/m/0bt9lr\n199,", "once each"),
    ],
)
def test_another_vocabulary_is_refused(
    tree: Tree, taxonomy: Taxonomy, old: str, new: str, said: str
) -> None:
    """Labels by position of another vocabulary would train the wrong classes without a word."""
    table = tree.table("vocabulary")
    table.write_text(table.read_text().replace(old, new))
    with pytest.raises(UserError, match=said):
        read_fsd50k(tree.root, taxonomy)


def test_tables_of_other_splits_may_be_missing(tree: Tree, taxonomy: Taxonomy) -> None:
    """Who only evaluates need not fetch 25 GB of development clips."""
    tree.table("dev").unlink()
    shutil.rmtree(tree.root / "FSD50K.dev_audio")
    assert len(read_fsd50k(tree.root, taxonomy, "eval").rows) == 4
    with pytest.raises(UserError, match=r"dev\.csv cannot be read: No such file"):
        read_fsd50k(tree.root, taxonomy)


@pytest.mark.parametrize("split", ["train", "test"])
def test_no_clip_at_all_is_said(tree: Tree, taxonomy: Taxonomy, split: str) -> None:
    shutil.rmtree(tree.root / "FSD50K.dev_audio")
    with pytest.raises(UserError, match=f'No clip of the split "{split}"'):
        read_fsd50k(tree.root, taxonomy, split)


@pytest.mark.parametrize("text", ["", "fname,labels,mids\n37199,Dog,x\n"])
def test_a_table_without_its_columns_is_refused(tree: Tree, taxonomy: Taxonomy, text: str) -> None:
    tree.table("dev").write_text(text)
    with pytest.raises(UserError, match="has no column"):
        read_fsd50k(tree.root, taxonomy)


def test_damaged_metadata_is_said(tree: Tree, taxonomy: Taxonomy) -> None:
    info = tree.root / "FSD50K.metadata" / "dev_clips_info_FSD50K.json"
    info.write_text('{"64760": {}}')
    with pytest.raises(UserError, match="licences"):
        read_fsd50k(tree.root, taxonomy)


def test_a_clip_is_read_up_to_a_length(pristine: Tree) -> None:
    """FSD50K's clips last 30 s at most; a longer one must not be judged by what follows."""
    path = pristine.clip("175151")
    whole, cut = read_clip(path), read_clip(path, 30.0)
    assert (len(whole), len(cut)) == (31 * 16_000, 30 * 16_000)
    # up to where the resampler's filter reaches beyond the cut
    assert np.abs(whole[: len(cut) - 100] - cut[:-100]).max() < 1e-6
    assert len(read_clip(pristine.clip("37199"), 30.0)) == 4800


def test_the_layout_is_told_from_a_folder_with_a_manifest(pristine: Tree, tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").touch()
    assert is_fsd50k(pristine.root)
    assert not is_fsd50k(tmp_path)
    assert not is_fsd50k(tmp_path / "nowhere")
