"""What an employer's facts refer to must exist: sectors, activities, schools, municipalities."""

from collections.abc import Iterator

from services.intake.domain.employer import EmployerFacts
from services.intake.resources import Resources
from services.intake.store import SchoolStore
from shared.errors import Invalid, Problem
from shared.unit_of_work import UnitOfWork


def placed(shared: Resources, facts: EmployerFacts) -> EmployerFacts:
    """With the sectors that follow from its SBI codes, where none were named."""
    if facts.sectors or not facts.sbi_codes:
        return facts
    return facts.model_copy(update={"sectors": shared.sbi.sectors_of(facts.sbi_codes)})


async def require_known(work: UnitOfWork, shared: Resources, facts: EmployerFacts) -> None:
    """Refuse what does not exist, all of it at once."""
    shared.codes.require({f"/sectors/{at}": code for at, code in enumerate(facts.sectors)}, {})
    schools = await SchoolStore(work.session).names({c.school_id for c in facts.cooperations})
    problems = [
        Problem(pointer=f"/cooperations/{at}/schoolId", detail="there is no such school")
        for at, cooperation in enumerate(facts.cooperations)
        if cooperation.school_id not in schools
    ]
    problems += _unknown(shared, facts)
    if problems:
        raise Invalid(problems=problems)


def _unknown(shared: Resources, facts: EmployerFacts) -> Iterator[Problem]:
    for at, code in enumerate(facts.sbi_codes):
        if not shared.sbi.knows(code):
            yield Problem(
                pointer=f"/sbiCodes/{at}", detail=f"no SBI division begins {code}: see /v1/code-lists/sbi-divisions"
            )
    owed_to = facts.social_return.municipality if facts.social_return else None
    if owed_to is not None and owed_to not in shared.geography.municipalities:
        yield Problem(pointer="/socialReturn/municipality", detail=f"there is no municipality {owed_to}")
