"""Votes as a drawing: + agree, - disagree, o pass, . not voted."""

from __future__ import annotations

from comity.engine.votes import Vote, VoteMatrix, vote_matrix

ANSWERS = {"+": Vote.AGREE, "-": Vote.DISAGREE, "o": Vote.PASS}


def votes_from(drawing: str) -> VoteMatrix:
    """A table drawn by hand: a line of statement names, then a line a participant, name first.

    >>> votes_from('''
    ...        parks tolls
    ...  ana   +     +
    ...  dov   o     -
    ... ''').answer.tolist()
    [1, 1, 0, -1]
    """
    heads, *rows = [line.split() for line in drawing.strip().splitlines()]
    cells = [
        (row, column, ANSWERS[mark])
        for row, (_, *marks) in enumerate(rows)
        for column, mark in enumerate(marks)
        if mark != "."
    ]
    assert all(len(row) == len(heads) + 1 for row in rows), "every line needs a mark under every statement"
    participant, statement, answer = zip(*cells, strict=True) if cells else ((), (), ())
    return vote_matrix(participant, statement, answer, len(rows), len(heads))
