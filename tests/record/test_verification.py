"""Whoever touches an exported record is found out, and the place is named."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.assemble import Site
from comity.errors import Refused
from comity.exchange.record_file import Unreadable, read, written
from comity.record.canonical import canonical
from comity.record.checkpoint import Checkpoint, Signer
from comity.record.copies import CopyKind
from comity.record.entries import StatementModerated, VoteCast, VoteWithdrawn
from comity.record.merkle import MerkleTree, leaf_hash
from comity.record.receipt import Receipt, receipt_from
from comity.record.verification import (
    Differs,
    Verified,
    check_extends,
    check_extends_checkpoint,
    check_receipt_in,
    check_sums_of,
    verified,
)
from tests.sites import HOST, open_rivers, site_at


def fill(site: Site, name: str) -> list[Receipt]:
    """Twelve people vote, change, withdraw; one statement is declined."""
    token = site.desk.invite(name, HOST, "delegate", "aland", limit=20)
    receipts = []
    for number in range(12):
        who = site.desk.join(name, token if number < 8 else None, {"name": f"Person {number}"}).pseudonym
        receipts.append(site.desk.submit(name, VoteCast(by=who, statement="1", answer=1)))
        site.desk.submit(name, VoteCast(by=who, statement="2", answer=number % 3 - 1, matters=number == 3))
        if number == 5:
            site.desk.submit(name, VoteWithdrawn(by=who, statement="2"))
        if number == 6:
            site.desk.state_question(name, who, "Plant trees", "en")
    site.desk.submit(name, StatementModerated(by=HOST, statement="3", decision="declined", reason="unclear"))
    return receipts


Example = tuple[tuple[bytes, ...], tuple[bytes, ...], tuple[Receipt, ...], str]


@cache
def examples(visibility: str) -> dict[CopyKind, Example]:
    """A copy's lines, an older copy's, receipts and the key: of the public and of the full copy of one record."""
    kinds: tuple[CopyKind, ...] = ("public", "full")
    with site_at("memory:") as site:
        open_rivers(site, visibility=visibility)
        receipts = fill(site, "rivers")
        older = {kind: tuple(written(site.reader.copy("rivers", kind))) for kind in kinds}
        fill(site, "rivers")
        copies = {kind: tuple(written(site.reader.copy("rivers", kind))) for kind in kinds}
        key = site.desk.signer.verifier
        return {kind: (copies[kind], older[kind], tuple(receipts), key) for kind in kinds}


def example(visibility: str, copy: CopyKind) -> Example:
    return examples(visibility)[copy]


def check(lines: Sequence[bytes], key: str | None = None) -> Verified:
    return verified(read(lines), key)


COPIES: list[tuple[str, CopyKind]] = [
    ("pseudonyms", "public"),
    ("names", "public"),
    ("parties", "public"),
    ("parties", "full"),
]


@pytest.mark.parametrize(("visibility", "copy"), COPIES)
def test_a_copy_verifies_with_its_receipts_and_extends_its_older_self(
    visibility: str, copy: CopyKind
) -> None:
    lines, older, receipts, key = example(visibility, copy)
    found = check(lines, key)
    for receipt in receipts:
        check_receipt_in(found, receipt, key)
        check_extends_checkpoint(found, receipt.checkpoint)
    check_extends(found, check(older))
    assert found.state.size == found.header.size
    assert bool(found.withheld) == ((visibility, copy) == ("parties", "public"))
    assert bool(found.names) == (visibility == "names")
    assert any("withheld" in line or "promised" in line for line in found.proved) == bool(found.withheld)
    assert any("auditor" in sentence for sentence in found.unproved) == bool(found.withheld)


def test_a_public_copy_of_secret_votes_shows_none_of_them() -> None:
    lines = b"".join(example("parties", "public")[0])
    assert b"vote-cast" not in lines
    assert b"vote-withdrawn" not in lines
    assert b"Person" not in lines
    full = b"".join(example("parties", "full")[0])
    assert full.count(b'"kind":"vote-cast"') == 48
    assert b"Person" not in full
    assert b'"name":{"by"' in b"".join(example("names", "public")[0])


def test_an_auditor_proves_the_sums() -> None:
    public, full = check(example("parties", "public")[0]), check(example("parties", "full")[0])
    check_sums_of(public, full)
    assert "the published sums are those of the votes in the full copy" in public.proved
    forged = [line.replace(b'"agreed":16', b'"agreed":15') for line in example("parties", "public")[0]]
    assert forged != list(example("parties", "public")[0])
    with pytest.raises(Differs, match="sums of statement 1"):
        check_sums_of(check(forged), full)
    with pytest.raises(Differs, match="same size"):
        check_sums_of(check(example("parties", "public")[1]), full)


def entry_lines(lines: Sequence[bytes]) -> range:
    return range(1, 1 + sum(b'"index":' in line for line in lines))


def place_of(error: BaseException) -> int | None:
    """The entry that a difference names."""
    if isinstance(error, Differs):
        return error.index
    assert isinstance(error, Unreadable)
    return error.line - 2


def touched(lines: Sequence[bytes], key: str) -> tuple[BaseException, int | None]:
    with pytest.raises((Differs, Unreadable)) as caught:
        check(lines, key)
    return caught.value, place_of(caught.value)


CASES = st.sampled_from(COPIES)


@settings(max_examples=150)
@given(CASES, st.data())
def test_a_changed_byte_is_found_at_its_entry(case: tuple[str, CopyKind], data: st.DataObject) -> None:
    lines, _, _, key = example(*case)
    number = data.draw(st.sampled_from(entry_lines(lines)))
    place = data.draw(st.integers(0, len(lines[number]) - 2))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != lines[number][place] and value != 10))
    line = lines[number][:place] + bytes([byte]) + lines[number][place + 1 :]
    error, index = touched([*lines[:number], line, *lines[number + 1 :]], key)
    assert index == number - 1, error


@settings(max_examples=60)
@given(CASES, st.data())
def test_a_dropped_entry_is_found_at_its_place(case: tuple[str, CopyKind], data: st.DataObject) -> None:
    lines, _, _, key = example(*case)
    number = data.draw(st.sampled_from(entry_lines(lines)))
    error, index = touched([*lines[:number], *lines[number + 1 :]], key)
    assert index == number - 1, error


@settings(max_examples=60)
@given(CASES, st.data())
def test_swapped_entries_are_found_at_the_first(case: tuple[str, CopyKind], data: st.DataObject) -> None:
    lines, _, _, key = example(*case)
    one, other = sorted(
        data.draw(st.lists(st.sampled_from(entry_lines(lines)), min_size=2, max_size=2, unique=True))
    )
    swapped = list(lines)
    swapped[one], swapped[other] = lines[other], lines[one]
    error, index = touched(swapped, key)
    assert index == one - 1, error


@settings(max_examples=60)
@given(CASES, st.data())
def test_an_inserted_entry_is_found_at_its_place(case: tuple[str, CopyKind], data: st.DataObject) -> None:
    lines, _, _, key = example(*case)
    number, source = (data.draw(st.sampled_from(entry_lines(lines))) for _ in range(2))
    error, index = touched([*lines[:number], lines[source], *lines[number:]], key)
    assert index in (number - 1, number), error
    assert index == number - 1 or source == number


def rebuilt(lines: Sequence[bytes], bodies: Sequence[bytes]) -> list[bytes]:
    """What somebody clever writes: all numbers and roots computed again, header too, checkpoints left as they are."""
    tree = MerkleTree()
    entries = []
    for index, body in enumerate(bodies):
        tree.append(leaf_hash(body))
        entries.append(b'{"entry":%b,"index":%d,"root":"%b"}\n' % (body, index, tree.root().hex().encode()))
    header = json.loads(lines[0]) | {"size": tree.size, "root": tree.root().hex()}
    return [canonical(header) + b"\n", *entries, *lines[1 + len(entry_lines(lines)) :]]


def bodies_of(lines: Sequence[bytes]) -> list[bytes]:
    return [canonical(json.loads(lines[number])["entry"]) for number in entry_lines(lines)]


@settings(max_examples=60)
@given(st.data())
def test_a_clever_forger_is_found_between_two_checkpoints(data: st.DataObject) -> None:
    """He changes a vote and computes every number and root again; what was signed still tells the place."""
    lines, _, _, key = example("pseudonyms", "public")
    bodies = bodies_of(lines)
    votes = [number for number, body in enumerate(bodies) if b'"vote-cast"' in body]
    index = data.draw(st.sampled_from(votes))
    what = data.draw(st.sampled_from(["change", "drop"]))
    forged = list(bodies)
    if what == "change":
        answer = json.loads(bodies[index])["answer"]
        forged[index] = bodies[index].replace(
            b'"answer":%d' % answer, b'"answer":%d' % (1 if answer != 1 else -1)
        )
    else:
        del forged[index]
    with pytest.raises(Differs) as caught:
        check(rebuilt(lines, forged), key)
    if caught.value.where.startswith("entries "):
        start, stop = (int(word) for word in caught.value.where.split()[1::2])
        assert start <= index <= stop
        assert stop - start < 15  # no commit was bigger than the opening with its first entries
    else:  # a vote is missing that was withdrawn later, or the last entry of all
        assert what == "drop"
        assert caught.value.index is not None
        assert caught.value.index >= index


def test_the_key_itself_may_forge_and_others_keep_what_shows_it() -> None:
    """A site that signs another history is found out by a receipt and by an older copy."""
    lines, older, receipts, key = example("pseudonyms", "public")
    bodies = bodies_of(lines)
    index = receipts[3].index
    forged = [*bodies[:index], bodies[index].replace(b'"answer":1', b'"answer":-1'), *bodies[index + 1 :]]
    unsigned = [line for line in rebuilt(lines, forged) if not line.startswith(b'{"checkpoint"')]
    with site_at("memory:") as site:
        wrong = site.desk.signer
    tree = MerkleTree(leaf_hash(body) for body in forged)
    note = wrong.sign(Checkpoint("talks.example.org/rivers", tree.size, tree.root()))
    at = 1 + len(forged)
    resigned = [*unsigned[:at], canonical({"checkpoint": note}) + b"\n", *unsigned[at:]]
    with pytest.raises(Differs, match="not signed by"):
        check(resigned, key)
    found = check(resigned, wrong.verifier)
    with pytest.raises(Differs, match=f"receipt of entry {index}"):
        check_receipt_in(found, receipts[3], None)
    with pytest.raises(Differs) as caught:
        check_extends(found, check(older))
    assert caught.value.index == index


def test_a_shorter_record_does_not_extend_a_longer_one() -> None:
    lines, older, _, _ = example("pseudonyms", "public")
    with pytest.raises(Differs, match="the rest was taken away"):
        check_extends(check(older), check(lines))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda lines: lines[:20], "the rest is missing"),
        (lambda lines: [*lines[:-1], lines[-1][:-5]], "cut off"),
        (lambda lines: [lines[0].replace(b"rivers", b"lakes!"), *lines[1:]], "header's"),
        (lambda lines: [lines[0], *lines], "line 2"),
        (lambda lines: [line for line in lines if b'"checkpoint"' not in line[:20]], "no signed checkpoint"),
        (lambda lines: [*lines, lines[0]], "of no known kind"),
        (lambda lines: [*lines, lines[3]], "stands where none may stand"),
        (lambda lines: [line.replace(b"Build a dam", b"Build a mad") for line in lines], "not the text"),
        (lambda lines: [*lines, b'{"what":1}\n'], "of no known kind"),
        (lambda lines: [*lines[:5], b"\n", *lines[5:]], "not JSON"),
        (lambda lines: [*lines[:5], b"\xff\n", *lines[5:]], "not JSON"),
        (lambda lines: [*lines[:5], lines[5].replace(b'{"entry"', b'{ "entry"'), *lines[6:]], "canonical"),
    ],
)
def test_other_damage_is_said_in_words(change: Callable[[list[bytes]], list[bytes]], says: str) -> None:
    lines, _, _, key = example("pseudonyms", "public")
    with pytest.raises((Differs, Unreadable), match=says):
        check(change(list(lines)), key)


@pytest.mark.parametrize("lines", [[], [b"\n"], [b"PK\x03\x04\n"], [b'{"form":"other"}\n'], [b"[]\n"]])
def test_another_file_is_no_record(lines: list[bytes]) -> None:
    with pytest.raises(Refused) as refused:
        check(lines)
    assert refused.value.code == "not-a-record"


def test_an_entry_that_could_not_be_admitted_is_found() -> None:
    """Even a signed history is checked against the rules: a stranger's vote."""
    lines, _, _, key = example("pseudonyms", "public")
    bodies = bodies_of(lines)
    vote = next(body for body in bodies if b'"vote-cast"' in body)
    stranger = canonical(json.loads(vote) | {"by": "1234", "at": json.loads(bodies[-1])["at"]})
    with pytest.raises(Differs, match="could not have been admitted: you have not joined") as caught:
        check(rebuilt(lines, [*bodies, stranger]), key)
    assert caught.value.index == len(bodies)


def test_a_public_copy_that_tells_too_much_or_too_little_is_found() -> None:
    public, full = example("parties", "public")[0], example("parties", "full")[0]
    told = [public[0], *full[1:]]
    with pytest.raises(Differs, match="promised not to be published"):
        check(told)
    hidden = [full[0], *public[1:]]
    with pytest.raises(Differs, match="nothing was promised to be"):
        check(hidden)


def test_sums_that_break_the_floor_or_count_too_much_are_found() -> None:
    public = example("parties", "public")[0]
    many = [line.replace(b'"agreed":16', b'"agreed":1600') for line in public]
    with pytest.raises(Differs, match="add up to"):
        check(many)
    few = [
        canonical(
            {"sums": {"statement": "1", "parties": [], "rest": {"agreed": 4, "disagreed": 0, "passed": 0}}}
        )
        + b"\n"
        if line.startswith(b'{"sums"') and b'"statement":"1"' in line
        else line
        for line in public
    ]
    with pytest.raises(Differs, match="smaller than the promised 5"):
        check(few)


def test_a_receipt_that_was_touched_is_no_proof() -> None:
    lines, _, receipts, key = example("pseudonyms", "public")
    found = check(lines, key)
    one, other = receipts[0], receipts[1]
    for wrong in (
        Receipt(one.index, other.entry, one.proof, one.checkpoint, one.key),
        Receipt(one.index + 1, one.entry, one.proof, one.checkpoint, one.key),
        Receipt(one.index, one.entry, one.proof[1:], one.checkpoint, one.key),
        Receipt(one.index, one.entry, one.proof, other.checkpoint, one.key),
        Receipt(one.index, one.entry, one.proof, one.checkpoint.replace("rivers", "lakes"), one.key),
    ):
        with pytest.raises(Differs, match="receipt of entry"):
            check_receipt_in(found, wrong, key)
    stranger = Signer("talks.example.org", bytes(32))
    tree = MerkleTree([leaf_hash(one.entry)])
    forged = Receipt(
        0, one.entry, (), stranger.sign(Checkpoint("talks.example.org/rivers", 1, tree.root())), ""
    )
    with pytest.raises(Differs, match="not signed by"):
        check_receipt_in(found, forged, key)
    for data in (b"", b"{}", b'{"form":"comity-receipt/1"}', b"[1]"):
        with pytest.raises(ValueError, match=r"."):
            receipt_from(data)
