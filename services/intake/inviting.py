"""Employers of a round are written to, each with a link of its own: some at a time, so that no transaction is long."""

from dataclasses import replace
from datetime import timedelta

from services.intake.days import today
from services.intake.domain.link import Delivery, MakeLink, Purpose, Recipient, Subject, made
from services.intake.domain.questionnaire_round import Invitation, Round
from services.intake.linking import keep
from services.intake.store import InvitationStore, LinkStore
from services.intake.store.invitations import ToInvite
from shared.ids import new_id
from shared.timers import set_timer
from shared.unit_of_work import UnitOfWork

ROUND_INVITES = "round-invites"

AT_A_TIME = 50
"""Links in one transaction, in which the round is locked: who answers meanwhile waits for less than a second."""


async def begin_to_invite(work: UnitOfWork, asked: Round, invitation: Invitation) -> None:
    """Write to its employers, in transactions that follow this one."""
    await set_timer(work, ROUND_INVITES, asked.id, timedelta(), {"invitation": invitation})


async def invite(work: UnitOfWork, asked: Round, invitation: Invitation) -> None:
    """Mail a link to some who have none of this kind yet, and go on while there are more. The round is locked.

    A link is kept with its invitation, of which an employer has one in a round: nobody is written to twice.
    """
    found = await InvitationStore(work.session).to_invite(asked, invitation, today(), AT_A_TIME)
    for one in found:
        await _invite(work, asked, invitation, one)
    if len(found) == AT_A_TIME:
        await begin_to_invite(work, asked, invitation)


async def _invite(work: UnitOfWork, asked: Round, invitation: Invitation, whom: ToInvite) -> None:
    wanted = MakeLink(
        purpose=Purpose.QUESTIONNAIRE,
        subject_id=whom.employer_id,
        recipient=Recipient.EMPLOYER,
        delivery=Delivery.MAIL,
        email=whom.email,
    )
    subject = Subject(whom.school_id, employer_id=whom.employer_id, round_id=asked.id)
    now = await LinkStore(work.session).now()
    link = made(new_id(), wanted, subject, asked.opened_by, now, asked.ends)
    await keep(work, replace(link, invitation=invitation))
