"""The toy as a process, served as every service is; its handler says when an effect is committed."""

import uvicorn

from services.toy.app import router
from services.toy.handlers import ThingMade
from services.toy.settings import Settings
from services.toy.store import metadata, notes
from shared.messaging import Handlers, Kind
from shared.service import create_service
from shared.unit_of_work import MessageWork
from tests.bench.place import Place
from tests.bench.process import Go, serve

EFFECT = "effect "

handlers = Handlers("toy")


@handlers.on(ThingMade, Kind.FACT)
async def note(event: ThingMade, work: MessageWork) -> None:
    """Write a row, and wake whoever waits for it."""
    await work.session.execute(notes.insert().values(id=event.thing_id, note=event.note))
    work.notify(f"{EFFECT}{event.thing_id}")


async def toy(place: Place, go: Go) -> None:
    """Serve until the input ends."""
    settings = Settings(
        database_url=place.database,
        amqp_url=place.amqp,
        otlp_endpoint=place.otlp,
        port=place.port,
    )
    app = create_service("toy", settings, title="A toy", metadata=metadata, handlers=handlers, api=router)
    await serve(uvicorn.Config(app, port=place.port, http="httptools", access_log=False, log_config=None), go)
