"""What others are told of an offer: its facts, with the age below which the law forbids the work there (C23, I5)."""

from services.intake.domain.employer import Employer
from services.intake.domain.law_check import least_age
from services.intake.domain.offer import Offer
from services.intake.law_data import read_rules
from shared.events.intake import EmployerOffered, OfferChanged


def told_as_new(offer: Offer, employer: Employer) -> EmployerOffered:
    """Of a new offer."""
    return offer.offered(employer, least_age(offer.facts, read_rules()))


def told_as_changed(offer: Offer, employer: Employer) -> OfferChanged:
    """When it reads differently, or the employer moved or was shared."""
    return offer.changed(employer, least_age(offer.facts, read_rules()))
