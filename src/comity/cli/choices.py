"""What `comity report` and `comity findings` let a reader choose: options of both, checked before any work."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypedDict

from cyclopts import Parameter

from comity.errors import Refused

if TYPE_CHECKING:
    from comity.findings.parameters import Parameters


class Chosen(TypedDict):
    """What `read_consultation` takes of roll calls."""

    session: str | None
    issue: str | None
    parties: Path | None


@Parameter(name="*")
@dataclass(frozen=True)
class RollCallChoices:
    """Of a folder of roll calls: which of them, and who belongs together."""

    session: Annotated[
        str | None,
        Parameter(help="Of roll calls of the General Assembly: one session (71) or a range (60-71)."),
    ] = None
    issue: Annotated[
        str | None, Parameter(help="Of roll calls of the General Assembly: only those with this label.")
    ] = None
    parties: Annotated[
        Path | None,
        Parameter(
            help="Of roll calls: a table with the columns party and bloc, whose blocs are compared too."
        ),
    ] = None

    def options(self) -> Chosen:
        """The same by name."""
        return {"session": self.session, "issue": self.issue, "parties": self.parties}


@Parameter(name="*")
@dataclass(frozen=True)
class Choices:
    """How the findings are computed."""

    method: Annotated[
        Literal["spatial", "classic"],
        Parameter(help="'spatial' is Comity's own model, 'classic' the pipeline of Polis."),
    ] = "spatial"
    include_rejected: Annotated[
        bool, Parameter(help="Also analyse statements that moderators rejected.", negative="")
    ] = False
    threshold: Annotated[
        float, Parameter(help="Share of a side that must agree for a statement to have its support, 0 to 1.")
    ] = 0.6
    certainty: Annotated[
        float, Parameter(help="Probability from which common ground and differences are named, 0.5 to 1.")
    ] = 0.95
    minimum_votes: Annotated[
        int, Parameter(help="Votes a participant needs for a place on the map (all, where there are fewer).")
    ] = 7
    dimensions: Annotated[int, Parameter(help="Axes of the spatial model, 1 to 10.")] = 2
    delegation_below: Annotated[
        int, Parameter(help="A party with fewer participants speaks through a delegation, not as a sample.")
    ] = 5
    group_count: Annotated[
        int | None,
        Parameter(help="With --method classic: so many groups, not the number Polis would choose."),
    ] = None
    interval: Annotated[float, Parameter(help="Probability that every shown interval holds, 0 to 1.")] = 0.9

    def parameters(self) -> Parameters:
        """The same as the findings take it. Refuses a number out of its range."""
        from comity.findings.parameters import Parameters

        _within("--threshold", self.threshold, 0, 1)
        _within("--certainty", self.certainty, 0.5, 1)
        _within("--interval", self.interval, 0, 1)
        _counted("--minimum-votes", self.minimum_votes, 1, 1_000_000)
        _counted("--dimensions", self.dimensions, 1, 10)
        _counted("--delegation-below", self.delegation_below, 0, 1_000_000)
        if self.group_count is not None:
            _counted("--group-count", self.group_count, 1, 100)
            if self.method != "classic":
                raise Refused(
                    "out-of-range",
                    f"--group-count is {self.group_count}, but only --method classic lets you choose the number "
                    "of groups; Comity's own model finds it",
                )
        return Parameters(
            method=self.method,
            threshold=self.threshold,
            certainty=self.certainty,
            minimum_votes=self.minimum_votes,
            include_rejected=self.include_rejected,
            dimensions=self.dimensions,
            delegation_below=self.delegation_below,
            group_count=self.group_count,
            interval=self.interval,
        )


def _within(option: str, value: float, low: float, high: float) -> None:
    if not low < value < high:
        raise Refused(
            "out-of-range", f"{option} is {value:g}; it must be more than {low:g} and less than {high:g}"
        )


def _counted(option: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise Refused(
            "out-of-range", f"{option} is {value}; it must be a whole number from {low} to {high:,}"
        )
