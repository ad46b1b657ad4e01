"""Letters reach a real SMTP server; and whatever it does, the answer is a word and never an exception."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from comity.outside.mail import Letter, Mailer, is_address, message_of
from comity.settings import MailServer
from tests.outside.servers import certificate, free_port, mail_server

LETTER = Letter(
    "ana@example.org", "Приглашение: вода", "Вот ссылка:\n\nhttp://talks.example.org/c/x/i/abc\n", "ru"
)


def mailer(server: MailServer | None, **known: float) -> Mailer:
    assert server is not None
    return Mailer(server, **{"seconds": 0.5, **known})


def test_a_letter_arrives_as_it_was_written() -> None:
    with mail_server() as box:
        (posted,) = mailer(box.server).post([LETTER])
    assert (posted.to, posted.trouble) == ("ana@example.org", None)
    (letter,) = box.letters
    assert letter["To"] == "ana@example.org"
    assert letter["From"] == "talks@example.org"
    assert letter["Subject"] == "Приглашение: вода"
    assert letter["Content-Language"] == "ru"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content().replace("\r\n", "\n") == LETTER.text


def test_a_password_is_given_under_tls_and_a_wrong_one_is_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, context = certificate(tmp_path)
    with mail_server(user="comity", password="p@ss/word", tls=context) as box:
        assert box.server is not None
        stranger = mailer(box.server).post([LETTER])[0]
        assert (stranger.trouble, "CERTIFICATE_VERIFY_FAILED" in stranger.said) == ("unreachable", True)
        monkeypatch.setenv("SSL_CERT_FILE", str(place))
        assert mailer(box.server).post([LETTER])[0].trouble is None
        wrong = mailer(replace(box.server, password="guess"), seconds=10).post([LETTER])[0]
    assert (wrong.trouble, wrong.said[:3]) == ("login", "535")
    assert len(box.letters) == 1


def test_a_password_is_never_sent_in_the_clear_to_another_machine() -> None:
    with mail_server() as box:
        assert box.server is not None
        careful = replace(box.server, user="comity", password="secret", tls="offered")
        posted = mailer(careful).post([LETTER])[0]
    assert (posted.trouble, posted.said) == ("login", "no TLS is offered, so the password was not sent")


def test_one_address_that_is_refused_keeps_no_other_letter_back() -> None:
    letters = [LETTER, replace(LETTER, to="nobody@example.org"), replace(LETTER, to="bo@example.org")]
    with mail_server(refuse={"nobody@example.org"}) as box:
        posted = mailer(box.server).post(letters)
    assert [item.trouble for item in posted] == [None, "refused", None]
    assert posted[1].said == "550 5.1.1 nobody of this name here"
    assert [letter["To"] for letter in box.letters] == ["ana@example.org", "bo@example.org"]


def test_no_server_is_a_word() -> None:
    nobody = MailServer("127.0.0.1", free_port(), "", "", "never", "talks@example.org")
    posted = mailer(nobody).post([LETTER, LETTER])
    assert [item.trouble for item in posted] == ["unreachable"] * 2


def test_a_server_that_takes_too_long_is_a_word() -> None:
    with mail_server(wait=0.4) as box:
        assert mailer(box.server, seconds=0.1).post([LETTER])[0].trouble == "slow"
    with mail_server(wait=0.6) as box:
        posted = mailer(box.server, seconds=5, patience=0.5).post([LETTER, LETTER])
    assert [item.trouble for item in posted] == [None, "slow"]


@pytest.mark.parametrize(
    "address", ["", "ana", "ana@", "@example.org", "a b@example.org", "a@b@c", "-x@example.org"]
)
def test_what_is_no_address_is_none(address: str) -> None:
    assert not is_address(address)
    with mail_server() as box:
        assert mailer(box.server).post([replace(LETTER, to=address)])[0].trouble == "bad-address"
    assert not box.letters


def test_no_header_can_be_smuggled_in() -> None:
    with pytest.raises(ValueError, match="linefeed"):
        message_of(replace(LETTER, subject="Hello\r\nBcc: all@example.org"), "talks@example.org")
    with pytest.raises(ValueError, match="no address"):
        message_of(replace(LETTER, to="ana@example.org\r\nBcc: all@example.org"), "talks@example.org")
