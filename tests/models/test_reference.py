"""Reference labels in rows: all that overlap are seen, and the visible ones found at once."""

from hypothesis import given
from hypothesis import strategies as st

from leanviz.models.reference import MOST_ROWS, ReferenceModel
from leanviz.sessions.labels import Mark
from tests.core.material import TAXONOMY


def shown(marks: list[Mark]) -> ReferenceModel:
    model = ReferenceModel()
    model.show("mine.txt", marks, TAXONOMY)
    return model


MARKS = st.lists(
    st.tuples(st.floats(0, 100), st.floats(0, 30)).map(lambda x: Mark(x[0], x[0] + x[1], "Dog"))
)


@given(MARKS, st.floats(0, 120), st.floats(0.01, 50))
def test_each_label_is_in_one_row_and_found_where_it_is(
    marks: list[Mark], start_s: float, span_s: float
) -> None:
    model = shown(marks)
    assert 1 <= len(model.rows) <= MOST_ROWS
    assert sorted(map(id, marks)) == sorted(id(m) for row in model.rows for m in row.marks)
    found = [id(m) for row in model.rows for m in row.between(start_s, start_s + span_s)]
    touching = [m for m in marks if m.onset_s < start_s + span_s and m.offset_s >= start_s]
    assert sorted(found) == sorted(map(id, touching))


def test_labels_overlap_in_the_last_row_alone() -> None:
    marks = [Mark(n, 50.0, "Dog") for n in range(6)]
    assert [len(row.marks) for row in shown(marks).rows] == [1, 1, 1, 3]
    one_by_one = [Mark(n, n + 1.0, "Dog") for n in range(6)]
    assert [len(row.marks) for row in shown(one_by_one).rows] == [6]


def test_known_names_get_titles_and_others_stay() -> None:
    model = shown([])
    assert model.title(Mark(0, 1, "bark")) == "Bark, woof"
    assert model.title(Mark(0, 1, "unicorn")) == "unicorn"
    assert model.title(Mark(0, 1, "")) == "no name"
    assert model.is_known(Mark(0, 1, "/m/05tny_"))
    assert not model.is_known(Mark(0, 1, ""))


def test_an_empty_reference_is_one_all_the_same() -> None:
    """Somebody heard nothing: that is to be seen, and compared with."""
    model = shown([])
    told: list[bool] = []
    model.changed.connect(lambda: told.append(True))
    assert len(model.rows) == 1
    model.clear()
    model.clear()
    assert (len(model.rows), len(told)) == (0, 1)
