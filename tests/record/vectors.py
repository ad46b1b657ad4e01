"""Writes `docs/reference/vectors/*.json` again: `python -m tests.record.vectors`. Everything in them is fixed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from comity.errors import Refused
from comity.exchange.record_file import written
from comity.record.admission import admit
from comity.record.bargain import (
    DraftAnswered,
    DraftProposed,
    HurtMarked,
    InterestsStated,
    IssueAdded,
    NegotiationEnded,
    NegotiationOpened,
)
from comity.record.canonical import text_hash, token_hash
from comity.record.checkpoint import Checkpoint
from comity.record.copies import CopiedText, copied
from comity.record.entries import (
    CheckpointRecorded,
    Closed,
    Entry,
    FindingPublished,
    IdentityErased,
    InvitationIssued,
    InvitationRevoked,
    MembershipEnded,
    ParticipantJoined,
    SettingsChanged,
    StatementModerated,
    StatementSubmitted,
    TextErased,
    TranslationAdded,
    VoteWithdrawn,
)
from comity.record.entry_bytes import entry_bytes
from comity.record.fold import extend
from comity.record.interests import interests_text, opened_part
from comity.record.merkle import MerkleTree, leaf_hash
from comity.record.receipt import Receipt, receipt_bytes
from comity.record.state import State
from tests.record.example import ANA, DOV, EVE, HOST, SALT, SIGNER, T0, beginning, statement, text, vote

FOLDER = Path(__file__).parents[2] / "docs" / "reference" / "vectors"
HOUR = 3_600_000
WEIR = IssueAdded(
    by=HOST,
    issue="weir",
    name="The weir",
    options=("none", "low", "high"),
    otherwise="none",
    settled_by=("aland", "bland"),
)
INTERESTS = interests_text(
    {
        "no_agreement": 20,
        "weights": {"weir": 100},
        "points": {"weir": {"none": 0, "low": 100, "high": [40, 60]}},
        "red_lines": [{"where": {"weir": ["none"]}, "reason": "Our fields flood.", "published": True}],
    },
    {"weir": WEIR},
    "Aland",
)
OPENED = opened_part(INTERESTS, {"weir": WEIR}, "rankings") or ""


def story(**settings: Any) -> list[bytes]:
    """One entry of every kind, admitted one after the other, a second apart."""
    salt = None if settings.get("visibility") != "parties" else SALT
    state = State()
    bodies: list[bytes] = []

    def tell(entry: Entry) -> None:
        entry = entry if entry.at is not None else replace(entry, at=(state.last_at or T0) + 1000)
        admit(state, entry)
        bodies.append(entry_bytes(entry))
        extend(state, entry, bodies[-1])

    for entry in beginning(**settings):
        tell(entry)
    for entry in (
        SettingsChanged(by=HOST, changes={"threshold": 0.75, "languages": ["en", "fr", "ar"]}),
        InvitationIssued(by=HOST, invitation=token_hash("lost"), role="participant", expires_at=T0 + HOUR),
        InvitationRevoked(by=HOST, invitation=token_hash("lost")),
        StatementSubmitted(by=ANA, statement="s3", text=text('Ask "upstream" 水'), length=16, language="fr"),
        StatementModerated(by=EVE, statement="s3", decision="accepted"),
        statement("Off topic", 4, by=DOV),
        StatementModerated(by=EVE, statement="s4", decision="declined", reason="off-topic"),
        statement("Clean it", 5, by=DOV),
        StatementModerated(by=EVE, statement="s5", decision="merged", into="s1"),
        TranslationAdded(by=HOST, subject="s1", language="fr", text=text("Nettoyer"), state="checked"),
        vote(ANA, 1, 1, matters=True, salt=salt),
        vote(DOV, 1, -1, salt=salt),
        vote(DOV, 1, 0, salt=salt),
        vote(ANA, 2, -1, salt=salt),
        VoteWithdrawn(by=ANA, statement="s2", salt=salt),
        NegotiationOpened(by=HOST, shown="rankings", quota=2, veto=("aland",), weights={"bland": 1.5}),
        WEIR,
        InterestsStated(by=ANA, terms=26, interests=text(INTERESTS), opened=text(OPENED)),
        DraftProposed(
            by=HOST,
            draft=1,
            package={"weir": "high"},
            why="first draft",
            interests={"aland": text(INTERESTS)},
            comity_version="0.1.0",
        ),
        HurtMarked(by=ANA, draft=1, hurt=text("weir")),
        DraftAnswered(by=ANA, draft=1, consents=True),
        TextErased(by=DOV, text=text("Off topic"), reason="author-asked"),
        MembershipEnded(by=HOST, member=EVE),
        IdentityErased(by=DOV, member=DOV),
        Closed(by=HOST),
        DraftProposed(
            by=HOST,
            draft=2,
            package={"weir": "low"},
            why="improved",
            interests={"aland": text(INTERESTS)},
            comity_version="0.1.0",
            method="single-text/1",
        ),
        NegotiationEnded(by=HOST, outcome="withdrawn"),
    ):
        tell(entry)
    root = state.root().hex()
    tell(CheckpointRecorded(by="site", size=state.size, root=root))
    tell(
        FindingPublished(
            by=HOST,
            findings="f" * 64,
            size=len(bodies) - 1,
            root=root,
            parameters={"threshold": 0.75, "method": "spatial"},
            comity_version="0.1.0",
        )
    )
    return bodies


def entries_vector() -> dict[str, Any]:
    tree = MerkleTree()
    found = []
    for body in story():
        tree.append(leaf_hash(body))
        found.append(
            {
                "entry": json.loads(body),
                "canonical": body.decode(),
                "leaf": leaf_hash(body).hex(),
                "root": tree.root().hex(),
            }
        )
    return {
        "what": "One entry of every kind: its canonical bytes, its leaf hash, and the root of the record with it.",
        "entries": found,
    }


def hashes_vector() -> dict[str, Any]:
    texts = ["", "Clean the river", "é الماء 水 🦆"]
    salts = [bytes(16), bytes(range(16))]
    return {
        "what": "Hashes of texts with their salts, and of the secrets in links.",
        "texts": [
            {"salt": salt.hex(), "text": words, "hash": text_hash(salt, words)}
            for salt in salts
            for words in texts
        ],
        "tokens": [{"token": token, "hash": token_hash(token)} for token in ("a", "k3y-of-a-link")],
    }


def tree_vector() -> dict[str, Any]:
    bodies = [f"entry {number}".encode() for number in range(13)]
    tree = MerkleTree(leaf_hash(body) for body in bodies)
    sizes = (1, 2, 3, 4, 5, 6, 7, 8, 11, 13)
    return {
        "what": "RFC 9162: roots, inclusion proofs and consistency proofs over the leaves 'entry 0', 'entry 1', ...",
        "leaves": [body.decode() for body in bodies],
        "roots": [{"size": size, "root": tree.root(size).hex()} for size in range(14)],
        "inclusion": [
            {"index": index, "size": size, "proof": [item.hex() for item in tree.inclusion(index, size)]}
            for size in sizes
            for index in sorted({0, size // 2, size - 1})
        ],
        "consistency": [
            {"old": old, "size": size, "proof": [item.hex() for item in tree.consistency(old, size)]}
            for size in sizes
            for old in sorted({1, max(1, size // 2), max(1, size - 1), size})
        ],
    }


def checkpoint_vector() -> dict[str, Any]:
    tree = MerkleTree(leaf_hash(body) for body in story())
    note = SIGNER.sign(Checkpoint("talks.example.org/rivers", tree.size, tree.root()))
    return {
        "what": "A signed checkpoint. The seed is secret on a real site; here it lets others sign the same.",
        "seed": bytes(range(32)).hex(),
        "verifier": SIGNER.verifier,
        "good": note,
        "bad": [
            {"note": note.replace(f"\n{tree.size}\n", f"\n{tree.size + 1}\n"), "why": "another size"},
            {"note": note.replace("/rivers", "/lakes"), "why": "another origin"},
            {"note": note.replace("\n\n", "\nmore\n\n"), "why": "one more line"},
            {"note": note[:-1], "why": "no line end"},
        ],
    }


def receipt_vector() -> dict[str, Any]:
    bodies = story()
    tree = MerkleTree(leaf_hash(body) for body in bodies)
    note = SIGNER.sign(Checkpoint("talks.example.org/rivers", tree.size, tree.root()))
    index = next(number for number, body in enumerate(bodies) if b'"vote-cast"' in body)
    receipt = Receipt(index, bodies[index], tree.inclusion(index, tree.size), note, SIGNER.verifier)
    good = json.loads(receipt_bytes(receipt))
    return {
        "what": "A receipt that proves its entry, and ones that do not.",
        "good": good,
        "bad": [
            {"receipt": good | {"index": index + 1}, "why": "another number"},
            {
                "receipt": good | {"entry": good["entry"].replace('"answer":1', '"answer":-1')},
                "why": "another vote",
            },
            {"receipt": good | {"proof": good["proof"][1:]}, "why": "a hash is missing"},
        ],
    }


def admission_vector() -> dict[str, Any]:
    bodies = story()
    after = json.loads(bodies[-1])["at"] + 1000
    upto = next(number for number, body in enumerate(bodies) if b'"text-erased"' in body)
    refused = []
    for entry in (
        vote(HOST, 1, 1),
        vote("p-nobody", 1, 1),
        vote(ANA, 9, 1),
        vote(ANA, 4, 1),
        vote(ANA, 1, 1, salt=SALT),
        VoteWithdrawn(by=ANA, statement="s2"),
        SettingsChanged(by=HOST, changes={"visibility": "names"}),
        SettingsChanged(by=HOST, changes={"threshold": 0.9}),
        ParticipantJoined(by="p-new", role="participant", invitation=token_hash("d")),
        ParticipantJoined(by="p-new", role="participant", invitation=token_hash("guessed")),
        StatementModerated(by=EVE, statement="s4", decision="declined"),
        CheckpointRecorded(by="site", size=3, root="0" * 64),
        NegotiationOpened(by=HOST),
        IssueAdded(by=HOST, issue="more", name="More", options=("yes", "no")),
        HurtMarked(by=ANA, draft=2, hurt=text("weir")),
        DraftProposed(by=HOST, draft=3, package={"weir": "low"}, why="improved", comity_version="0.1.0"),
        InterestsStated(by=ANA, terms=25, interests=text(INTERESTS)),
        DraftAnswered(by=ANA, draft=2, consents=True),
        NegotiationEnded(by=HOST, outcome="agreement", draft=1),
    ):
        state = State()
        for body in bodies[:upto]:
            extend(state, _entry(body), body)
        stamped = replace(entry, at=after)
        try:
            admit(state, stamped)
        except Refused as error:
            refused.append({"entry": json.loads(entry_bytes(stamped)), "code": error.code})
    return {
        "what": f"After the first {upto} entries of entries.json, the next of them is admitted and these are refused.",
        "after": upto,
        "refused": refused,
    }


def copies_vector() -> dict[str, Any]:
    found = {}
    for visibility in ("pseudonyms", "names", "parties"):
        bodies = story(visibility=visibility, floor=1)
        tree = MerkleTree(leaf_hash(body) for body in bodies)
        notes = [SIGNER.sign(Checkpoint("talks.example.org/rivers", tree.size, tree.root()))]
        words = ["Clean the river", "Build a dam", "Off topic", INTERESTS, OPENED, "weir"]
        texts = [CopiedText(text(item), bytes(16).hex(), item) for item in words]
        for kind in ("public", "full"):
            lines = written(copied(bodies, kind, notes, texts, {ANA: "Ana"}))
            found[f"{visibility}, {kind}"] = [line.decode() for line in lines]
    return {
        "what": "comity.jsonl, line by line, for each promise: the public copy and the full one.",
        "copies": found,
    }


def _entry(body: bytes) -> Entry:
    from comity.record.entry_bytes import entry_from

    return entry_from(body)


VECTORS = {
    "entries.json": entries_vector,
    "hashes.json": hashes_vector,
    "tree.json": tree_vector,
    "checkpoint.json": checkpoint_vector,
    "receipt.json": receipt_vector,
    "admission.json": admission_vector,
    "copies.json": copies_vector,
}


def vector_text(name: str) -> str:
    return json.dumps(VECTORS[name](), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    for name in VECTORS:
        (FOLDER / name).write_text(vector_text(name), encoding="utf-8")
