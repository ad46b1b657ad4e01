"""`comity verify`: check a record that somebody exported, and say what was proved and what cannot be."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.assemble import missing_extra
from comity.errors import Refused

if TYPE_CHECKING:
    from comity.record.state import State
    from comity.record.verification import Verified

ERASED = "(this text was erased)"


def verify(
    record: Path,
    /,
    *,
    receipt: Path | None = None,
    extends: Path | None = None,
    findings: Path | None = None,
    full: Path | None = None,
    key: str | None = None,
) -> None:
    """Rebuild the record's root, replay every admission, and check what others hold against it.

    Names the first thing that differs and ends with exit code 1.

    Parameters
    ----------
    record
        A comity.jsonl, or the folder that holds one.
    receipt
        A voter's receipt: its entry must be in the record, unchanged.
    extends
        An older copy, receipt or checkpoint of the same record: it must be the beginning of this one.
    findings
        Findings as JSON (comity findings --format json): every number is computed again. Where RECORD is a folder with
        a findings.json, that one is taken.
    full
        An auditor's full copy of the same record: the public copy's sums must be those of its votes.
    key
        The site's public key, as you know it from elsewhere; else the one that the record names.
    """
    with missing_extra("site", "verifying a record"):
        from comity.exchange.record_file import Unreadable
        from comity.record.verification import Differs, check_receipt_in, check_sums_of

    try:
        found = _verified(record, key)
        if receipt is not None:
            check_receipt_in(found, _receipt(receipt), key)
        if extends is not None:
            _check_extends(found, extends, key)
        whole = found if full is None else _verified(full, key)
        if full is not None:
            check_sums_of(found, whole)
        _check_drafts(found, whole)
        if findings is None and record.is_dir() and (record / "findings.json").exists():
            findings = record / "findings.json"
        if findings is not None:
            _check_findings(found, whole, findings, record if full is None else full)
    except (Differs, Unreadable) as difference:
        print(f"differs: {difference}")
        raise SystemExit(1) from None
    _say(found)


def _verified(path: Path, key: str | None) -> Verified:
    from comity.exchange.record_file import read
    from comity.record.verification import verified

    with _opened(path / "comity.jsonl" if path.is_dir() else path) as lines:
        return verified(read(lines), key)


def _opened(path: Path) -> Any:
    try:
        return path.open("rb")
    except OSError as error:
        raise Refused("no-such-file", f"{path} cannot be read ({error.strerror}); check its name") from None


def _receipt(path: Path) -> Any:
    from comity.record.receipt import receipt_from

    with _opened(path) as file:
        try:
            return receipt_from(file.read())
        except ValueError as error:
            raise Refused(
                "not-a-receipt", f"{path} is no receipt ({error}); give the file you got when you voted"
            ) from None


def _check_extends(found: Verified, path: Path, key: str | None) -> None:
    """An older copy, a receipt, or a checkpoint: told apart by how they begin."""
    from comity.record.receipt import FORM
    from comity.record.verification import check_extends, check_extends_checkpoint

    if path.is_dir():
        check_extends(found, _verified(path, key))
        return
    with _opened(path) as file:
        beginning = file.read(100_000)
    if FORM.encode() in beginning and b"\n" not in beginning.rstrip():
        check_extends_checkpoint(found, _receipt(path).checkpoint, key)
    elif beginning.startswith(b"{"):
        check_extends(found, _verified(path, key))
    else:
        check_extends_checkpoint(found, beginning.decode(errors="replace"), key)


def _check_drafts(found: Verified, whole: Verified) -> None:
    """Compute the drafts of every negotiation again, where the statements that they rest on are in a full copy."""
    from comity.record.verification import Differs

    bargains = [one for one in (*whole.state.past_bargains, whole.state.bargain) if one.drafts]
    if not bargains:
        return
    from comity.findings.drafting import replayed

    every = [replayed(bargain, whole.state.parties, whole.texts) for bargain in bargains]
    for came in every:
        if came.wrong is not None:
            number, says = came.wrong
            raise Differs(f"draft {number}", says)
    n_same, n_claims, n_open, n_unknown, n_other = (
        sum(getattr(came, name) for came in every)
        for name in ("n_same", "n_claims", "n_open", "n_unknown", "n_other")
    )
    if n_same:
        found.proved.append(
            f"{n_same} drafts were computed again from what the parties stated and are the same"
        )
    if n_claims:
        found.proved.append(
            f"what {n_claims} drafts claim of themselves is so: acceptable to all, better for some and worse for none, "
            "or nothing better left"
        )
        found.unproved.append(
            f"that these {n_claims} drafts are the ones the method chooses: there are too many packages to list them "
            "all, so another one may be as good"
        )
    if n_open:
        found.unproved.append(
            f"that nothing better is left after {n_open} drafts: that could not be settled in the time allowed"
        )
    if n_unknown:
        found.unproved.append(
            f"{n_unknown} drafts: what they rest on is not in this copy (an auditor's full copy holds it)"
        )
    if n_other:
        found.unproved.append(f"{n_other} drafts: they name a method that this version does not know")


def _check_findings(found: Verified, whole: Verified, path: Path, record: Path) -> None:
    """Compute the findings again, from as much of the record as they say they rest on. whole: nothing withheld."""
    from comity.record.verification import Differs

    stated = _stated(path)
    if whole.withheld:
        found.unproved.append(
            "the findings: single votes are withheld from this copy; an auditor's full copy proves them"
        )
        return
    head = stated.get("record") or {"size": whole.state.size, "root": whole.state.root().hex()}
    size = head["size"]
    if not 0 < size <= whole.state.size or whole.state.tree.root(size).hex() != head["root"]:
        raise Differs(
            "findings, record", f"this record never had {size} entries with the root {head['root']}"
        )
    computed = recomputed(_state_at(record, whole, size), whole.texts, stated["parameters"])
    for place, says, is_so in differences(stated, computed):
        if ERASED in is_so:
            continue  # a text that was erased since; every number beside it is compared
        raise Differs(f"findings, {place}", f"the file says {says}, the record gives {is_so}")
    found.proved.append(f"every number of {path.name} was computed again from the record and is the same")


def _stated(path: Path) -> dict[str, Any]:
    with _opened(path) as file:
        try:
            stated = json.load(file)
        except ValueError as error:
            raise Refused(
                "not-findings", f"{path} is not JSON ({error}); give what comity findings wrote"
            ) from None
    if not isinstance(stated, dict) or not isinstance(stated.get("parameters"), dict):
        raise Refused(
            "not-findings", f"{path} holds no findings; give what comity findings --format json wrote"
        )
    return stated


def _state_at(record: Path, whole: Verified, size: int) -> State:
    """The state when the record had `size` entries. The copy was verified before: it is only read again."""
    from comity.exchange.record_file import read
    from comity.record.copies import Line
    from comity.record.fold import state_from

    if size == whole.state.size:
        return whole.state
    with _opened(record / "comity.jsonl" if record.is_dir() else record) as lines:
        entries = (item.entry for _, item in read(lines) if isinstance(item, Line) and item.index < size)
        return state_from(entry for entry in entries if entry is not None)


def recomputed(state: State, texts: dict[str, str], parameters: dict[str, Any]) -> Any:
    """The findings of this record under these parameters, as the JSON that they are published in."""
    from comity.findings.compute import findings_of
    from comity.findings.parameters import Parameters
    from comity.report.data import findings_json

    try:
        chosen = Parameters(**parameters)
    except TypeError as error:
        raise Refused(
            "not-findings", f"the findings' parameters are not known here ({error}); use their version"
        ) from None
    return json.loads(findings_json(findings_of(state.consultation(texts), chosen)))


def differences(stated: Any, computed: Any, place: str = "") -> Iterator[tuple[str, str, str]]:
    """Where two JSON values differ: the place, what the first says, what the second says; in the order of places."""
    if isinstance(stated, dict) and isinstance(computed, dict):
        for name in sorted(stated.keys() | computed.keys()):
            yield from differences(stated.get(name), computed.get(name), f"{place}.{name}".lstrip("."))
    elif isinstance(stated, list) and isinstance(computed, list) and len(stated) == len(computed):
        for number, (one, other) in enumerate(zip(stated, computed, strict=True)):
            yield from differences(one, other, f"{place}[{number}]")
    elif stated != computed:
        yield place, _short(stated), _short(computed)


def _short(value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 80 else shown[:77] + "..."


def _say(found: Verified) -> None:
    header = found.header
    print(f"record {header.origin}: {header.copy} copy, {header.size} entries, root {header.root}")
    for sentence in found.proved:
        print(f"proved: {sentence}")
    for sentence in found.unproved:
        print(f"not proved here: {sentence}")
    sys.stdout.flush()
