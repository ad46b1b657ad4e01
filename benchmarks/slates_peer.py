"""The package abcvoting on one election, in its own environment: ballots on stdin, committees and times as JSON."""

from __future__ import annotations

import json
import os
import sys

from abcvoting import abcrules
from abcvoting.preferences import Profile


def used() -> float:
    """Processor seconds of this process and of the solvers that it has called and waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main() -> None:
    given = json.load(sys.stdin)
    profile = Profile(given["n_statements"])
    profile.add_voters(given["sets"])
    runs = {
        "sequential PAV": lambda: abcrules.compute_seqpav(profile, given["size"], resolute=True),
        "Phragmén": lambda: abcrules.compute_seqphragmen(profile, given["size"], resolute=True),
        "equal shares": lambda: abcrules.compute_equal_shares(profile, given["size"], resolute=True),
        "exact PAV": lambda: abcrules.compute_pav(
            profile, given["size"], algorithm=given["solver"], resolute=True
        ),
    }
    found = {}
    for name in given["rules"]:
        start = used()
        committees = runs[name]()
        found[name] = {"committee": sorted(committees[0]), "seconds": used() - start}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
