"""What somebody typed into a form that could not be taken: the page that says why gives it back, to send again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from comity.web.parts import Form


def _(text: str) -> str:
    return text


LABELS: Mapping[str, str] = {
    "text": _("Text"),
    "title": _("Title"),
    "question": _("Question"),
    "background": _("Background"),
    "sources": _("Sources"),
    "parties": _("Parties"),
    "statements": _("First statements"),
    "issues": _("Issues and options"),
    "name": _("Name"),
    "mail": _("E-mail"),
    "mails": _("E-mail addresses"),
}
"""The fields that people write in, of all forms; what they choose goes with it unseen."""

WORTH_ANOTHER_TRY = frozenset({401, 500, 503, 507})
"""Statuses after which a form without a written word may be sent again as it is, such as a vote."""


@dataclass(frozen=True)
class GivenBack:
    """A form to send again. written: (name, label, value); chosen: (name, value), in the order of the form."""

    place: str
    written: tuple[tuple[str, str, str], ...]
    chosen: tuple[tuple[str, str], ...]


def given_back(request: Request, status: int) -> GivenBack | None:
    """What the form held that this request sent; None where there was none, or nothing to lose in it."""
    form = request.scope.get("sent")
    if request.method != "POST" or not isinstance(form, Form):
        return None
    values = [(name, value) for name, every in form.values.items() for value in every]
    written = tuple((name, LABELS[name], value) for name, value in values if name in LABELS and value.strip())
    if not written and status not in WORTH_ANOTHER_TRY:
        return None
    shown = {name for name, _, _ in written}
    return GivenBack(request.url.path, written, tuple(item for item in values if item[0] not in shown))
