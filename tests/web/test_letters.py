"""Letters with links, where a mail server is named: they arrive, they are forgotten, and nothing hangs on them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from comity.errors import Refused
from comity.settings import settings_from
from comity.web.letters import addresses
from tests.outside.servers import Box, mail_server
from tests.web.visits import House, house_at, join, text_of


@pytest.fixture
def box() -> Iterator[Box]:
    with mail_server() as box:
        yield box


@pytest.fixture
def posting(box: Box) -> Iterator[House]:
    with house_at("memory:", mail=box.server) as house:
        yield house


MAILS = "ana@example.org\nbo@example.org; Bland"


def test_without_a_mail_server_no_page_speaks_of_letters(house: House) -> None:
    host = house.host()
    assert "E-mail addresses" not in host.get("/c/rivers/invitations").text
    refused = host.post("/c/rivers/invitations", data={"role": "participant", "mails": "ana@example.org"})
    assert refused.status_code == 409
    assert "sends no letters" in text_of(refused)


def test_everybody_gets_a_letter_with_a_link_of_his_or_her_own(posting: House, box: Box) -> None:
    host = posting.host()
    page = host.post(
        "/c/rivers/invitations",
        data={"role": "delegate", "party": "aland", "mails": MAILS, "letter": "fr", "limit": "9"},
    )
    assert "Sent by e-mail to ana@example.org ." in text_of(page)
    assert [letter["To"] for letter in box.letters] == ["ana@example.org", "bo@example.org"]
    ana, bo = (letter.get_content() for letter in box.letters)
    assert "Vous êtes invité comme délégué de Aland." in ana
    assert "Bland" in bo
    assert box.letters[0]["Subject"] == "Invitation : Rivers"
    links = [re.search(r"http://talks.example.org(/c/rivers/i/\w+)", text) for text in (ana, bo)]
    for link in links:
        assert link is not None
        assert link[1] in page.text
    assert links[0] is not None
    assert join(posting.visitor(), links[0][1]).status_code == 200
    assert join(posting.visitor(), links[0][1]).status_code == 410


def test_an_address_is_forgotten_once_somebody_joined_and_never_enters_the_record(
    posting: House, box: Box
) -> None:
    host = posting.host()
    host.post("/c/rivers/invitations", data={"role": "delegate", "party": "aland", "mails": MAILS})
    assert "ana@example.org" in host.get("/c/rivers/invitations").text
    link = re.search(r"(/c/rivers/i/\w+)", box.letters[0].get_content())
    assert link is not None
    join(posting.visitor(), link[1])
    page = host.get("/c/rivers/invitations").text
    assert "ana@example.org" not in page
    assert "bo@example.org" in page
    host.post("/c/rivers/invitations/forget")
    assert "bo@example.org" not in host.get("/c/rivers/invitations").text
    store = posting.site.store
    assert store.all("rivers", "address") == {}
    assert not [entry for entry in store.entries("rivers") if b"example.org" in entry and b"ana@" in entry]
    assert "ana@example.org" not in "".join(map(str, posting.site.reader.copy("rivers", "full")))


def test_withdrawing_an_invitation_forgets_its_address(posting: House) -> None:
    host = posting.host()
    host.post("/c/rivers/invitations", data={"role": "participant", "mails": "ana@example.org"})
    (invitation,) = posting.site.store.all("rivers", "address")
    host.post("/c/rivers/invitations/revoke", data={"invitation": invitation})
    assert posting.site.store.all("rivers", "address") == {}


def test_a_letter_that_is_not_taken_loses_nothing(posting: House, box: Box) -> None:
    box.refuse.add("ana@example.org")
    host = posting.host()
    page = host.post("/c/rivers/invitations", data={"role": "participant", "mails": "ana@example.org"})
    words = text_of(page)
    assert page.status_code == 200
    assert "Not sent to ana@example.org : the mail server does not take this letter." in words
    assert "550 5.1.1 nobody of this name here" in words
    link = re.search(r"http://talks.example.org(/c/rivers/i/\w+)", page.text)
    assert link is not None
    assert join(posting.visitor(), link[1]).status_code == 200


def test_no_mail_server_that_answers_loses_nothing() -> None:
    with mail_server() as box:
        server = box.server
    with house_at("memory:", mail=server) as house:
        page = house.host().post(
            "/c/rivers/invitations", data={"role": "participant", "mails": "a@example.org"}
        )
        assert "the mail server does not answer. Hand over the link in another way." in text_of(page)
        assert re.search(r"/c/rivers/i/\w+", page.text)
        (link,) = house.links(house.host(title="Lakes"), "lakes", party="bland")
        joined = join(house.visitor(), link, mail="bo@example.org")
        words = text_of(joined)
        assert "Not sent to bo@example.org : the mail server does not answer. You have joined" in words
        assert "Copy the link above and keep it" in words
        assert "Hand over" not in words  # that is for hosts
        assert re.search(r"/me/\w+", joined.text)


def test_whoever_joins_by_invitation_may_have_the_personal_link_sent(posting: House, box: Box) -> None:
    (link,) = posting.links(posting.host())
    ana = posting.visitor("ar")
    joined = join(ana, link, mail="ana@example.org")
    (letter,) = box.letters
    assert (letter["To"], letter["Content-Language"]) == ("ana@example.org", "ar")
    personal = re.search(r"/me/\w+", letter.get_content())
    assert personal is not None
    assert personal[0] in joined.text


def test_an_open_consultation_sends_letters_to_nobody(posting: House, box: Box) -> None:
    posting.host(joining="open", parties="")
    assert join(posting.visitor(), "/c/rivers/i/", mail="victim@example.org").status_code == 200
    assert box.letters == []


def test_the_api_sends_letters_too(posting: House, box: Box) -> None:
    host = posting.host()
    asked = {"role": "delegate", "party": "aland", "email": "ana@example.org", "letter": "es"}
    made = host.post("/api/consultations/rivers/invitations", json=asked).json()
    assert made["letter"] == {"sent": True, "trouble": None, "said": ""}
    assert made["link"] in box.letters[0].get_content()
    member = {"invitation": made["token"], "email": "ana@example.org", "send_link": True}
    joined = posting.visitor().post("/api/consultations/rivers/members", json=member).json()
    assert joined["letter"]["sent"]
    assert joined["link"] in box.letters[1].get_content()
    host.post("/api/consultations/rivers/invitations", json={**asked, "email": "bo@example.org"})
    assert host.delete("/api/consultations/rivers/addresses").status_code == 204
    assert posting.site.store.all("rivers", "address") == {}


def test_the_host_sees_an_address_that_was_given_and_erases_it(house: House) -> None:
    host = house.host()
    (link,) = house.links(host)
    join(house.visitor(), link, name="Ana", mail="ana@example.org")
    page = host.get("/c/rivers/settings")
    assert "mailto:ana@example.org" in page.text
    found = re.search(r'members/erase"><input type="hidden" name="member" value="(\d+)"', page.text)
    assert found is not None
    host.post("/c/rivers/members/erase", data={"member": found[1]})
    page = host.get("/c/rivers/settings")
    assert "ana@example.org" not in page.text
    assert "Ana" not in text_of(page)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ana", "bad-address"),
        ("ana@example.org; Cland", "unknown-party"),
        ("ana@example.org\nana@example.org", "repeated-name"),
    ],
)
def test_a_list_of_addresses_is_refused_by_line(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        addresses(text, {"Aland": "aland"}, "aland")
    assert refused.value.code == code


def test_a_wrong_address_keeps_what_was_typed_and_makes_no_link(posting: House, box: Box) -> None:
    host = posting.host()
    page = host.post("/c/rivers/invitations", data={"role": "delegate", "party": "every", "mails": MAILS})
    assert page.status_code == 422
    assert "for which party ana@example.org would speak" in text_of(page)
    assert "bo@example.org; Bland" in page.text
    with posting.site.reader.reading("rivers") as state:
        assert not state.invitations
    assert box.letters == []


@pytest.mark.parametrize(
    "url", ["mail.example.org", "http://mail.example.org", "smtp://", "smtp://x:y", "smtp://a b"]
)
def test_a_mail_server_that_cannot_be_read_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(Refused, match="COMITY_SMTP_URL cannot be read") as refused:
        settings_from({"COMITY_SMTP_URL": url, "COMITY_SITE": "talks.example.org"})
    assert refused.value.code == "bad-setting"


def test_mail_settings() -> None:
    site = {"COMITY_SITE": "talks.example.org"}
    mail = settings_from({**site, "COMITY_SMTP_URL": "smtps://me:p%40ss@mail.example.org"}).mail
    assert mail is not None
    assert (mail.host, mail.port, mail.user, mail.password, mail.tls) == (
        "mail.example.org",
        465,
        "me",
        "p@ss",
        "always",
    )
    assert mail.sender == "comity@talks.example.org"
    assert "p@ss" not in repr(mail)
    plain = settings_from(
        {**site, "COMITY_SMTP_URL": "smtp://localhost", "COMITY_MAIL_FROM": "a@b.example"}
    ).mail
    assert plain is not None
    assert (plain.port, plain.tls, plain.sender) == (25, "never", "a@b.example")
    with pytest.raises(Refused, match="COMITY_MAIL_FROM"):
        settings_from({**site, "COMITY_SMTP_URL": "smtp://localhost", "COMITY_MAIL_FROM": "nobody"})


def test_a_site_where_anybody_may_set_up_sends_no_letters() -> None:
    with pytest.raises(Refused, match="set COMITY_SET_UP to link"):
        settings_from({"COMITY_SMTP_URL": "smtp://localhost"})
