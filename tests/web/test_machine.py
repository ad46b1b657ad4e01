"""Machine translation: off unless a server is named, marked as such, and never in the way of a person's work."""

from __future__ import annotations

import pytest

from comity.errors import Refused
from comity.settings import settings_from
from tests.outside.servers import machine
from tests.web.visits import House, house_at, text_of

ASK = "Let the machine translate"


def test_it_is_off_where_nobody_named_one(house: House) -> None:
    host = house.host()
    page = host.get("/c/rivers/translate?to=fr")
    assert ASK not in page.text
    assert "Nobody's text is sent to a machine." in text_of(page)
    refused = host.post("/c/rivers/translate/machine", data={"to": "fr"})
    assert refused.status_code == 409
    assert "asks no machine" in text_of(refused)


def test_what_has_no_translation_is_translated_and_marked_and_checked_by_a_person() -> None:
    with machine() as told, house_at("memory:", translation=told.server) as house:
        host = house.host()
        assert "may have statements translated by a machine ( 127.0.0.1 )" in text_of(
            house.visitor().get("/c/rivers")
        )
        own = {"subject": "1", "to": "fr", "text": "Nettoyer la rivière", "state": "checked"}
        host.post("/c/rivers/translate", data=own)
        assert told.asked == []
        page = host.post("/c/rivers/translate/machine", data={"to": "fr"})
        assert "The machine translated 5 texts." in text_of(page)
        assert ASK not in page.text
        assert "[fr] Build a dam" in page.text
        assert [text for asked in told.asked for text in asked["q"]] == [
            "Rivers",
            "What should we do about the river?",
            "It floods.",
            "Build a dam",
            "Lower the tolls",
        ]
        reader = house.visitor("fr")
        assert "traduction automatique" in reader.get("/c/rivers/statements/2").text
        assert "Nettoyer la rivière" in reader.get("/c/rivers/statements/1").text
        host.post("/c/rivers/translate", data={**own, "subject": "2", "text": "Construire un barrage"})
        assert "traduction vérifiée" in reader.get("/c/rivers/statements/2").text


def test_a_machine_that_fails_is_a_sentence_and_loses_nothing() -> None:
    with machine(answer=(403, b'{"error": "Invalid API key"}')) as told:
        with house_at("memory:", translation=told.server) as house:
            page = house.host().post("/c/rivers/translate/machine", data={"to": "fr"})
            assert page.status_code == 200
            assert "The machine refuses" in text_of(page)
            assert "403 Invalid API key" in text_of(page)
            assert ASK in page.text
        server = told.server
    with house_at("memory:", translation=server) as house:
        page = house.host().post("/c/rivers/translate/machine", data={"to": "fr"})
        assert "The machine does not answer" in text_of(page)


def test_only_translators_and_the_host_ask_it() -> None:
    with machine() as told, house_at("memory:", translation=told.server) as house:
        host = house.host()
        member = house.member(host)
        assert member.post("/c/rivers/translate/machine", data={"to": "fr"}).status_code == 403
        assert host.post("/c/rivers/translate/machine", data={"to": "xx"}).status_code == 422
        assert told.asked == []
        asked = host.post("/api/consultations/rivers/translations/machine", json={"language": "fr"})
        assert asked.json() == {"made": 6, "trouble": None, "said": ""}


@pytest.mark.parametrize("url", ["translate.example.org", "ftp://x", "http://", "https://me:key@x"])
def test_a_machine_that_cannot_be_read_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="COMITY_TRANSLATOR_URL is "):
        settings_from({"COMITY_TRANSLATOR_URL": url})


def test_translation_settings() -> None:
    found = settings_from(
        {"COMITY_TRANSLATOR_URL": "https://t.example.org/api/translate", "COMITY_TRANSLATOR_KEY": "k"}
    ).translation
    assert found is not None
    assert (found.url, found.host, found.key) == ("https://t.example.org/api", "t.example.org", "k")
