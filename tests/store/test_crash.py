"""Kill -9 under load: a handful of times here, hundreds of times in benchmarks/crash.py."""

from __future__ import annotations

import random
from pathlib import Path

from tests.crashes import HttpLoad, crash, prepare


def test_a_killed_site_keeps_every_acknowledged_vote_in_sqlite(tmp_path: Path) -> None:
    url, dice = f"sqlite:///{tmp_path / 'record.db'}", random.Random(1)
    prepare(url, "rivers")
    for _ in range(3):
        found = crash(url, "rivers", dice)
        assert (found.lost, found.problem) == ((), "")
        assert found.acknowledged >= 20


def test_a_served_site_killed_with_its_processes_keeps_every_vote_that_its_pages_acknowledged(
    tmp_path: Path,
) -> None:
    url, dice = f"sqlite:///{tmp_path / 'record.db'}", random.Random(2)
    prepare(url, "rivers")
    for _ in range(2):
        found = crash(url, "rivers", dice, kind=HttpLoad)
        assert (found.lost, found.problem) == ((), "")
        assert found.acknowledged >= 20


def test_two_killed_workers_keep_every_acknowledged_vote_in_postgresql(postgres_url: str) -> None:
    prepare(postgres_url, "rivers")
    for seed in range(2):
        found = crash(postgres_url, "rivers", random.Random(seed), workers=2)
        assert (found.lost, found.problem) == ((), "")
        assert found.acknowledged >= 20
