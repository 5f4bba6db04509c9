"""Links for those without an account: mailed, and what their holders did told to the school."""

from services.notifications.handlers import handlers
from services.notifications.handlers.passing import pass_on
from services.notifications.store import MailStore
from shared.events.intake import LinkAnswered, LinkIssued
from shared.messaging import Kind
from shared.unit_of_work import MessageWork


@handlers.on(LinkIssued, Kind.FACT)
async def mail_a_link(event: LinkIssued, work: MessageWork) -> None:
    """The letter is fetched when its turn comes; without a reference there is nothing to send."""
    dataref = work.envelope.dataref
    if dataref and "/v1/" in dataref:
        await MailStore(work.session).post_link(str(work.envelope.event_id), dataref)
        work.notify("mails")
    await pass_on(event, work)


@handlers.on(LinkAnswered, Kind.FACT)
async def tell_of_an_answer(event: LinkAnswered, work: MessageWork) -> None:
    """Somebody without an account said something (M2, M14)."""
    await pass_on(event, work)
