"""What the JSON API takes: every body with its fields, their bounds and their defaults."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(max_length=20_000)]
Short = Annotated[str, Field(max_length=300)]
Moment = Annotated[int, Field(ge=-(2**53) + 1, lt=2**53, description="milliseconds since 1970 UTC")]
Id = Annotated[str, Path(max_length=64, description="the consultation's id")]
StatementId = Annotated[str, Path(max_length=64, description="the statement's id")]


class Problem(BaseModel):
    """Why nothing was done. code: stable, see the reference of refusals; text: what to do now."""

    code: str
    text: str


PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {"model": Problem} for code in (400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 503, 507)
}
"""What every route may answer instead."""


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class NewConsultation(_Sent):
    title: Short
    question: Short
    background: Text = ""
    sources: list[Short] = Field(default=[], max_length=100)
    parties: Text = Field("", description="one party a line: name; bloc")
    statements: list[Short] = Field(default=[], max_length=500)
    languages: list[Literal["en", "fr", "es", "ru", "zh", "ar"]] = ["en"]
    language: Literal["en", "fr", "es", "ru", "zh", "ar"] = "en"
    opens_at: str = Field("", max_length=40, description="such as 2026-05-03T14:00 (UTC); empty: at once")
    closes_at: str = Field("", max_length=40)
    threshold: int = Field(60, ge=50, le=95, description="percent")
    joining: Literal["invitation", "open"] = "invitation"
    visibility: Literal["names", "pseudonyms", "parties"] = "pseudonyms"
    floor: int = Field(5, ge=2, le=100)
    moderation: Literal["before", "after"] = "before"
    readers: Literal["public", "invited"] = "public"
    statements_per_person: int | None = Field(None, ge=1, le=1000)
    priorities: int | None = Field(None, ge=1, le=1000)


class NewInvitation(_Sent):
    role: Literal["host", "moderator", "translator", "delegate", "participant", "reader"] = "participant"
    party: str | None = Field(None, max_length=64)
    limit: int = Field(1, ge=1, le=100_000)
    expires_at: Moment | None = None
    email: Short = Field("", description="send the link there, where this site sends letters; for one person")
    letter: Literal["en", "fr", "es", "ru", "zh", "ar"] | None = Field(
        None, description="language of the letter"
    )


class NewMember(_Sent):
    invitation: str | None = Field(None, max_length=100)
    name: Short = ""
    email: Short = ""
    send_link: bool = Field(False, description="send the personal link to `email`; only with an invitation")


class NewVote(_Sent):
    statement: str = Field(max_length=64)
    answer: Literal[-1, 0, 1] = Field(description="agree 1, pass 0, disagree -1")
    matters: bool = False


class NewStatement(_Sent):
    text: Text
    language: str | None = Field(None, max_length=40)
    anyway: bool = Field(False, description="send it although something much like it was said already")


class NewDecision(_Sent):
    statement: str = Field(max_length=64)
    decision: Literal["accepted", "merged", "declined"]
    reason: str | None = Field(None, max_length=40)
    into: str | None = Field(None, max_length=64)


class NewTranslation(_Sent):
    subject: str = Field(max_length=80)
    language: str = Field(max_length=40)
    text: Text
    state: Literal["draft", "checked"]


class MachineTranslation(_Sent):
    language: str = Field(max_length=40)


class NewParty(_Sent):
    party: str = Field(max_length=64)
    name: Short
    bloc: Short | None = None
    capacities: dict[Short, float] = {}


class Changes(_Sent):
    title: Short | None = None
    question: Short | None = None
    background: Text | None = None
    sources: list[Short] | None = None
    languages: list[Annotated[str, Field(max_length=40)]] | None = Field(None, max_length=50)
    closes_at: Moment | None = None
    threshold: float | None = Field(None, ge=0.5, le=0.95)
    joining: Literal["invitation", "open"] | None = None
    readers: Literal["public", "invited"] | None = None
    moderation: Literal["before", "after"] | None = None


class Erasure(_Sent):
    reason: Literal["author-asked", "personal-data", "unlawful", "retention-ended"] = "author-asked"


class NearlySaid(BaseModel):
    """A statement that was not sent, because something much like it is there; send it again with `anyway`."""

    code: str
    text: str
    alike: list[dict[str, Any]]
