"""Prospects: how likely it is, by all that was ever answered, that every side supports a statement.

The list of common ground takes each side's answers to a statement by themselves, and rightly so: nobody speaks for a
side but its members. To choose *what to ask*, more may be used. Where three quarters of everybody else disagree, a side
seldom agrees; and where most statements find little support, the next one will not find much more.

Notation. theta_tj: log odds of the share of stratum t that says so of statement j; strata are the sides, and those of
no side together. theta_j ~ N(m, S), m and S learnt from all statements: S says how one side's answers foretell
another's. k_tj of n_tj said so; given omega_tj, the expectation of the Polya-Gamma variable of one answer (Polson,
Scott and Windle 2013), the posterior of theta_j is normal with precision S^-1 + diag(omega_tj n_tj) and linear term
S^-1 m + k_tj - n_tj / 2; m and S are the mean and the spread of these posteriors. `PASSES` rounds of it. To begin with,
one statement of even odds and n_strata + 1 of variance `OWN` + `SHARED` and covariance `SHARED` count as seen.
"""

from __future__ import annotations

import numpy as np
from scipy.special import log_ndtr, logit

from comity.engine.votes import Floats

PASSES = 12
OWN, SHARED = 1.0, 0.5


def log_prospects(said: Floats, voted: Floats, n_sides: int, threshold: float) -> Floats:
    """Log of the chance that the share of every side is above the threshold, shape (n_statements,).

    said, voted: shape (n_strata, n_statements), 0 <= said <= voted, fractions allowed; the first n_sides strata are
    the sides, the others only help to foretell. The product is over the sides' own chances.

    >>> import numpy as np
    >>> said = np.array([[0.0, 9, 1, 8, 2, 9], [0, 8, 2, 9, 1, 0]])
    >>> chance = np.exp(log_prospects(said, np.array([[0.0] + [10] * 5, [0] + [10] * 4 + [0]]), 2, 0.6))
    >>> bool(chance[1] > chance[5] > chance[0] > chance[2])
    True
    """
    mean, covariance = _log_odds(said, voted)
    spread = np.sqrt(np.einsum("jtt->jt", covariance))[:, :n_sides]
    return np.asarray(log_ndtr((mean[:, :n_sides] - logit(threshold)) / spread).sum(axis=1))


def _log_odds(said: Floats, voted: Floats) -> tuple[Floats, Floats]:
    """Posterior of theta: mean, shape (n_statements, n_strata), and covariance, (n_statements, n_strata, n_strata)."""
    n_strata, n_statements = said.shape
    first = OWN * np.eye(n_strata) + SHARED
    middle, spread = np.zeros(n_strata), first
    mean, variance = np.zeros((n_statements, n_strata)), np.ones((n_statements, n_strata))
    heard = (voted.sum(axis=0) > 0).astype(np.float64)
    n_heard = heard.sum()
    covariance = np.broadcast_to(first, (n_statements, n_strata, n_strata))
    for _ in range(PASSES):
        scale = np.maximum(np.sqrt(mean**2 + variance), 1e-6)
        weight = np.tanh(scale / 2) / (2 * scale) * voted.T
        prior = np.linalg.inv(spread)
        covariance = np.linalg.inv(prior + weight[:, :, None] * np.eye(n_strata))
        mean = np.einsum("jtu,ju->jt", covariance, (said - voted / 2).T + prior @ middle)
        variance = np.einsum("jtt->jt", covariance)
        middle = heard @ mean / (n_heard + 1.0)
        off = mean - middle
        seen = (off * heard[:, None]).T @ off + np.tensordot(heard, covariance, 1)
        spread = (seen + (n_strata + 1.0) * first) / (n_heard + n_strata + 1.0)
    return mean, covariance
