"""Imports: a file that becomes part of the register, after everybody could see what would come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.intake.domain.employer import EmployerSource
from services.intake.domain.fields import UNRECORDED, examples
from services.intake.domain.rights import Viewer
from services.intake.importing.columns import ImportKind, fits, lacking
from shared.api import Body
from shared.errors import Invalid, Refused
from shared.processes import Process


class ImportState(StrEnum):
    """Where an import stands."""

    NEEDS_MAPPING = "needs-mapping"
    """A column that is needed was not recognised."""
    CHECKING = "checking"
    CHECKED = "checked"
    """The dry run is over: problems and decisions can be looked at."""
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    """What was written until then stays."""
    FAILED = "failed"
    """Our mistake; what was written until then stays."""


class ImportStep(StrEnum):
    """What happens to an import."""

    MAPPED = "mapped"
    CHECKED = "checked"
    RUN = "run"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


class ImportIsElsewhere(Refused):
    """Dat kan nu niet: de import is {state}. (That cannot be done to an import that is {state}.)"""

    slug = "import-is-elsewhere"


class ImportHasProblems(Refused):
    """Er zijn {problems} rijen met problemen en {undecided} twijfelgevallen; verbeter ze of sla ze over.

    ({problems} rows have problems, {undecided} wait for a decision: correct them, or skip them with `onProblems`.)
    """

    slug = "import-has-problems"


_MAY_CHANGE = {
    ImportStep.MAPPED: ImportState.CHECKING,
    ImportStep.CANCELLED: ImportState.CANCELLED,
    ImportStep.FAILED: ImportState.FAILED,
}
PROCESS: Process[ImportState, ImportStep] = Process(
    name="import",
    first=ImportState.NEEDS_MAPPING,
    steps={
        ImportState.NEEDS_MAPPING: _MAY_CHANGE,
        ImportState.CHECKING: _MAY_CHANGE | {ImportStep.CHECKED: ImportState.CHECKED},
        ImportState.CHECKED: _MAY_CHANGE | {ImportStep.RUN: ImportState.RUNNING},
        ImportState.RUNNING: {
            ImportStep.FINISHED: ImportState.DONE,
            ImportStep.CANCELLED: ImportState.CANCELLED,
            ImportStep.FAILED: ImportState.FAILED,
        },
    },
    refuse=lambda state: ImportIsElsewhere(state=state),
)

FOUND = ("bad", "new", "known", "unsure", "double")
DONE = ("registered", "recognised", "skipped")


class OnProblems(StrEnum):
    """What happens with rows that cannot be taken, or that nobody has decided about."""

    STOP = "stop"
    """All or nothing."""
    SKIP = "skip"


class CancelledBecause(StrEnum):
    """Why an import was cancelled by none of the school's people."""

    STUDENT_ERASED = "student-erased"
    """A student of the school was erased, whom the file may have named."""


class RunImport(Body):
    """The file becomes part of the register."""

    model_config = examples({"onProblems": "stop"}, {"onProblems": "skip"})

    on_problems: OnProblems = OnProblems.STOP


class RowDecision(StrEnum):
    """What people say about an employer that may be one of the register."""

    SAME = "same"
    NEW = "new"
    SKIP = "skip"


class Decide(Body):
    """What is decided about one row."""

    row: Annotated[int, Field(ge=1, le=2**31 - 1)]
    decision: RowDecision


class DecideRows(Body):
    """What is decided about some rows; decided again, the last counts."""

    model_config = examples({"decisions": [{"row": 12, "decision": "same"}, {"row": 40, "decision": "new"}]})

    decisions: Annotated[tuple[Decide, ...], Field(min_length=1, max_length=1000)]


@dataclass(frozen=True)
class Import:
    """A file, what is known of it, and how far it is."""

    id: UUID
    kind: ImportKind
    school_id: UUID | None
    """For whom; None: an operator's list of a region's employers."""
    created_by: str
    headings: tuple[str, ...]
    mapping: Mapping[str, int]
    rows: int
    file_hash: str
    key: str | None = None
    source: EmployerSource | None = None
    state: ImportState = ImportState.NEEDS_MAPPING
    position: int = 0
    """The last row that the dry run or the run has seen."""
    handled: int = 0
    """How many rows that were."""
    found: Mapping[str, int] = field(default_factory=dict)
    done: Mapping[str, int] = field(default_factory=dict)
    on_problems: OnProblems = OnProblems.STOP
    cancelled_because: CancelledBecause | None = None
    attempts: int = 0
    recorded_at: datetime = UNRECORDED

    def visible_to(self, viewer: Viewer) -> bool:
        """Whether a caller may know of it: the school's own coordinators; an operator, of lists without a school."""
        return self.school_id in viewer.schools if self.school_id else viewer.operator

    def mapped(self, mapping: Mapping[str, int]) -> "Import":
        """Read the columns so, and check all rows again; raises `Invalid` when that cannot be."""
        if not fits(mapping, len(self.headings)):
            raise Invalid("/mapping", "every field has a column of the file, and no column two fields")
        if lacks := lacking(self.kind, mapping):
            raise Invalid("/mapping", f"a column is needed for: {', '.join(lacks)}")
        return replace(self._after(ImportStep.MAPPED), mapping=mapping, position=0, handled=0, found={}, attempts=0)

    def running(self, on_problems: OnProblems, undecided: int) -> "Import":
        """Let it become part of the register; raises `ImportHasProblems`."""
        running = replace(self._after(ImportStep.RUN), on_problems=on_problems, position=0, handled=0, attempts=0)
        if on_problems is OnProblems.STOP and (self.found.get("bad") or undecided):
            raise ImportHasProblems(problems=self.found.get("bad", 0), undecided=undecided)
        return running

    def must_wait(self) -> None:
        """Raise `ImportIsElsewhere` unless it waits for people."""
        if self.state is not ImportState.CHECKED:
            raise ImportIsElsewhere(state=self.state)

    def cancelled(self) -> "Import":
        """Do not go on."""
        return self._after(ImportStep.CANCELLED)

    def failed(self, most: int) -> "Import":
        """One more attempt was in vain; after `most` of them it is given up."""
        last = self.attempts + 1 >= most
        return replace(self._after(ImportStep.FAILED) if last else self, attempts=self.attempts + 1)

    def gone_on(self, position: int, counts: Mapping[str, int], seen: int) -> "Import":
        """Some rows further; `counts` says what they were, or what was made of them."""
        checking = self.state is ImportState.CHECKING
        before = self.found if checking else self.done
        after = {name: before.get(name, 0) + counts.get(name, 0) for name in (FOUND if checking else DONE)}
        further = replace(self, position=position, handled=self.handled + seen, attempts=0)
        return replace(further, found=after) if checking else replace(further, done=after)

    def ended(self) -> "Import":
        """All rows were seen."""
        return self._after(ImportStep.CHECKED if self.state is ImportState.CHECKING else ImportStep.FINISHED)

    def _after(self, step: ImportStep) -> "Import":
        return replace(self, state=PROCESS.after(self.state, step))
