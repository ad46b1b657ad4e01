"""What Comity says when it cannot do what was asked: for people, with a stable code."""


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
