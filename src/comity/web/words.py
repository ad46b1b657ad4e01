"""Codes of the record in words: what the pages call a role, a reason, a decision, a stance, a refusal.

`_` only marks a text for translation; pages say it in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping


def _(text: str) -> str:
    return text


ROLES: Mapping[str, str] = {
    "host": _("host"),
    "moderator": _("moderator"),
    "translator": _("translator"),
    "delegate": _("delegate of a party"),
    "participant": _("individual participant"),
    "reader": _("reader"),
}
ANSWERS: Mapping[int, str] = {1: _("Agree"), -1: _("Disagree"), 0: _("Pass")}
DECISIONS: Mapping[str, str] = {
    "accepted": _("accepted"),
    "merged": _("merged"),
    "declined": _("declined"),
    "pending": _("waiting for a moderator"),
}
REASONS: Mapping[str, str] = {
    "off-topic": _("not about the question"),
    "more-than-one-idea": _("more than one idea"),
    "unclear": _("not clear enough to vote on"),
    "already-said": _("said already"),
    "personal-data": _("says something private about a person"),
    "insulting": _("insulting"),
    "unlawful": _("unlawful"),
    "advertising": _("advertising"),
}
ERASURES: Mapping[str, str] = {
    "author-asked": _("its author asked for it"),
    "personal-data": _("says something private about a person"),
    "unlawful": _("unlawful"),
    "retention-ended": _("the time for keeping it ended"),
}
STANCES: Mapping[str, str] = {
    "supports": _("supports"),
    "rejects": _("rejects"),
    "divided": _("divided"),
    "uncertain": _("uncertain"),
    "silent": _("no votes"),
}
TRANSLATION_STATES: Mapping[str, str] = {
    "none": _("no translation"),
    "machine": _("machine translation"),
    "draft": _("draft translation"),
    "checked": _("checked translation"),
}
MAIL_TROUBLES: Mapping[str, str] = {
    "unreachable": _("the mail server does not answer."),
    "login": _("the mail server does not let this site in."),
    "refused": _("the mail server does not take this letter."),
    "slow": _("the mail server takes too long."),
    "bad-address": _("this is no address for a letter."),
}
HAND_OVER = _("Hand over the link in another way.")
CHECK_ADDRESS = _("Check the address, or hand over the link in another way.")
WITHOUT_LETTER: Mapping[str, str] = {
    **dict.fromkeys(("unreachable", "login", "slow"), HAND_OVER),
    **dict.fromkeys(("refused", "bad-address"), CHECK_ADDRESS),
}
"""What a host does where a letter was not sent; whoever has just joined keeps the link that the page shows."""
MACHINE_TROUBLES: Mapping[str, str] = {
    "unreachable": _(
        "The machine does not answer, so texts are left without a translation; try again later."
    ),
    "slow": _("The machine takes too long, so texts are left without a translation; try again for the rest."),
    "refused": _(
        "The machine refuses, so texts are left without a translation; tell whoever runs this site."
    ),
    "not-understood": _(
        "The machine gave an answer that makes no sense, so texts are left without a translation; "
        "tell whoever runs this site."
    ),
}
PROMISES: Mapping[str, str] = {
    "names": _("Every vote is published with the name of whoever cast it."),
    "pseudonyms": _("Every vote is published under a random number, without the name of whoever cast it."),
    "parties": _("No single vote is published, only sums of parties and of groups that are large enough."),
}
WHYS: Mapping[str, str] = {
    "first draft": _("The first draft: something to begin with, not yet the best."),
    "made acceptable": _(
        "Changed in as few issues as possible, so that nobody loses by it or has a red line crossed."
    ),
    "improved": _("Better than the draft before it for some, and worse for none."),
    "no improvement left": _(
        "Nothing is left that would be better for some and worse for none: this is the last draft."
    ),
    "impasse": _(
        "No package is acceptable to all: red lines, conditions and what parties have without an agreement clash."
    ),
}
STARTS: Mapping[str, str] = {
    "issue by issue": _("A compromise on every issue alone"),
    "nash": _("Nash: the largest product of gains"),
    "ks": _("Kalai-Smorodinsky: equal shares of what each could gain"),
    "leximin": _("Egalitarian: the most for whoever gains least"),
    "sum": _("Utilitarian: the largest sum of gains"),
}
SOLUTIONS: Mapping[str, str] = {
    "nash": _("Nash"),
    "ks": _("Kalai-Smorodinsky"),
    "leximin": _("Egalitarian"),
    "sum": _("Utilitarian"),
}
CERTAINTIES: Mapping[str, str] = {
    "surely": _("Whatever the ranges and orders turn out to be, the Nash package is acceptable to all."),
    "perhaps": _("Whether the Nash package is acceptable to all depends on the ranges and orders."),
    "surely not": _(
        "Whatever the ranges and orders turn out to be, the Nash package is not acceptable to all."
    ),
}
SHOWN: Mapping[str, str] = {
    "nothing": _("Nothing. Only red lines that a party publishes itself are seen by the others."),
    "rankings": _("Which issues matter more to it, and which options it likes better; no numbers."),
    "all": _("All its numbers, except red lines that it does not publish."),
}
OUTCOMES: Mapping[str, str] = {
    "agreement": _("The negotiation ended in an agreement."),
    "impasse": _("The negotiation ended in an impasse."),
    "withdrawn": _("The host withdrew the negotiation."),
}
REFUSALS: Mapping[str, str] = {
    "bad-line": _(
        "A line that combines options is not complete or contradicts itself; look through it and send it again."
    ),
    "bad-order": _(
        "An order needs a place for every option: 1 for the best, 2 for the next, the same number where equally good."
    ),
    "bad-weight": _(
        "A bargaining weight is a number from 0.01 to 1000; correct it, or leave it empty for 1."
    ),
    "bad-issues": _(
        "The list of issues cannot be read; give one issue a line: its name, then at least two options."
    ),
    "contradiction": _("Your red lines and conditions together leave no package; take one of them back."),
    "draft": _(
        "This draft is not on the table any more, or something is missing in it; look at the latest one."
    ),
    "draft-exists": _(
        "Parties have stated their interests already; withdraw the negotiation and open it anew."
    ),
    "interests-erased": _("What this rests on was erased; its party has to state its interests again."),
    "missing-points": _(
        "An issue that weighs something has an option without points; give each from 0 to 100."
    ),
    "negotiation-ended": _("This negotiation has ended; the host may open another one."),
    "negotiation-opened": _(
        "The negotiation was opened already, or anew on other terms; read them and send it again."
    ),
    "no-negotiation": _("No packages are negotiated here yet; the host opens that first."),
    "no-options": _("An issue has no options, or two that are the same; correct the list."),
    "no-parties": _("There are no parties here to negotiate; add them in the settings first."),
    "not-a-number": _("A number is missing or not from 0 to 100; correct it and send the form again."),
    "not-ended": _(
        "The negotiation cannot end so yet: too few consent, or something better is still possible."
    ),
    "points-to-share": _(
        "The weights do not add to 100; give out what is left, or take back what is too much."
    ),
    "refuses-everything": _("You refuse every option of an issue; leave it at least one."),
    "same-name": _("Two issues have the same name; give each its own."),
    "too-many-packages": _(
        "There are too many packages to settle this in time; the host may put a draft on the table."
    ),
    "unknown-name": _("An issue or option is none of those here; load the page again and choose anew."),
    "rule-too-large": _(
        "So many parties with such long numbers can vote in too many different ways to be counted; "
        "count parties instead."
    ),
    "too-few-parties": _(
        "A vote is shared by at least two parties, and here are fewer. The host adds parties in the settings."
    ),
    "unknown-choice": _("There is no such rule to choose here; choose one from the form."),
    "bad-form": _("Something in the form is missing or cannot be; look through it and send it again."),
    "empty-translation": _("The translation is empty; write it, then send it again."),
    "name-needed": _("Votes are published with names here; write your name, then join."),
    "not-sure": _("Tick the box that you are sure, then send it again."),
    "not-understood": _("Tick the box that you have read what happens to what you say, then join."),
    "party-exists": _("There is such a party already; choose another name."),
    "repeated-statement": _("A first statement stands in the list twice; keep one of the two."),
    "still-computing": _("The findings are being computed; load this page again in a moment."),
    "already-erased": _("This was erased before; nothing is left to do."),
    "bad-address": _("An e-mail address cannot be read; correct it, or leave it out."),
    "no-mail-server": _("This site sends no letters; print the link, or send it by a channel of your own."),
    "no-translator": _("This site asks no machine for translations; write the translation yourself."),
    "bad-moment": _("A date and time cannot be read; choose it again."),
    "bad-number": _("A number is outside its bounds; correct it and send the form again."),
    "bad-table": _("The table of parties cannot be read; give one party a line: its name, then its bloc."),
    "by-invitation-only": _("Joining needs an invitation; ask the host for a link."),
    "closed": _("This consultation is closed; its findings and its record stay open to read."),
    "closes-before-opening": _("The closing lies before the opening; choose a later closing."),
    "database-busy": _("The site's database is busy; nothing was stored, please send it again in a moment."),
    "database-read-only": _(
        "The site may not write to its database, so nothing was stored; tell whoever runs this site."
    ),
    "database-unavailable": _(
        "The site's database does not answer, so nothing was stored; keep what you typed and try again in a minute."
    ),
    "disk-full": _(
        "The site's disk is full, so nothing was stored; keep what you typed and tell whoever runs this site."
    ),
    "draft-not-found": _("This draft is not here any more; begin a new one."),
    "fixed-setting": _("This setting cannot change any more, for people have voted on it."),
    "invitation-expired": _("This invitation is no longer valid; ask the host for a new one."),
    "invitation-revoked": _("This invitation was withdrawn by the host; ask for a new one."),
    "invitation-used-up": _(
        "This invitation has been used by as many persons as it was made for; come back by your personal link, "
        "or ask the host for a new invitation."
    ),
    "malformed-entry": _("A field is not of its form; correct it and send it again."),
    "membership-ended": _("Your part in this consultation has ended; ask the host for a new invitation."),
    "merge-target": _("A statement is merged into another one that is accepted; choose which one."),
    "missing-answer": _("No answer was sent; choose agree, disagree or pass."),
    "no-such-consultation": _("There is no such consultation here; check the address of the page."),
    "no-such-page": _("There is no such page here; check its address, or begin at the first page."),
    "no-vote": _("You have no vote on this statement, so there is none to take back."),
    "not-a-member": _(
        "You have not joined this consultation in this browser; "
        "open your invitation link, or the personal link that you got when you joined."
    ),
    "not-allowed": _("Your role does not allow this; ask the host."),
    "not-open-yet": _("This consultation is not open yet; come back when it opens."),
    "not-put-to-vote": _("This statement is not put to the vote; go on to the next one."),
    "reason-needed": _("Declining a statement needs a reason from the list; choose one."),
    "record-of-another-site": _("This record is kept by another site; go there to take part."),
    "repeated-name": _("A party stands in the table twice; keep one of the two."),
    "sent-from-elsewhere": _(
        "This was sent from another site, so nothing was done; open the page here and send it again."
    ),
    "too-long": _("This is longer than the site takes, so nothing was stored; shorten it and send it again."),
    "too-many-requests": _("Too many requests came from here within a minute; wait a minute and try again."),
    "set-up-by-link": _(
        "Whoever runs this site gives out the link by which a consultation is set up; ask for it."
    ),
    "statement-length": _(
        "The statement is empty or too long; keep to one idea, and send a second statement for a second one."
    ),
    "too-many-priorities": _("You have marked as many statements as you may; take one mark back first."),
    "too-many-statements": _("You have sent as many statements as you may here; vote on those of others."),
    "unexpected": _(
        "Something went wrong on this site, and it was noted; nothing was stored, please try again in a moment."
    ),
    "unknown-invitation": _(
        "This invitation is not known here; check that the whole link was copied, or ask the host."
    ),
    "unknown-language": _("This is not a language of this consultation; ask the host to add it."),
    "unknown-link": _("This personal link is not known here; check that the whole link was copied."),
    "unknown-member": _("Nobody here has this pseudonym."),
    "unknown-party": _("Say for which party the invitation is; other roles speak for no party."),
    "unknown-statement": _("There is no such statement here; go back to the list."),
    "unknown-text": _("There is no such text in this record."),
}
"""What a refusal says in the reader's language; in English pages say the refusal's own sentence, with its values."""

OTHER_REFUSAL = _("This cannot be done; go back to the page before and try again.")
