"""Check a copy of a record from its lines alone: rebuild the tree, replay every admission, and say what was proved.

The first thing that differs is named with its place. Because every line carries the root up to and with it, a
change is located at its own entry; against somebody who recomputes all roots, the signed checkpoints locate it
between two sizes, and receipts or older copies that others kept show it at all if the key was his or hers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from comity.errors import Refused
from comity.record.admission import admit
from comity.record.canonical import text_hash
from comity.record.checkpoint import Checkpoint, checkpoint_from
from comity.record.copies import CopiedName, CopiedText, Header, Item, Line, Signed, is_withheld
from comity.record.entry_bytes import entry_from
from comity.record.fold import extend, withhold
from comity.record.interests import opened_part
from comity.record.merkle import leaf_hash
from comity.record.receipt import Receipt, check_receipt
from comity.record.state import State
from comity.record.sums import PublishedSums, published_sums

ORDER: tuple[type, ...] = (Header, Line, Signed, CopiedText, CopiedName, PublishedSums)


class Differs(Exception):
    """The copy is not what it says it is. where: the place, for people; index: the entry's number if it is one."""

    def __init__(self, where: str, what: str, index: int | None = None) -> None:
        super().__init__(f"{where}: {what}")
        self.where = where
        self.what = what
        self.index = index


@dataclass(eq=False)
class Verified:
    """A copy that held, as far as it can be checked.

    state: after all its entries. proved, unproved: sentences. withheld: entries shown as hashes only. texts: by hash.
    """

    header: Header
    state: State
    texts: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    sums: list[PublishedSums] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    salts: dict[str, str] = field(default_factory=dict)
    proved: list[str] = field(default_factory=list)
    unproved: list[str] = field(default_factory=list)

    @property
    def withheld(self) -> int:
        return self.state.n_withheld


def verified(items: Iterable[tuple[int, Item]], key: str | None = None) -> Verified:
    """Check a whole copy. items: with the numbers of their lines. key: the verifier string to trust.

    Without a key the one that the record's own opening names is used. Raises Differs at the first thing that
    differs.
    """
    found: Verified | None = None
    signed_up_to = 0
    reached = 0
    for number, item in items:
        if found is None:
            if not isinstance(item, Header):
                raise Differs(f"line {number}", "a copy begins with its header")
            found = Verified(item, State())
            continue
        if ORDER.index(type(item)) < reached or isinstance(item, Header):
            raise Differs(f"line {number}", f"a {_KIND[type(item)]} stands where none may stand any more")
        if reached <= 1 < ORDER.index(type(item)):
            _check_head(found)
        reached = ORDER.index(type(item))
        match item:
            case Line():
                _take_entry(found, number, item)
            case Signed():
                signed_up_to = _take_checkpoint(found, number, item, signed_up_to, key)
            case CopiedText():
                _take_text(found, number, item)
            case CopiedName():
                _take_name(found, number, item)
            case PublishedSums():
                found.sums.append(item)
    if found is None:
        raise Differs("line 1", "there is no copy of a record here")
    if reached <= 1:
        _check_head(found)
    _check_end(found, signed_up_to, key)
    return found


def check_receipt_in(found: Verified, receipt: Receipt, key: str | None = None) -> None:
    """Raises Differs unless the receipt's entry stands in this copy under its number, as the receipt says."""
    where = f"receipt of entry {receipt.index}"
    try:
        checkpoint = check_receipt(receipt, key or _key(found))
    except ValueError as error:
        raise Differs(where, str(error), receipt.index) from None
    _check_same_record(found, checkpoint, where)
    if found.state.tree.leaf(receipt.index) != leaf_hash(receipt.entry):
        raise Differs(where, "the record holds another entry under this number", receipt.index)
    found.proved.append(f"the receipt's vote is entry {receipt.index} of this record, unchanged")


def check_extends(found: Verified, older: Verified) -> None:
    """Raises Differs unless `older` is the beginning of this copy, entry by entry."""
    state, before = found.state, older.state
    if state.size < before.size:
        raise Differs(
            f"entry {state.size}",
            f"the older copy has {before.size} entries, this one only {state.size}: the rest was taken away",
            state.size,
        )
    if state.tree.root(before.size) == before.root():
        found.proved.append(
            f"the older copy is the beginning of this one: its {before.size} entries are unchanged"
        )
        return
    index = next(i for i in range(before.size) if state.tree.leaf(i) != before.tree.leaf(i))
    raise Differs(f"entry {index}", "it is not what the older copy has under this number", index)


def check_extends_checkpoint(found: Verified, note: str, key: str | None = None) -> None:
    """Raises Differs unless the record of this signed checkpoint is the beginning of this copy."""
    try:
        checkpoint = checkpoint_from(note, key or _key(found))
    except ValueError as error:
        raise Differs("the older checkpoint", str(error)) from None
    _check_same_record(found, checkpoint, "the older checkpoint")
    found.proved.append(f"the first {checkpoint.size} entries are those of the older checkpoint")


def check_sums_of(public: Verified, full: Verified) -> None:
    """Raises Differs unless the sums of a public copy are those of the votes in this full copy of the same record."""
    if (public.state.size, public.state.root()) != (full.state.size, full.state.root()):
        raise Differs("the full copy", "it is not of the same record at the same size; export both at once")
    if full.withheld:
        raise Differs("the full copy", f"{full.withheld} votes are withheld from it")
    for mine, theirs in zip(published_sums(full.state), public.sums, strict=True):
        if mine != theirs:
            raise Differs(
                f"sums of statement {theirs.statement}", "the votes of the full copy add up to others"
            )
    public.proved.append("the published sums are those of the votes in the full copy")
    public.unproved = [sentence for sentence in public.unproved if "the sums are theirs" not in sentence]


def _take_entry(found: Verified, number: int, line: Line) -> None:
    state = found.state
    index = state.size
    where = f"entry {index} (line {number})"
    if line.index != index:
        what = "is missing, was moved, or stands twice"
        raise Differs(where, f"the line says it is entry {line.index}: entry {index} {what}", index)
    if line.entry is None:
        _withhold(found, line, where)
    else:
        try:
            entry = entry_from(line.entry)
        except ValueError as error:
            raise Differs(where, str(error), index) from None
        try:
            admit(state, entry)
        except Refused as refused:
            raise Differs(where, f"it could not have been admitted: {refused.text}", index) from None
        if state.opening is not None and is_withheld(entry, state.opening.promise, found.header.copy):
            raise Differs(where, "a public copy shows a vote that was promised not to be published", index)
        extend(state, entry, line.entry)
    if state.root().hex() != line.root:
        raise Differs(where, "the entry does not lead to the root in its line: it was changed", index)


def _withhold(found: Verified, line: Line, where: str) -> None:
    opening = found.state.opening
    if opening is None or found.header.copy == "full" or opening.promise.shows_single_votes:
        raise Differs(where, "the entry is withheld, but nothing was promised to be", line.index)
    withhold(found.state, bytes.fromhex(line.leaf or ""))


def _check_head(found: Verified) -> None:
    header, state = found.header, found.state
    if state.size != header.size:
        what = "the rest is missing" if state.size < header.size else "there are more than it should have"
        raise Differs(
            f"entry {min(state.size, header.size)}",
            f"the header says {header.size} entries, the copy has {state.size}: {what}",
            min(state.size, header.size),
        )
    if state.opening is None:
        raise Differs("entry 0", "there is no opening", 0)
    opening = state.opening
    for name, says, is_so in (
        ("root", header.root, state.root().hex()),
        ("consultation", header.consultation, opening.consultation),
        ("origin", header.origin, opening.origin),
        ("key", header.key, opening.key),
    ):
        if says != is_so:
            raise Differs("line 1", f"the header's {name} is not that of the entries")


def _take_checkpoint(found: Verified, number: int, signed: Signed, signed_up_to: int, key: str | None) -> int:
    where = f"checkpoint (line {number})"
    try:
        checkpoint = checkpoint_from(signed.note, key or _key(found))
    except ValueError as error:
        raise Differs(where, str(error)) from None
    if checkpoint.size < signed_up_to:
        raise Differs(where, "checkpoints are not in the order of their sizes")
    _check_same_record(found, checkpoint, where, signed_up_to)
    found.notes.append(signed.note)
    return checkpoint.size


def _check_same_record(found: Verified, checkpoint: Checkpoint, where: str, since: int = 0) -> None:
    state = found.state
    if checkpoint.origin != found.header.origin:
        raise Differs(where, f"it is of another record: {checkpoint.origin}")
    if not 0 < checkpoint.size <= state.size:
        raise Differs(
            where,
            f"it is about {checkpoint.size} entries, the copy has {state.size}: some were taken away",
            state.size,
        )
    if state.tree.root(checkpoint.size) != checkpoint.root:
        raise Differs(
            f"entries {since} to {checkpoint.size - 1}",
            f"they are not those that were signed ({where}): one of them was changed, and all roots after it",
            since,
        )


def _take_text(found: Verified, number: int, text: CopiedText) -> None:
    where = f"text (line {number})"
    try:
        is_so = text_hash(bytes.fromhex(text.salt), text.text) == text.hash
    except ValueError as error:
        raise Differs(where, str(error)) from None
    if not is_so:
        raise Differs(where, f"it is not the text whose hash is {text.hash}")
    if text.hash in found.state.private and found.header.copy == "public":
        raise Differs(where, "a public copy shows what a party stated in private")
    if (
        text.hash not in found.state.texts.keys() | found.state.private.keys()
        or text.hash in found.state.erased
    ):
        raise Differs(where, "the record knows no such text, or says that it was erased")
    found.texts[text.hash] = text.text
    found.salts[text.hash] = text.salt


def _take_name(found: Verified, number: int, name: CopiedName) -> None:
    opening = found.state.opening
    if opening is None or opening.visibility != "names" or name.by not in found.state.members:
        raise Differs(
            f"name (line {number})", "names were not promised to be public, or nobody has this pseudonym"
        )
    found.names[name.by] = name.name


def _check_end(found: Verified, signed_up_to: int, key: str | None) -> None:
    state = found.state
    if signed_up_to < state.size:
        raise Differs(
            f"entries {signed_up_to} to {state.size - 1}",
            "no signed checkpoint covers them; ask for a copy with its latest checkpoint",
            signed_up_to,
        )
    found.proved.append(f"all {state.size} entries are in their place: the root is {state.root().hex()}")
    found.proved.append(f"{len(found.notes)} checkpoints are signed by {key or _key(found)}")
    if key is None:
        found.unproved.append(
            "that the key is the site's: compare it with the one the site publishes, or give it with --key"
        )
    missing = len([item for item in state.texts if item not in found.texts and item not in state.erased])
    if missing:
        found.unproved.append(f"{missing} texts are not in this copy")
    if state.erased:
        found.proved.append(
            f"{len(state.erased)} texts were erased; their votes and every count are still here"
        )
    if state.private:
        _check_opened(found)
    if found.withheld:
        _check_sums(found)
        found.proved.append(
            f"every entry was admitted by the rules, {found.withheld} votes excepted that were promised not to be shown"
        )
        found.unproved.append(
            "the votes themselves, that the sums are theirs, and the findings: an auditor's full copy proves them"
        )
    else:
        if found.sums and tuple(found.sums) != published_sums(state):
            wrong = next(
                (a.statement for a, b in zip(found.sums, published_sums(state), strict=False) if a != b), "?"
            )
            raise Differs(f"sums of statement {wrong}", "they are not those of the votes")
        found.proved.append("every entry was admitted by the rules")


def _check_opened(found: Verified) -> None:
    """What a party opens to the others must be what its private statement says, as far as this copy holds it."""
    private = [hash_ for hash_ in found.state.private if hash_ not in found.state.erased]
    held = [hash_ for hash_ in private if hash_ in found.texts]
    for bargain in (*found.state.past_bargains, found.state.bargain):
        shown = "nothing" if bargain.terms is None else bargain.terms.shown
        for stated in bargain.statements:
            if stated.interests not in found.texts or stated.opened in found.state.erased:
                continue
            try:
                says = opened_part(found.texts[stated.interests], bargain.issues, shown)
            except (Refused, ValueError, TypeError, KeyError, AttributeError, ZeroDivisionError):
                raise Differs("interests", f"what {stated.by} stated is not of its form") from None
            if says != (None if stated.opened is None else found.texts.get(stated.opened)):
                raise Differs("interests", f"what {stated.by} opened to the others is not what was stated")
    if held:
        found.proved.append(
            f"{len(held)} private statements are those of the record, and what is opened of them is what they say"
        )
    if len(held) < len(private):
        found.unproved.append(
            f"{len(private) - len(held)} private statements of interests and hurts, and the drafts that follow from "
            "them: an auditor's full copy proves them"
        )


def _check_sums(found: Verified) -> None:
    """What can be said of sums without the votes: they are of this record's statements, and not of more votes."""
    names = [item.statement for item in found.sums]
    if names != list(found.state.statements):
        raise Differs("sums", "they are not those of the record's statements, one each")
    voted = sum(item.voted for item in found.sums)
    if voted > found.withheld:
        raise Differs(
            "sums", f"they add up to {voted} votes, the record has {found.withheld} entries of votes"
        )
    floor = found.state.opening.floor if found.state.opening else 0
    for item in found.sums:
        parts = [*item.parties.values(), *([item.rest] if item.rest else [])]
        if any(part.voted < floor for part in parts):
            raise Differs(
                f"sums of statement {item.statement}", f"a part is smaller than the promised {floor}"
            )
        if any(party is not None and party not in found.state.parties for party in item.parties):
            raise Differs(
                f"sums of statement {item.statement}", "one is of a party that is not in the record"
            )
    found.proved.append(f"the sums of {len(names)} statements fit the number of votes and the promised floor")


def _key(found: Verified) -> str:
    return found.header.key


_KIND: dict[type, str] = {
    Header: "header",
    Line: "line of an entry",
    Signed: "checkpoint",
    CopiedText: "text",
    CopiedName: "name",
    PublishedSums: "line of sums",
}
