"""The table of votes: last answers, frozen, checked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.engine.votes import vote_matrix

EVENTS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(-1, 1)), max_size=40)


@given(EVENTS)
def test_the_last_answer_counts(events: list[tuple[int, int, int]]) -> None:
    expected: dict[tuple[int, int], int] = {(i, j): answer for i, j, answer in events}
    rows, columns, answers = zip(*events, strict=True) if events else ((), (), ())
    votes = vote_matrix(rows, columns, answers, 5, 4)
    found = dict(
        zip(
            zip(votes.participant.tolist(), votes.statement.tolist(), strict=True),
            votes.answer.tolist(),
            strict=True,
        )
    )
    assert found == expected
    assert votes.row_start[-1] == votes.n_votes
    assert (np.diff(votes.participant) >= 0).all()


def test_arrays_are_copied_and_frozen() -> None:
    row = np.array([0, 1], dtype=np.int32)
    votes = vote_matrix(row, [0, 0], [1, 1], 2, 1)
    row[0] = 1
    assert votes.participant.tolist() == [0, 1]
    with pytest.raises(ValueError, match="read-only"):
        votes.answer[0] = -1


@pytest.mark.parametrize(
    ("row", "column", "answer", "message"),
    [
        ([2], [0], [1], r"participant 2 is outside 0 \.\. 1"),
        ([0], [-1], [1], r"statement -1 is outside 0 \.\. 0"),
        ([0], [0], [2], r"answer 2 is outside -1 \.\. 1"),
        ([0, 1], [0], [1], "columns of one length"),
    ],
)
def test_what_is_out_of_range_is_refused(
    row: list[int], column: list[int], answer: list[int], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        vote_matrix(row, column, answer, 2, 1)


def test_rows_keeps_the_marked_participants() -> None:
    votes = vote_matrix([0, 1, 2], [0, 0, 1], [1, -1, 1], 3, 2)
    assert votes.rows(np.array([True, False, True])).dense().tolist()[1][1] == 1.0
