from uuid import UUID

from fastapi import APIRouter, FastAPI

from services.toy import weighing
from services.toy.handlers import NobodyListens, ThingMade, handlers
from services.toy.settings import Settings
from services.toy.store import metadata, things
from shared.api import Body, Page, PageQuery, Resource, Text
from shared.ids import new_id
from shared.security import Caller, Role, requires
from shared.service import create_service
from shared.unit_of_work import Work

router = APIRouter(prefix="/v1")


class MakeThing(Body):
    name: Text
    count: int = 1


class Thing(Resource):
    id: UUID
    version: int


@router.post("/things", status_code=201)
async def make_thing(body: MakeThing, work: Work) -> Thing:
    """Make a thing; "fail" fails after everything was written, "early" announces before the row is there."""
    thing_id = new_id()
    if body.name != "early":
        await work.session.execute(things.insert().values(id=thing_id))
    event = NobodyListens if body.name == "lonely" else ThingMade
    for _ in range(body.count):
        announced = await work.announce(event(thing_id=thing_id, note=body.name))
    if body.name == "fail":
        raise RuntimeError("after everything was written")
    return Thing(id=thing_id, version=announced.version)


@router.get("/things")
async def list_things(work: Work, page: PageQuery) -> Page[Thing]:
    query = things.select().order_by(things.c.id).limit(page.limit + 1)
    if page.after_id:
        query = query.where(things.c.id > page.after_id)
    rows = await work.session.execute(query)
    return page.page([Thing.model_validate(row) for row in rows], lambda thing: thing.id)


@router.get("/secrets", dependencies=[requires(Role.COORDINATOR, scope="toy:secrets:read")])
async def read_secret(caller: Caller) -> dict[str, str]:
    return {"subject": caller.subject}


def create_app(settings: Settings | None = None) -> FastAPI:
    return create_service(
        "toy",
        settings or Settings(),
        title="A toy",
        metadata=metadata,
        handlers=handlers,
        api=[router, weighing.router],
    )
