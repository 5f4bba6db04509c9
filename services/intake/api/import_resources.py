"""What the API says of imports: how a file is read, what is wrong in it, what people have to decide."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field
from pydantic.alias_generators import to_camel

from services.intake.domain.employer import Employer, EmployerSource
from services.intake.domain.fields import examples
from services.intake.domain.imports import DONE, FOUND, CancelledBecause, Import, ImportState, OnProblems, RowDecision
from services.intake.importing.columns import ImportKind, columns_of, lacking
from services.intake.importing.problems import WORDS, RowProblem, Why
from services.intake.store import Doubt
from shared.api import Body, Resource


class ImportColumn(Resource):
    """A column of the file, and what it is read as."""

    column: int = Field(description="From 1.")
    heading: str
    field: str | None = Field(description="Null: it is not read.")


class ImportField(Resource):
    """Something that a file of this kind can tell."""

    field: str
    label: str = Field(description="In Dutch; a column with this heading is always recognised.")
    needed: bool


class ImportResource(Resource):
    """A file, how it is read, and what has come or would come of it."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-00000000001a",
            "kind": "employers",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "state": "checked",
            "source": None,
            "columns": [
                {"column": 1, "heading": "Bedrijf", "field": "name"},
                {"column": 2, "heading": "Postcode", "field": "postcode"},
                {"column": 3, "heading": "Woonplaats", "field": "place"},
            ],
            "fields": [{"field": "name", "label": "Naam", "needed": True}],
            "lacking": [],
            "rows": 1500,
            "handled": 1500,
            "found": {"bad": 3, "new": 980, "known": 480, "unsure": 30, "double": 7},
            "done": {"registered": 0, "recognised": 0, "skipped": 0},
            "onProblems": "stop",
            "cancelledBecause": None,
            "createdBy": "coordinator-1",
            "recordedAt": "2026-09-01T08:00:00Z",
        }
    )

    id: UUID
    kind: ImportKind
    school_id: UUID | None
    state: ImportState
    source: EmployerSource | None
    columns: list[ImportColumn]
    fields: list[ImportField]
    lacking: list[str] = Field(description="What is needed and has no column (Dutch).")
    rows: int
    handled: int = Field(description="How many rows the dry run, or the run, has seen.")
    found: dict[str, int] = Field(description="Rows by what the dry run made of them.")
    done: dict[str, int] = Field(description="Rows by what the run made of them.")
    on_problems: OnProblems
    cancelled_because: CancelledBecause | None = Field(
        description="`student-erased`: a student of the school was erased, whom the file may have named. Post it again."
    )
    created_by: str
    recorded_at: datetime

    @classmethod
    def of(cls, imported: Import) -> "ImportResource":
        """For those who may see it."""
        read = {at: to_camel(field) for field, at in imported.mapping.items()}
        return cls(
            id=imported.id,
            kind=imported.kind,
            school_id=imported.school_id,
            state=imported.state,
            source=imported.source,
            columns=[
                ImportColumn(column=at + 1, heading=heading, field=read.get(at))
                for at, heading in enumerate(imported.headings)
            ],
            fields=[
                ImportField(field=to_camel(known.field), label=known.label, needed=known.needed)
                for known in columns_of(imported.kind).values()
            ],
            lacking=lacking(imported.kind, imported.mapping),
            rows=imported.rows,
            handled=imported.handled,
            found=dict.fromkeys(FOUND, 0) | dict(imported.found),
            done=dict.fromkeys(DONE, 0) | dict(imported.done),
            on_problems=imported.on_problems,
            cancelled_because=imported.cancelled_because,
            created_by=imported.created_by,
            recorded_at=imported.recorded_at,
        )


class MapColumns(Body):
    """Which column is read as which field; a field that is left out is not read."""

    model_config = examples({"mapping": {"name": 1, "postcode": 2, "place": 3}})

    mapping: Annotated[dict[str, Annotated[int, Field(ge=1, le=1000)]], Field(max_length=100)]


class ImportProblem(Resource):
    """Something that is wrong in a row, and what to do about it; never what stands in the cell."""

    model_config = examples(
        {
            "row": 14,
            "column": 2,
            "heading": "Postcode",
            "field": "postcode",
            "problem": "postcode",
            "nl": "Schrijf een postcode als 8232 AB.",
            "en": "Write a Dutch postcode as 8232 AB.",
        }
    )

    row: int = Field(description="As the spreadsheet numbers it.")
    column: int | None
    heading: str | None
    field: str | None
    problem: Why
    nl: str
    en: str

    @classmethod
    def of(cls, imported: Import, found: RowProblem) -> "ImportProblem":
        """`@3`: the fourth column, which is read as nothing."""
        raw = found.field.startswith("@")
        at = int(found.field[1:]) if raw else imported.mapping.get(found.field)
        heading = imported.headings[at] if at is not None and at < len(imported.headings) else None
        return cls(
            row=found.row,
            column=None if at is None else at + 1,
            heading=heading,
            field=None if raw else to_camel(found.field),
            problem=found.why,
            nl=WORDS[found.why].nl,
            en=WORDS[found.why].en,
        )


class ImportDecision(Resource):
    """A row that may be an employer of the register: people say whether it is."""

    model_config = examples(
        {
            "row": 12,
            "name": "Bakkerij Jansen",
            "place": "Lelystad",
            "likeness": 84,
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "employerName": "Jansen Brood en Banket",
            "employerPostcode": "8232VT",
            "employerPlace": "Lelystad",
            "employerKvkNumber": "01234567",
            "decision": None,
        }
    )

    row: int
    name: str
    place: str
    likeness: int = Field(description="0 to 100.")
    employer_id: UUID
    employer_name: str
    employer_postcode: str | None
    employer_place: str | None
    employer_kvk_number: str | None
    decision: RowDecision | None

    @classmethod
    def of(cls, imported: Import, doubt: Doubt, cells: Sequence[str], employer: Employer) -> "ImportDecision":
        """The row beside the employer."""

        def said(field: str) -> str:
            at = imported.mapping.get(field)
            return cells[at] if at is not None and at < len(cells) else ""

        address = employer.facts.address
        return cls(
            row=doubt.row,
            name=said("name"),
            place=said("place"),
            likeness=doubt.likeness,
            employer_id=employer.id,
            employer_name=employer.facts.name,
            employer_postcode=address.postcode if address else None,
            employer_place=address.place if address else None,
            employer_kvk_number=employer.facts.kvk_number,
            decision=doubt.decision,
        )
