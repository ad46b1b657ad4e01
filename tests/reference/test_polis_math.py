"""Polis' own numbers, from the results that its server computed, reproduced from the votes and Polis' groups.

What is compared, to 1e-6: group votes, representativeness (statistics and choice), consensus choice, group-informed
consensus, comment priorities, and what they rest on (map, extremity, who is in the conversation). Known to differ, with
the reason, is what `docs/methods/classic.md` lists; nothing of it occurs in these files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from comity.engine.opinion.classic.pipeline import GroupStatistics, classic_pipeline, group_statistics
from comity.engine.opinion.classic.projection import classic_map
from comity.engine.votes import VoteMatrix, vote_matrix

CONVERSATIONS = ("25ptpt-3gp-no-strict-with-meta", "above-100-ptpts", "below-100-ptpts")
Shared = Callable[[str], Path]


@dataclass(frozen=True)
class Published:
    """One conversation: the votes, with a column for each of Polis' tids in its order, and what Polis made of them."""

    votes: VoteMatrix
    participants: list[int]
    tids: list[int]
    math: Mapping[str, Any]

    @property
    def moderated_out(self) -> npt.NDArray[np.bool_]:
        return np.isin(self.tids, self.math["mod-out"])

    @property
    def meta(self) -> npt.NDArray[np.bool_]:
        return np.isin(self.tids, self.math["meta-tids"])

    @property
    def group_of(self) -> npt.NDArray[np.int64]:
        """Group by participant: a group's members are base clusters, and theirs are participants."""
        base = dict(zip(self.math["base-clusters"]["id"], self.math["base-clusters"]["members"], strict=True))
        group = {
            member: cluster["id"]
            for cluster in self.math["group-clusters"]
            for number in cluster["members"]
            for member in base[number]
        }
        return np.array([group.get(participant, -1) for participant in self.participants])

    def statistics(self) -> GroupStatistics:
        return group_statistics(self.votes, self.group_of, moderated_out=self.moderated_out, meta=self.meta)


def read(folder: Path) -> Published:
    """The server's files. Which sign means agreement differs between them, so comments.json decides."""
    math = json.loads((folder / "math-pca2.json").read_text(encoding="utf-8"))
    comments = json.loads((folder / "comments.json").read_text(encoding="utf-8"))
    last: dict[tuple[int, int], int] = {}
    for vote in sorted(
        json.loads((folder / "votes.json").read_text(encoding="utf-8")),
        key=lambda vote: float(vote["modified"]),
    ):
        last[either(vote, "pid", "participant_id"), either(vote, "tid", "statement_id")] = vote["vote"]
    published = {either(comment, "tid", "statement_id"): comment["agree_count"] for comment in comments}
    plus = {tid: sum(value == 1 for (_, on), value in last.items() if on == tid) for tid in published}
    minus = {tid: sum(value == -1 for (_, on), value in last.items() if on == tid) for tid in published}
    sign = 1 if distance(plus, published) < distance(minus, published) else -1
    participants, tids = sorted({participant for participant, _ in last}), math["tids"]
    row, column = ({name: place for place, name in enumerate(names)} for names in (participants, tids))
    votes = vote_matrix(
        [row[participant] for participant, _ in last],
        [column[tid] for _, tid in last],
        [sign * value for value in last.values()],
        len(row),
        len(column),
    )
    return Published(votes, participants, tids, math)


def either(record: Mapping[str, Any], *names: str) -> int:
    return int(next(record[name] for name in names if name in record))


def distance(counted: Mapping[int, int], published: Mapping[int, int]) -> int:
    return sum(abs(counted[tid] - published[tid]) for tid in published)


@pytest.fixture(params=CONVERSATIONS)
def published(request: pytest.FixtureRequest, shared_data: Shared) -> Published:
    return read(shared_data(f"polis-math/{request.param}"))


def test_group_votes_are_polis_own(published: Published) -> None:
    counts = published.statistics().votes
    for group, expected in published.math["group-votes"].items():
        assert counts.members[int(group)] == expected["n-members"]
        for column, tid in enumerate(published.tids):
            ours = (counts.agreed, counts.disagreed, counts.voted)
            assert [int(part[int(group), column]) for part in ours] == [
                expected["votes"][str(tid)][letter] for letter in "ADS"
            ]


def test_the_choice_of_representative_statements_and_its_numbers_are_polis_own(published: Published) -> None:
    chosen = published.statistics().representative
    for group, expected in published.math["repness"].items():
        ours = chosen[int(group)]
        assert [published.tids[one.statement] for one in ours] == [theirs["tid"] for theirs in expected]
        for one, theirs in zip(ours, expected, strict=True):
            assert one.stance == theirs["repful-for"]
            assert (one.said_so, one.voted) == (theirs["n-success"], theirs["n-trials"])
            assert one.best_agreed == theirs.get("n-agree")
            numbers = (one.probability, one.probability_test, one.ratio, one.ratio_test)
            names = ("p-success", "p-test", "repness", "repness-test")
            assert numbers == pytest.approx([theirs[name] for name in names], abs=1e-6)


def test_the_choice_of_consensus_and_its_numbers_are_polis_own(published: Published) -> None:
    consensus = published.statistics().consensus
    for ours, side in ((consensus.agree, "agree"), (consensus.disagree, "disagree")):
        expected = published.math["consensus"][side]
        assert [published.tids[one.statement] for one in ours] == [theirs["tid"] for theirs in expected]
        for one, theirs in zip(ours, expected, strict=True):
            assert (one.said_so, one.voted) == (theirs["n-success"], theirs["n-trials"])
            assert one.probability == pytest.approx(theirs["p-success"], abs=1e-6)
            assert one.probability_test == pytest.approx(theirs["p-test"], abs=1e-6)


def test_group_informed_consensus_is_polis_own(published: Published) -> None:
    ours = published.statistics().group_informed.agree
    expected = [published.math["group-aware-consensus"][str(tid)] for tid in published.tids]
    assert ours == pytest.approx(expected, abs=1e-6)


def test_comment_priorities_are_polis_own(published: Published) -> None:
    ours = published.statistics().priorities
    expected = [published.math["comment-priorities"][str(tid)] for tid in published.tids]
    assert ours == pytest.approx(expected, abs=1e-6)


def test_the_map_is_polis_own_up_to_the_direction_of_its_axes(published: Published) -> None:
    """Polis counts agreement as -1 and starts its axes anywhere; ours point where the largest loading is positive."""
    drawn = classic_map(published.votes, published.moderated_out)
    theirs = published.math["pca"]
    assert -drawn.mean == pytest.approx(theirs["center"], abs=1e-6)
    assert np.abs(drawn.axes) == pytest.approx(np.abs(theirs["comps"]), abs=1e-6)
    assert drawn.extremity == pytest.approx(theirs["comment-extremity"], abs=1e-6)
    projection = np.abs(drawn.statement_position.T)
    assert projection == pytest.approx(np.abs(theirs["comment-projection"]), abs=1e-6)


def test_who_votes_enough_is_whom_polis_takes_in(published: Published) -> None:
    """Polis never lets anybody go again and fills up to fifteen, so that its set holds ours."""
    result = classic_pipeline(published.votes, moderated_out=published.moderated_out, meta=published.meta)
    ours = {name for name, placed in zip(published.participants, result.placed, strict=True) if placed}
    assert ours
    assert ours <= set(published.math["in-conv"])
