"""When an employer counts as stale, by the calendar and the installation's settings."""

from datetime import date

from services.intake.days import today
from services.intake.domain.verification import months_before
from services.intake.resources import Resources


def stale_before(shared: Resources) -> date:
    """An employer that was verified last before this day is stale."""
    return months_before(today(), shared.stale_after_months)
