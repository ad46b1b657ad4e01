"""Settings come from the environment, and a wrong one is refused in a sentence."""

from __future__ import annotations

import pytest

from comity.errors import Refused
from comity.settings import Settings, settings_from


def test_nothing_needs_to_be_set() -> None:
    assert settings_from({}) == settings_from({"COMITY_SITE": "", "COMITY_DATABASE_URL": ""}) == Settings()


@pytest.mark.parametrize("site", ["two words", "talks.example.org/path", "a+b"])
def test_a_site_is_a_host_name(site: str) -> None:
    with pytest.raises(Refused, match="COMITY_SITE is ") as refused:
        settings_from({"COMITY_SITE": site})
    assert refused.value.code == "bad-setting"
