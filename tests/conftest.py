"""What tests share: the real data where it is there, and small tables drawn by hand."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """The real data beside the checkout (`../shared/data`, or COMITY_SHARED_DATA); a loud skip where it is missing."""
    folder = Path(os.environ.get("COMITY_SHARED_DATA", ROOT.parent / "shared" / "data"))

    def find(name: str) -> Path:
        path = folder / name
        if not path.exists():
            pytest.skip(f"REAL DATA MISSING: {name} is not beside this checkout; this test checked nothing")
        return path

    return find
