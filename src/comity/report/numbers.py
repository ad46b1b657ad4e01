"""Numbers as people read them: rounded to what they are worth, never 0% or 100% for what is only likely."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

from comity.findings.findings import Estimate

WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
WIDE = 0.2
"""An interval wider than this share says too little for single percents: fives are written."""


def count(number: int) -> str:
    """A whole number with its thousands apart.

    >>> count(46_983), count(7)
    ('46,983', '7')
    """
    return f"{number:,}"


def count_words(number: int) -> str:
    """A small number as a word, as running text has it.

    >>> count_words(0), count_words(3), count_words(12)
    ('no', 'three', '12')
    """
    return WORDS[number] if 0 <= number < len(WORDS) else count(number)


def counted(number: int, one: str, many: str = "", *, words: bool = False) -> str:
    """A number and its noun.

    >>> counted(1, "vote"), counted(2_000, "vote"), counted(0, "party", "parties", words=True)
    ('1 vote', '2,000 votes', 'no parties')
    """
    written = count_words(number) if words else count(number)
    return f"{written} {one if number == 1 else many or one + 's'}"


def listed(words: Sequence[str], join: str = "and") -> str:
    """Words in a row, as English has them.

    >>> listed(["A"]), listed(["A", "B"]), listed(["A", "B", "C"], "or")
    ('A', 'A and B', 'A, B or C')
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {join} {words[-1]}"


def percent(share: float) -> str:
    """A share in whole percents; what is not surely nothing or everything is not written as 0 or 100.

    >>> percent(0.824), percent(0.004), percent(0.0), percent(0.997), percent(1.0)
    ('82%', 'under 1%', '0%', 'over 99%', '100%')
    """
    if 0 < share < 0.01:
        return "under 1%"
    if 0.99 < share < 1:
        return "over 99%"
    return f"{_whole(share)}%"


def chance(probability: float) -> str:
    """A posterior probability in whole percents; however sure, it is never written as 0 or 100.

    >>> chance(0.97), chance(1.0), chance(0.0)
    ('97%', 'over 99%', 'under 1%')
    """
    if probability >= 0.995:
        return "over 99%"
    return "under 1%" if probability < 0.005 else f"{_whole(probability)}%"


def share_with_interval(estimate: Estimate) -> str:
    """A share and its interval, in single percents, or in fives ("about") where the interval is wide.

    >>> share_with_interval(Estimate(0.824, 0.781, 0.862))
    '82% (78–86)'
    >>> share_with_interval(Estimate(0.643, 0.412, 0.834))
    'about 65% (40–85)'
    >>> share_with_interval(Estimate(1.0, 1.0, 1.0))
    '100%'
    """
    step = _step(estimate)
    low, high = _outward(estimate, step)
    value = f"{'about ' if step > 1 else ''}{_value(estimate, step)}%"
    return value if low == high else f"{value} ({low}–{high})"


def points_with_interval(estimate: Estimate) -> str:
    """A difference between two shares, in points.

    >>> points_with_interval(Estimate(0.58, 0.512, 0.641))
    '58 points (51–64)'
    """
    step = _step(estimate)
    low, high = _outward(estimate, step)
    return f"{'about ' if step > 1 else ''}{_value(estimate, step)} points ({low}–{high})"


def share_aloud(estimate: Estimate) -> str:
    """The same for somebody who listens.

    >>> share_aloud(Estimate(0.824, 0.781, 0.862))
    '82 percent, between 78 and 86'
    """
    step = _step(estimate)
    low, high = _outward(estimate, step)
    return f"{'about ' if step > 1 else ''}{_value(estimate, step)} percent, between {low} and {high}"


def certainty_words(probability: float) -> str:
    """How sure, in words; the number stands beside it wherever it is used.

    >>> [certainty_words(p) for p in (0.995, 0.96, 0.9, 0.6, 0.3)]
    ['almost certain', 'very likely', 'likely', 'more likely than not', 'unlikely']
    """
    steps = ((0.99, "almost certain"), (0.95, "very likely"), (0.8, "likely"), (0.5, "more likely than not"))
    return next((words for least, words in steps if probability >= least), "unlikely")


def figure(number: float, decimals: int) -> str:
    """A number with the decimals it is worth, and a real minus sign.

    >>> figure(-0.314, 1), figure(-0.01, 1), figure(12.0, 0)
    ('−0.3', '0.0', '12')
    """
    text = f"{number:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text.replace("-", "−")


def place_with_interval(value: float, spread: float, interval: float) -> str:
    """A coordinate on the map with its interval, from its standard deviation.

    >>> place_with_interval(-0.72, 0.1, 0.9), place_with_interval(0.3, 0.0, 0.9)
    ('−0.7 (−0.9 to −0.6)', '0.3')
    """
    if spread == 0:
        return figure(value, 1)
    reach = spread * NormalDist().inv_cdf(0.5 + interval / 2)
    return f"{figure(value, 1)} ({figure(value - reach, 1)} to {figure(value + reach, 1)})"


def bytes_of(size: int) -> str:
    """The size of a file.

    >>> bytes_of(812), bytes_of(2_345_678)
    ('812 bytes', '2.3 MB')
    """
    for unit, least in (("MB", 1_000_000), ("kB", 1_000)):
        if size >= least:
            return f"{size / least:.1f} {unit}"
    return counted(size, "byte")


def _whole(share: float) -> int:
    return math.floor(share * 100 + 0.5)


def _step(estimate: Estimate) -> int:
    return 5 if estimate.high - estimate.low > WIDE else 1


def _value(estimate: Estimate, step: int) -> int:
    """The middle in steps, kept off 0 and 100 while it is neither."""
    value = math.floor(estimate.value * 100 / step + 0.5) * step
    if 0 < estimate.value < 1:
        return min(max(value, 1), 99)
    return value


def _outward(estimate: Estimate, step: int) -> tuple[int, int]:
    """The interval in steps; rounding to fives only ever widens it."""
    if step == 1:
        return _whole(estimate.low), _whole(estimate.high)
    return math.floor(estimate.low * 100 / step) * step, math.ceil(estimate.high * 100 / step) * step
