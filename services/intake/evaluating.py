"""How a placement went: once by each party, put right for thirty days."""

from services.intake.days import today
from services.intake.domain.evaluation import Evaluate, Evaluation, Party, must_be_at_its_end
from services.intake.domain.placement import Placement
from services.intake.store import EvaluationStore
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork

BY_LINK = "link"
"""The author of what a party says itself, without an account."""


async def evaluate(work: UnitOfWork, placement: Placement, party: Party, said: Evaluate, author: str) -> Evaluation:
    """Keep what a party says of a locked placement; raises `NotAtItsEnd`, `EvaluationStands`, `StudentIsErased`."""
    must_be_at_its_end(placement, today())
    store = EvaluationStore(work.session)
    known = await store.find(placement.id, party, lock=True)
    if known is None:
        evaluation = Evaluation(
            new_id(), placement.id, placement.student_id, placement.school_id, party, author, today(), said
        )
    else:
        evaluation = known.changed(said, author, today())
    await store.save(evaluation)
    return evaluation
