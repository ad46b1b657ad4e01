"""What Comity says when it cannot do what was asked: for people, with a stable code."""

from __future__ import annotations


class Refused(Exception):
    """A request that cannot be met, said to the person who made it.

    code: stable, lower-case, hyphenated; every code has its paragraph in `docs/reference/refusals.md`.
    text: one sentence that says what, which value, and what to do now. Raised for people and rules only;
    a programmer's mistake is a ValueError.

    >>> str(Refused("closed", "this consultation closed on 3 May 2026; it takes no more votes"))
    'this consultation closed on 3 May 2026; it takes no more votes'
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text

    def __reduce__(self) -> tuple[type[Refused], tuple[str, str]]:
        """Whole from one process to another: what computes may refuse, and its pool must live on."""
        return type(self), (self.code, self.text)
