"""Texts go to a real HTTP server that speaks as LibreTranslate does; whatever it does, the answer is a word."""

from __future__ import annotations

import pytest

from comity.outside.translation import AT_ONCE, Translator
from comity.settings import TranslationServer
from tests.outside.servers import free_port, machine


def translator(server: TranslationServer | None, **known: float) -> Translator:
    assert server is not None
    return Translator(server, **{"seconds": 0.5, **known})


def test_texts_come_back_in_their_order() -> None:
    texts = [f"text {number}" for number in range(AT_ONCE + 3)]
    with machine() as told:
        found = translator(told.server).translated(texts, "en", "fr")
    assert found.texts == tuple(f"[fr] {text}" for text in texts)
    assert found.trouble is None
    assert [len(asked["q"]) for asked in told.asked] == [AT_ONCE, 3]
    assert {
        (asked["path"], asked["source"], asked["target"], asked["format"], asked["api_key"])
        for asked in told.asked
    } == {("/translate", "en", "fr", "text", "a-key")}


@pytest.mark.parametrize(
    ("answer", "trouble", "said"),
    [
        ((403, b'{"error": "Invalid API key"}'), "refused", "403 Invalid API key"),
        ((500, b"<html>"), "refused", "500"),
        ((302, b""), "refused", "302"),
        ((200, b"<html>"), "not-understood", "<html>"),
        ((200, b'{"translatedText": ["one"]}'), "not-understood", "2 texts were sent"),
        ((200, b'{"translatedText": "one"}'), "not-understood", "2 texts were sent"),
        ((200, b'{"translatedText": [1, 2]}'), "not-understood", "2 texts were sent"),
        ((200, b"[]"), "not-understood", "[]"),
    ],
)
def test_an_answer_that_is_none_is_a_word(answer: tuple[int, bytes], trouble: str, said: str) -> None:
    with machine(answer=answer) as told:
        found = translator(told.server).translated(["one", "two"], "en", "fr")
    assert (found.texts, found.trouble) == ((), trouble)
    assert said in found.said


def test_no_machine_and_a_slow_one_are_words() -> None:
    nobody = TranslationServer(f"http://127.0.0.1:{free_port()}", "127.0.0.1", "")
    assert translator(nobody).translated(["one"], "en", "fr").trouble == "unreachable"
    with machine(wait=0.4) as told:
        assert translator(told.server, seconds=0.1).translated(["one"], "en", "fr").trouble == "slow"
    with machine(wait=0.1) as told:
        found = translator(told.server, patience=0.05).translated(["one"] * (AT_ONCE + 1), "en", "fr")
    assert (len(found.texts), found.trouble) == (AT_ONCE, "slow")
