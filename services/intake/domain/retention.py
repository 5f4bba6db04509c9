"""How long what is kept, counted from when, and why: one table, from which a job works and docs/privacy.md is told."""

from dataclasses import dataclass
from datetime import date, timedelta

from shared.errors import Invalid


@dataclass(frozen=True)
class Rule:
    """A kind of data and its end."""

    kind: str
    days: int
    counted_from: str
    then: str
    reason: str

    def kept_through(self, counted_from: date) -> date:
        """The last day on which it is kept."""
        return counted_from + timedelta(days=self.days)

    def last_day_before(self, today: date) -> date:
        """What is counted from this day or an earlier one is over today."""
        return today - timedelta(days=self.days + 1)


_YEAR = 365

RULES = {
    rule.kind: rule
    for rule in (
        Rule(
            "former-student",
            2 * _YEAR,
            "the day on which the student left",
            "erased in every service",
            "schools follow former students for two years (uitstroommonitor), then nothing is needed any more",
        ),
        Rule(
            "forgotten-student",
            23 * _YEAR + 5,
            "the day of birth",
            "erased in every service",
            "nobody said that the student left: VSO ends in the school year of the twentieth birthday (WEC art. 39), "
            "two years after which follow-up is over",
        ),
        Rule(
            "contact-note",
            2 * _YEAR,
            "the contact",
            "note and student are taken out, the coded contact stays",
            "what schools share of employers lives for 24 months; figures need the codes",
        ),
        Rule(
            "access-log",
            2 * _YEAR,
            "the access",
            "deleted, by whole sealed parts",
            "as long as a student can ask who looked; with the student it is forgotten at once of whom a line was",
        ),
        Rule(
            "refused-placement",
            _YEAR,
            "the refusal",
            "the student is taken out",
            "a reason for declining is no trait of the student; figures need the count",
        ),
        Rule(
            "ground",
            _YEAR,
            "its end or withdrawal",
            "deleted",
            "that something was shared with right can be shown for a year (AVG art. 5, 2)",
        ),
        Rule(
            "link",
            _YEAR,
            "the end of its time",
            "deleted with what was said by it",
            "what was agreed or said by it can be shown for a year, as with a ground",
        ),
        Rule("link-address", 0, "the last day on which its mail can be under way", "taken out", "the mail has arrived"),
        Rule(
            "questionnaire-response",
            3 * _YEAR,
            "the first answer",
            "deleted; figures keep the codes",
            "to be set beside the answers of the next rounds, and no longer",
        ),
        Rule(
            "intermediary-request",
            2 * _YEAR,
            "the asking",
            "deleted; with the student at once",
            "what an intermediary said of a company serves its next placements, as contacts do",
        ),
        Rule(
            "student-request",
            _YEAR,
            "the asking",
            "deleted; with the student at once",
            "what was decided is recorded by the school with a last day of its own (AVG art. 9)",
        ),
        Rule(
            "newsletter-request",
            30,
            "the request",
            "deleted, unless it was confirmed",
            "who does not answer in a month does not want the newsletter",
        ),
        Rule("special-fact", 0, "the day until which it was recorded", "deleted", "AVG art. 9: no longer than needed"),
    )
}
"""Erasures are kept: opaque ids, needed as long as any backup that is older."""

LEAVES_WITHIN = timedelta(days=366)
"""A school knows a year ahead who leaves; a day beyond is a wrong year."""


def must_have_left(left: date, today: date) -> None:
    """Raise `Invalid` for a day of leaving that is far ahead, or so long ago that the record would go at once."""
    if left > today + LEAVES_WITHIN:
        raise Invalid("/leftDate", "lies more than a year ahead")
    if left <= RULES["former-student"].last_day_before(today):
        raise Invalid("/leftDate", "is so long ago that the record would be erased at once: see `_erase`")
