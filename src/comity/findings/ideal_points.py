"""Ideal points over time as published numbers: paths, distances, polarisation, each with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from comity.engine.opinion.dynamic.model import IdealPoints, ideal_points
from comity.engine.votes import vote_matrix
from comity.errors import Refused
from comity.findings.findings import Estimate, Method
from comity.record.consultation import Party, Source
from comity.record.roll_calls import RollCalls

DECIMALS = 4
INTERVAL = 0.9
FEWEST_PARTIES = 3


@dataclass(frozen=True)
class Point:
    """Where a party stood in a session; n_votes 0: it did not vote there, the path carries it."""

    session: int
    at: Estimate
    n_votes: int


@dataclass(frozen=True)
class Path:
    """A party's positions from its first vote to its last."""

    party: Party
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Spread:
    """Polarisation of one session: the standard deviation of positions over the parties that voted."""

    session: int
    value: Estimate
    n_parties: int
    n_roll_calls: int


@dataclass(frozen=True)
class Distance:
    """How far two parties stood apart, session by session."""

    first: Party
    second: Party
    sessions: tuple[tuple[int, Estimate], ...]


@dataclass(frozen=True, eq=False)
class IdealPointFindings:
    """Everything that is published about ideal points. step: what a party drifts in a session (learnt)."""

    title: str
    source: Source
    sessions: tuple[int, ...]
    paths: tuple[Path, ...]
    polarisation: tuple[Spread, ...]
    n_votes: int
    n_roll_calls: int
    step: float
    positive: str
    method: Method
    warnings: tuple[str, ...]
    fit: IdealPoints
    parties: tuple[Party, ...]

    def distance(self, first: int, second: int) -> Distance:
        """How far two parties (indices into `parties`) stood apart, with the interval of their joint posterior."""
        pairs = []
        for t, here in enumerate(self.fit.here):
            i, j = np.searchsorted(here, [first, second])
            if max(i, j) >= len(here) or here[i] != first or here[j] != second:
                continue
            covariance = self.fit.covariance[t]
            gap = abs(float(self.fit.mean[t, first] - self.fit.mean[t, second]))
            variance = covariance[i, i] + covariance[j, j] - 2 * covariance[i, j]
            half = float(norm.ppf((1 + INTERVAL) / 2) * np.sqrt(max(variance, 0.0)))
            pairs.append((self.sessions[t], _estimate(gap, max(gap - half, 0.0), gap + half)))
        return Distance(self.parties[first], self.parties[second], tuple(pairs))

    def party_index(self, name: str) -> int:
        """The party of this name or id, any case. Raises Refused where there is none."""
        return _party(self.parties, name)


def ideal_point_findings(calls: RollCalls, positive: str | None = None) -> IdealPointFindings:
    """Where every party stood in every session. positive: a party whose mean position shall be positive.

    Raises Refused for fewer than three parties, for no votes, and for a `positive` that is no party.
    """
    if len(calls.parties) < FEWEST_PARTIES or len(calls.party) == 0:
        raise Refused(
            "too-few-parties",
            f"ideal points need votes of at least {FEWEST_PARTIES} parties, and there are {len(calls.parties)}",
        )
    anchor = None if positive is None else _party(calls.parties, positive)
    sessions = np.arange(calls.session_of.min(), calls.session_of.max() + 1)
    session_of = calls.session_of - sessions[0]
    votes = vote_matrix(calls.party, calls.roll_call, calls.answer, len(calls.parties), len(session_of))
    fit = ideal_points(votes, session_of, len(sessions), anchor)
    counts = np.zeros((len(sessions), len(calls.parties)), np.int64)
    np.add.at(counts, (session_of[votes.statement], votes.participant), 1)
    n_items = np.bincount(session_of, minlength=len(sessions))
    return IdealPointFindings(
        title=calls.title,
        source=calls.source,
        sessions=tuple(sessions.tolist()),
        paths=_paths(calls.parties, fit, sessions, counts),
        polarisation=tuple(
            _spread(int(number), fit, t, counts[t], int(n_items[t])) for t, number in enumerate(sessions)
        ),
        n_votes=votes.n_votes,
        n_roll_calls=len(session_of),
        step=round(fit.step, DECIMALS),
        positive=calls.parties[anchor].name if anchor is not None else "",
        method=Method("ideal-points/1", {"interval": INTERVAL, "positive": positive or ""}, DECIMALS),
        warnings=_warnings(sessions, n_items),
        fit=fit,
        parties=calls.parties,
    )


def _paths(
    parties: tuple[Party, ...], fit: IdealPoints, sessions: np.ndarray, counts: np.ndarray
) -> tuple[Path, ...]:
    half = norm.ppf((1 + INTERVAL) / 2) * np.sqrt(fit.variance)
    paths = []
    for p, party in enumerate(parties):
        there = np.flatnonzero(~np.isnan(fit.mean[:, p]))
        points = tuple(
            Point(
                int(sessions[t]),
                _estimate(fit.mean[t, p], fit.mean[t, p] - half[t, p], fit.mean[t, p] + half[t, p]),
                int(counts[t, p]),
            )
            for t in there
        )
        if points:
            paths.append(Path(party, points))
    return tuple(paths)


def _spread(session: int, fit: IdealPoints, t: int, counts: np.ndarray, n_items: int) -> Spread:
    """Mean and variance of a quadratic form in normal positions; the interval is of its root."""
    here = fit.here[t]
    voted = counts[here] > 0 if n_items else np.ones(len(here), bool)
    place = fit.mean[t, here][voted]
    n = len(place)
    if n < 2:
        return Spread(session, Estimate(0.0, 0.0, 0.0), n, n_items)
    deviation = place - place.mean()
    covariance = fit.covariance[t][np.ix_(voted, voted)]
    centred = covariance - covariance.mean(0) - covariance.mean(1)[:, None] + covariance.mean()
    square = float((deviation**2).sum() + np.trace(centred)) / n
    variance = float(2 * (centred**2).sum() + 4 * deviation @ centred @ deviation) / n**2
    middle = np.sqrt(square)
    half = float(norm.ppf((1 + INTERVAL) / 2) * np.sqrt(variance) / (2 * middle))
    return Spread(session, _estimate(middle, max(middle - half, 0.0), middle + half), n, n_items)


def _estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(*(round(float(x), DECIMALS) for x in (value, low, high)))


def _party(parties: tuple[Party, ...], name: str) -> int:
    wanted = name.strip().casefold()
    for k, party in enumerate(parties):
        if wanted in (party.party_id.casefold(), party.name.casefold()):
            return k
    raise Refused(
        "unknown-party", f"there is no party {name!r} in these votes; write its name or code as there"
    )


def _warnings(sessions: np.ndarray, n_items: np.ndarray) -> tuple[str, ...]:
    thin = [int(number) for number, n in zip(sessions, n_items, strict=True) if n < 5]
    if not thin:
        return ()
    names = ", ".join(map(str, thin))
    return (
        f"Hardly anything was voted on in session {names}: positions there are carried by the sessions around.",
    )
