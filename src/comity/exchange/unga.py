"""Roll calls of the UN General Assembly as three Parquet files, and one or several sessions as a consultation.

votes.parquet: rcid, country, country_code, vote (1 yes, 0 abstain, -1 no; whoever was absent is not there);
roll_calls.parquet: rcid, session, date, short, descr; issues.parquet (may be missing): rcid, issue, short_name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.errors import Refused
from comity.exchange.csv_lines import table
from comity.exchange.files import FileBytes, Files, shown, source
from comity.exchange.parquet import arrow_table, is_parquet
from comity.exchange.parquet import rows as parquet_rows
from comity.exchange.table import parties_in
from comity.record.consultation import Consultation, Party, Source, Statement, VoteColumns
from comity.record.roll_calls import RollCalls

PartyFile = tuple[str, FileBytes]
"""A table of parties: its name, and what is in it."""

LISTED = 6
"""So many unknown parties are named."""

VOTES, ROLL_CALLS, ISSUES = "votes.parquet", "roll_calls.parquet", "issues.parquet"
COLUMNS = {
    VOTES: ("rcid", "country", "country_code", "vote"),
    ROLL_CALLS: ("rcid", "session", "date", "short", "descr"),
}


def is_unga(files: Files) -> bool:
    """Whether these files are General Assembly roll calls: told by their names, and Parquet inside."""
    return all(name in files and is_parquet(files[name]) for name in (VOTES, ROLL_CALLS))


def roll_calls_of(files: Files) -> RollCalls:
    """Every roll call of the folder. Raises Refused for a missing file or column, and for a vote out of range."""
    for name in (VOTES, ROLL_CALLS):
        if name not in files:
            raise Refused(
                "missing-file", f"{name} is missing; roll calls need {VOTES} and {ROLL_CALLS} in one folder"
            )
    votes, calls = (_columns(name, files) for name in (VOTES, ROLL_CALLS))
    rcid = np.asarray(calls["rcid"].to_numpy(), np.int64)
    session = np.asarray(calls["session"].to_numpy(), np.int32)
    order = np.lexsort((rcid, session))
    by_id = np.argsort(rcid)
    voted = np.asarray(votes["rcid"].to_numpy(), np.int64)
    place = by_id[np.minimum(np.searchsorted(rcid[by_id], voted), len(rcid) - 1)] if len(rcid) else voted
    unknown = rcid[place] != voted if len(rcid) else np.ones(len(voted), bool)
    if unknown.any():
        raise Refused(
            "unknown-roll-call",
            f"{VOTES} holds votes on roll call {int(voted[unknown][0])}, which is not in {ROLL_CALLS}; "
            "export both files together",
        )
    answer = _answers(votes["vote"])
    parties, party = _parties(votes)
    rank = np.empty(len(rcid), np.int64)
    rank[order] = np.arange(len(rcid))
    texts = [
        (short or "").strip() or (long or "").strip()
        for short, long in zip(calls["short"].to_pylist(), calls["descr"].to_pylist(), strict=True)
    ]
    days = calls["date"].cast("timestamp[ms]").cast("int64").fill_null(0).to_numpy()
    used = [name for name in (VOTES, ROLL_CALLS, ISSUES) if name in files]
    return RollCalls(
        title="United Nations General Assembly",
        parties=parties,
        roll_call_ids=tuple(str(number) for number in rcid[order]),
        texts=tuple(texts[k] for k in order),
        session_of=session[order],
        at=np.asarray(days, np.int64)[order],
        issues_of=_issues(files, rcid[order]),
        party=party,
        roll_call=rank[place].astype(np.int32),
        answer=answer,
        source=source("unga", "recorded votes of the UN General Assembly", files, used, ()),
    )


def unga_consultation(
    files: Files, session: str | None = None, issue: str | None = None, parties: PartyFile | None = None
) -> Consultation:
    """One session, a range such as "60-71", or one issue as a consultation: countries are participants and parties.

    issue: a label or its short name, any case. parties: a table of countries (by name or code, any case) with their
    blocs and capacities. Only countries that voted there take part. Raises Refused for a session or issue that is not
    there, and for a table that is about none of the countries.
    """
    calls = roll_calls_of(files)
    told, notes = ({}, ()) if parties is None else _told(calls.parties, parties)
    keep = _in_session(calls, session) & _on_issue(calls, issue)
    chosen = np.flatnonzero(keep)
    number = np.cumsum(keep) - 1
    mine = keep[calls.roll_call]
    there = np.unique(calls.party[mine])
    rank = np.full(len(calls.parties), -1, np.int32)
    rank[there] = np.arange(len(there))
    taking_part = tuple(told.get(calls.parties[k].party_id, calls.parties[k]) for k in there)
    at = calls.at[calls.roll_call[mine]]
    about = " ".join(part for part in (_session_words(session), f"on {issue}" if issue else "") if part)
    return Consultation(
        title=f"{calls.title}{', ' + about if about else ''}",
        question="Shall the resolution be adopted?",
        statements=tuple(
            Statement(
                calls.roll_call_ids[k],
                calls.texts[k] or calls.roll_call_ids[k],
                "en",
                submitted_at=int(calls.at[k]),
            )
            for k in chosen
        ),
        participant_ids=tuple(party.party_id for party in taking_part),
        votes=VoteColumns(
            rank[calls.party[mine]],
            number[calls.roll_call[mine]].astype(np.int32),
            calls.answer[mine],
            np.asarray(at, np.int64),
        ),
        source=_source(calls, session, issue, parties, notes),
        parties=taking_part,
        party_of=np.arange(len(taking_part), dtype=np.int32),
    )


def _told(known: Sequence[Party], given: PartyFile) -> tuple[dict[str, Party], tuple[str, ...]]:
    """What a table says of the countries, by code; and a sentence on those of its lines that name none of them."""
    rows = parties_in(parquet_rows(*given) if is_parquet(given[1]) else table(*given))
    code = {name.casefold(): party for party in known for name in (party.name, party.party_id)}
    told: dict[str, Party] = {}
    strangers = []
    for row in rows:
        party = code.get(row.party_id.casefold()) or code.get(row.name.casefold())
        if party is None:
            strangers.append(row.party_id)
        elif party.party_id in told:
            raise Refused(
                "repeated-name",
                f"{given[0]} names {party.name} twice, by its name and by its code; keep one of the two",
            )
        else:
            told[party.party_id] = replace(party, bloc=row.bloc, capacities=row.capacities)
    if not told:
        raise Refused(
            "unknown-party",
            f"{given[0]} names no country of these votes ({_some(strangers)}); name countries as {VOTES} does, or by "
            "their two-letter codes",
        )
    notes = (f"{given[0]} also names who never voted here: {_some(strangers)}",) if strangers else ()
    return told, notes


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(map(shown, names[:LISTED])) + more


def _source(
    calls: RollCalls,
    session: str | None,
    issue: str | None,
    parties: PartyFile | None,
    notes: tuple[str, ...],
) -> Source:
    given = (("session", session), ("issue", issue), ("parties", parties and parties[0]))
    options = tuple((name, value) for name, value in given if value is not None)
    files = calls.source.files
    if parties is not None:
        files += source("unga", "", dict([parties]), [parties[0]], ()).files
    return replace(calls.source, files=files, notes=notes, options=options)


def _session_words(session: str | None) -> str:
    if session is None:
        return ""
    return f"session{'s' if '-' in session else ''} {session}"


def _in_session(calls: RollCalls, session: str | None) -> npt.NDArray[np.bool_]:
    if session is None:
        return np.ones(len(calls.session_of), bool)
    low, _, high = session.partition("-")
    if not low.strip().isdigit() or (high and not high.strip().isdigit()):
        raise Refused(
            "session-unknown", f"session {shown(session)} is not a number or a range; write 71 or 60-71"
        )
    first, last = int(low), int(high or low)
    keep: npt.NDArray[np.bool_] = (first <= calls.session_of) & (calls.session_of <= last)
    if not keep.any():
        span = f"{calls.session_of.min()} to {calls.session_of.max()}" if len(calls.session_of) else "none"
        raise Refused(
            "session-unknown", f"there is no roll call in session {session}; there are sessions {span}"
        )
    return keep


def _on_issue(calls: RollCalls, issue: str | None) -> npt.NDArray[np.bool_]:
    if issue is None:
        return np.ones(len(calls.session_of), bool)
    wanted = issue.strip().casefold()
    keep = np.array([wanted in (label.casefold() for label in labels) for labels in calls.issues_of], bool)
    if not keep.any():
        known = sorted({label for labels in calls.issues_of for label in labels if len(label) > 2})
        raise Refused(
            "issue-unknown",
            f"no roll call is about {shown(issue)}; the issues are {', '.join(known) or 'none'}",
        )
    return keep


def _issues(files: Files, rcid: npt.NDArray[np.int64]) -> tuple[tuple[str, ...], ...]:
    labels: dict[int, list[str]] = {}
    if ISSUES in files:
        table = arrow_table(ISSUES, files[ISSUES]).to_pydict()
        for number, short, long in zip(table["rcid"], table["short_name"], table["issue"], strict=True):
            labels.setdefault(int(number), []).extend([long, short])
    return tuple(tuple(labels.get(int(number), ())) for number in rcid)


def _columns(name: str, files: Files) -> dict[str, Any]:
    table = arrow_table(name, files[name])
    missing = [column for column in COLUMNS[name] if column not in table.column_names]
    if missing:
        raise Refused(
            "missing-column", f"{name} has no column {shown(missing[0])}; it needs {', '.join(COLUMNS[name])}"
        )
    return {column: table.column(column) for column in COLUMNS[name]}


def _answers(column: Any) -> npt.NDArray[np.int8]:
    votes = np.asarray(column.fill_null(9).to_numpy(), np.int64)
    wrong = np.flatnonzero((votes < -1) | (votes > 1))
    if len(wrong):
        value = column[int(wrong[0])].as_py()
        raise Refused(
            "vote-out-of-range",
            f"{VOTES}, row {int(wrong[0]) + 1}: the vote is {value}; it must be 1 (yes), 0 (abstain) or -1 (no)",
        )
    return votes.astype(np.int8)


def _parties(votes: Mapping[str, Any]) -> tuple[tuple[Party, ...], npt.NDArray[np.int32]]:
    """Countries by code; one without a code of its own (some historic states) by its name."""
    names = votes["country"].combine_chunks().dictionary_encode()
    codes = votes["country_code"].combine_chunks().dictionary_encode()
    name_of, code_of = names.dictionary.to_pylist(), codes.dictionary.to_pylist()
    name_at = np.asarray(names.indices.fill_null(-1).to_numpy(zero_copy_only=False), np.int64)
    if (name_at < 0).any():
        row = int(np.flatnonzero(name_at < 0)[0]) + 1
        raise Refused(
            "unreadable-value", f"{VOTES}, row {row}: there is a vote without a country; give it one"
        )
    code_at = np.asarray(codes.indices.fill_null(-1).to_numpy(zero_copy_only=False), np.int64)
    pairs = np.unique(name_at * (len(code_of) + 1) + code_at + 1)
    names_seen, codes_seen = pairs // (len(code_of) + 1), pairs % (len(code_of) + 1) - 1
    codes_of_name, names_of_code = Counter(names_seen.tolist()), Counter(codes_seen.tolist())
    ids = {
        name: code_of[code]
        for name, code in zip(names_seen.tolist(), codes_seen.tolist(), strict=True)
        if code >= 0 and codes_of_name[name] == names_of_code[code] == 1
    }
    party_id = [ids.get(k, name) for k, name in enumerate(name_of)]
    order = sorted(range(len(name_of)), key=lambda k: party_id[k])
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order))
    return tuple(Party(party_id[k], name_of[k]) for k in order), rank[name_at]
