"""The seats that proposals hold, beside an opening or taken off it."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from services.matching.domain import fits
from services.matching.domain.fits import Fit
from services.matching.domain.model import Opening, Stay
from services.matching.domain.proposals import Proposal
from services.matching.domain.windows import Window


def beside(opening: Opening, proposals: Iterable[Proposal]) -> Opening:
    """The opening with the seats that proposals hold."""
    return replace(opening, stays=(*opening.stays, *map(_stay, proposals)))


def without(opening: Opening, proposal: Proposal) -> Opening:
    """The opening as if the proposal held no seat."""
    stays = list(opening.stays)
    own = _stay(proposal)
    if own in stays:
        stays.remove(own)
    return replace(opening, stays=tuple(stays))


def timed(one: Fit, planned: Collection[Proposal]) -> Fit:
    """In the time that is planned for the student; for another in a time that is left beside the planned ones, if any:
    whether who comes first or later stays in a seat, nobody takes more time of it than before.
    """
    for own in (each for each in planned if each.student_id == one.student_id):
        window = Window(own.begin_date, own.end_date)
        is_free = one.pair.is_free(window, own.weekdays)
        return replace(one, window=window, weekdays=own.weekdays) if is_free else one
    if not planned:
        return one
    left = fits.fit(replace(one.pair, opening=beside(one.pair.opening, planned)))
    return replace(left, pair=one.pair, left_out=one.left_out) if left else one


def _stay(proposal: Proposal) -> Stay:
    return Stay(proposal.begin_date, proposal.end_date, weekdays=frozenset(proposal.weekdays))
