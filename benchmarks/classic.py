"""The classic method beside red-dwarf 0.4.0: agreement with the published groups, time, and what a swap does.

On every export, at the published number of groups, with the statements that moderators rejected given as such to both:
adjusted Rand index of the groups found with the `group-id` that Polis published, over those whom both placed. Then, on
the export with most votes, the whole pipeline with its own number of groups, timed on one thread, in turns.

    python benchmarks/classic.py [--quick]
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from comity.engine.votes import vote_matrix
from conversations import Conversation, exports
from jobs import Measured, measure
from measures import adjusted_rand, show
from votes_file import save


def agreement(found: list[int], conversation: Conversation) -> float:
    group, published = np.array(found), conversation.published_group
    both = (group >= 0) & (published >= 0)
    return adjusted_rand(group[both], published[both])


def swapped(job: str, conversation: Conversation, groups: int, folder: Path, found: list[int]) -> float:
    """Adjusted Rand index of a method with itself after agree and disagree changed places everywhere."""
    votes = conversation.votes
    mirror = vote_matrix(
        votes.participant, votes.statement, -votes.answer, votes.n_participants, votes.n_statements
    )
    path = save(folder / "swapped.npz", mirror, conversation.rejected)
    again = np.array(measure(job, path, groups=groups).answer["group"])
    first = np.array(found)
    both = (again >= 0) & (first >= 0)
    return adjusted_rand(again[both], first[both])


def in_turns(path: Path, times: int) -> tuple[Measured, Measured]:
    """Both pipelines in turns, so that a busy machine is busy for both; the best of each."""
    pairs = [(measure("classic", path, repeat=5), measure("red-dwarf", path, repeat=3)) for _ in range(times)]
    ours, theirs = zip(*pairs, strict=True)
    return (min(ours, key=lambda one: one.processor), min(theirs, key=lambda one: one.processor))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="time only once, and no swap")
    chosen = parser.parse_args()
    rows, indices, gaps = [], [], []
    with TemporaryDirectory() as name:
        folder = Path(name)
        conversations = exports()
        for conversation in conversations:
            groups = len(set(conversation.published_group.tolist()) - {-1})
            path = save(folder / "votes.npz", conversation.votes, conversation.rejected)
            found = {
                job: measure(job, path, groups=groups).answer["group"] for job in ("classic", "red-dwarf")
            }
            ours, theirs = (agreement(found[job], conversation) for job in ("classic", "red-dwarf"))
            line = [conversation.name, groups, f"{ours:.3f}", f"{theirs:.3f}", f"{ours - theirs:+.3f}"]
            if not chosen.quick:
                line += [f"{swapped(job, conversation, groups, folder, found[job]):.3f}" for job in found]
            rows.append(line)
            indices.append(ours)
            gaps.append(ours - theirs)
        head = ["export", "groups", "ours", "red-dwarf", "difference (bar -0.05)"]
        print(show(head + ([] if chosen.quick else ["ours, swapped", "red-dwarf, swapped"]), rows))
        print(
            f"\nmedian {np.median(indices):.3f} (bar 0.85), worst difference {min(gaps):+.3f} (bar -0.05)\n"
        )
        largest = max(conversations, key=lambda one: one.votes.n_votes)
        path = save(folder / "votes.npz", largest.votes, largest.rejected)
        ours_took, theirs_took = in_turns(path, 1 if chosen.quick else 3)
        print(
            f"{largest.name}, {largest.votes.n_votes} votes, one thread, processor time: "
            f"ours {ours_took.processor:.4f} s, red-dwarf {theirs_took.processor:.3f} s, "
            f"ratio {ours_took.processor / theirs_took.processor:.3f} (bar 0.15)"
        )


if __name__ == "__main__":
    main()
