"""Imports: a school's spreadsheet is read, checked, corrected and taken into the register."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic.alias_generators import to_camel

from services.intake.api.callers import Acting, Shared
from services.intake.api.changes import created
from services.intake.api.import_resources import ImportDecision, ImportProblem, ImportResource, MapColumns
from services.intake.api.uploads import FILE_BODY, Uploaded
from services.intake.domain.employer import EmployerSource
from services.intake.domain.fields import Brin, Day
from services.intake.domain.imports import DecideRows, Import, RunImport
from services.intake.domain.rights import Viewer
from services.intake.importing.columns import ImportKind, columns_of
from services.intake.staging import remember, stage
from services.intake.store import Doubt, EmployerStore, ImportStore, SchoolStore
from services.intake.taking_in import IMPORTS
from shared.api import Page, PageQuery
from shared.errors import Forbidden, Invalid, Problem
from shared.events.codes import Code
from shared.idempotency import IdempotencyKeyReused, Key
from shared.ids import new_id
from shared.security import Role, requires
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["imports"], dependencies=[requires(Role.COORDINATOR, Role.OPERATOR)])


@router.post(
    "/imports",
    status_code=201,
    summary="Post a file to import",
    openapi_extra=FILE_BODY,
    responses={200: {"model": ImportResource, "description": "The import that this file or this key has already."}},
)
async def begin_import(
    upload: Uploaded,
    viewer: Acting,
    work: Work,
    shared: Shared,
    response: Response,
    kind: Annotated[ImportKind, Query()],
    school: Annotated[Brin | None, Query(description="BRIN; needed by who works for several schools.")] = None,
    source: Annotated[Code | None, Query(description="The list it was taken from: `stagemarkt`, `sbb`.")] = None,
    source_date: Annotated[Day | None, Query(alias="sourceDate", description="Of which day that list is.")] = None,
    key: Key = None,
) -> ImportResource:
    """CSV or XLSX, of at most 64 MB; it is checked at once, and nothing is registered before `_run`.

    The same file again is answered with the import that it has (200), until that is done. With a `source` its
    employers are suggestions until a school checks them. An operator imports lists of employers without a school.
    """
    store, school_id, listed = (
        ImportStore(work.session),
        await _school(work, viewer, school),
        _source(source, source_date),
    )
    if school_id is None and (kind is not ImportKind.EMPLOYERS or listed is None):
        raise Invalid("/source", "without a school only employers can be imported, of a list that is named")
    begun = Import(new_id(), kind, school_id, viewer.subject, (), {}, 0, upload.sha256, key, listed)
    await store.one_at_a_time(f"{viewer.subject} {key}" if key else upload.sha256)
    if (known := await _known(store, begun)) is not None:
        response.status_code = 200
    else:
        known = await stage(store, begun, upload.file)
        work.notify(IMPORTS)
    created(response, shared.location("imports", known.id))
    return ImportResource.of(await store.get(known.id, viewer))


@router.get("/imports", summary="List imports")
async def list_imports(viewer: Acting, work: Work, page: PageQuery) -> Page[ImportResource]:
    """Those of the own school, for thirty days; operators see those of lists without a school."""
    found = await ImportStore(work.session).page(viewer, page)
    return page.page([ImportResource.of(one) for one in found], lambda one: one.id)


@router.get("/imports/{import_id}", summary="One import")
async def read_import(import_id: UUID, viewer: Acting, work: Work) -> ImportResource:
    """How far it is."""
    return ImportResource.of(await ImportStore(work.session).get(import_id, viewer))


@router.put("/imports/{import_id}/mapping", summary="Say which column is what")
async def map_columns(import_id: UUID, body: MapColumns, viewer: Acting, work: Work) -> ImportResource:
    """Everything is checked anew, and the school's next file with these headings is read in the same way."""
    store = ImportStore(work.session)
    imported = await store.get(import_id, viewer, lock=True)
    fields = {to_camel(field): field for field in columns_of(imported.kind)}
    if unknown := sorted(set(body.mapping) - set(fields)):
        raise Invalid(problems=[Problem(pointer="/mapping", detail=f"there is no field {name!r}") for name in unknown])
    mapped = imported.mapped({fields[name]: at - 1 for name, at in body.mapping.items()})
    await store.forget_findings(import_id)
    await store.save(mapped)
    await remember(store, mapped)
    work.notify(IMPORTS)
    return ImportResource.of(mapped)


@router.get("/imports/{import_id}/problems", summary="What is wrong in the file")
async def list_problems(import_id: UUID, viewer: Acting, work: Work, page: PageQuery) -> Page[ImportProblem]:
    """Every problem with its row and column and what to do, in Dutch and in English."""
    store = ImportStore(work.session)
    imported = await store.get(import_id, viewer)
    found = await store.problems(import_id, page)
    shown = [ImportProblem.of(imported, problem) for _, problem in found[: page.limit]]
    return Page[ImportProblem].of(shown, found[page.limit - 1][0] if len(found) > page.limit else None)


@router.get("/imports/{import_id}/decisions", summary="Which rows may be known employers")
async def list_decisions(
    import_id: UUID,
    viewer: Acting,
    work: Work,
    page: PageQuery,
    open_only: Annotated[bool, Query(alias="openOnly", description="Only those without a decision.")] = False,
) -> Page[ImportDecision]:
    """Side by side: what the file says, and the employer of the register that it may be."""
    store = ImportStore(work.session)
    imported = await store.get(import_id, viewer)
    found = await store.doubts(import_id, page, open_only=open_only)
    shown = await _shown(work, imported, found[: page.limit], viewer)
    return Page[ImportDecision].of(shown, found[page.limit - 1].row if len(found) > page.limit else None)


@router.put("/imports/{import_id}/decisions", summary="Decide about rows")
async def decide(import_id: UUID, body: DecideRows, viewer: Acting, work: Work) -> ImportResource:
    """`same`: the school works with that employer; `new`: it is another one; `skip`: leave the row out."""
    store = ImportStore(work.session)
    imported = await store.get(import_id, viewer, lock=True)
    imported.must_wait()
    if unknown := sorted(await store.decide(import_id, body.decisions, viewer.subject)):
        numbers = ", ".join(map(str, unknown[:20]))
        raise Invalid("/decisions", f"there is nothing to decide about row {numbers}")
    return ImportResource.of(imported)


@router.post("/imports/{import_id}/_run", summary="Take the file into the register")
async def run_import(import_id: UUID, body: RunImport, viewer: Acting, work: Work) -> ImportResource:
    """Goes on by itself, also when a process ends in the middle.

    `stop`: 409 as long as a row has a problem or waits for a decision. `skip`: such rows are left out.
    """
    store = ImportStore(work.session)
    imported = await store.get(import_id, viewer, lock=True)
    running = imported.running(body.on_problems, await store.undecided(import_id))
    await store.save(running)
    work.notify(IMPORTS)
    return ImportResource.of(running)


@router.post("/imports/{import_id}/_cancel", summary="Do not go on with an import")
async def cancel_import(import_id: UUID, viewer: Acting, work: Work) -> ImportResource:
    """What was registered until then stays; the file's rows are forgotten."""
    store = ImportStore(work.session)
    cancelled = (await store.get(import_id, viewer, lock=True)).cancelled()
    await store.drop_rows(import_id)
    await store.save(cancelled)
    return ImportResource.of(cancelled)


async def _school(work: UnitOfWork, viewer: Viewer, brin: str | None) -> UUID | None:
    """The school for which the caller imports; None: an operator who works for none."""
    if brin is None:
        return None if viewer.operator and not viewer.schools else viewer.acting_school(None, "/school")
    school_id = await SchoolStore(work.session).id_of(brin)
    if school_id is None:
        raise Forbidden("you do not work for that school")
    return viewer.acting_school(school_id, "/school")


def _source(name: str | None, day: Day | None) -> EmployerSource | None:
    if (name is None) != (day is None):
        problem = Problem(location="query", pointer="sourceDate", detail="a source and its date are given together")
        raise Invalid(problems=[problem])
    return None if name is None or day is None else EmployerSource(name=name, date=day)


async def _known(store: ImportStore, begun: Import) -> Import | None:
    """The import that this call, or this file, made before."""
    if begun.key is not None and (known := await store.of_key(begun.created_by, begun.key)) is not None:
        if (known.file_hash, known.kind, known.school_id) != (begun.file_hash, begun.kind, begun.school_id):
            raise IdempotencyKeyReused
        return known
    same = await store.of_file(begun.school_id, begun.kind, begun.file_hash)
    return same if same is not None and same.source == begun.source else None


async def _shown(work: UnitOfWork, imported: Import, doubts: list[Doubt], viewer: Viewer) -> list[ImportDecision]:
    cells = await ImportStore(work.session).cells_of(imported.id, [doubt.row for doubt in doubts])
    employers = await EmployerStore(work.session).several({doubt.employer_id for doubt in doubts})
    return [
        ImportDecision.of(imported, doubt, cells.get(doubt.row, []), employers[doubt.employer_id])
        for doubt in doubts
        if doubt.employer_id in employers and employers[doubt.employer_id].visible_to(viewer)
    ]
