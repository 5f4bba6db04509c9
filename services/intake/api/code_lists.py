"""Code lists: what front ends offer to choose from, in Dutch and in English."""

from fastapi import APIRouter
from pydantic import Field

from services.intake.api.callers import Shared
from services.intake.domain.codes import Words
from services.intake.domain.fields import examples
from services.intake.resources import Resources
from shared.api import Resource
from shared.errors import NotFound
from shared.security import Caller

router = APIRouter(tags=["code-lists"])


class CodeInWords(Resource):
    """A code and what it says."""

    model_config = examples({"code": "lifting", "nl": "tillen", "en": "lifting"})

    code: str
    nl: str
    en: str
    sbi: list[str] | None = Field(default=None, description="Of a sector: the SBI codes that belong to it.")


class CodeList(Resource):
    """The codes of one list."""

    model_config = examples({"name": "limits", "items": [{"code": "lifting", "nl": "tillen", "en": "lifting"}]})

    name: str
    items: list[CodeInWords]


class CodeListNames(Resource):
    """The lists that there are."""

    model_config = examples({"items": ["limits", "sectors"]})

    items: list[str]


@router.get("/code-lists", summary="Which code lists there are")
async def list_code_lists(_: Caller, shared: Shared) -> CodeListNames:
    """Sectors and limits are closed lists; in the others an installation may use codes of its own."""
    return CodeListNames(items=sorted(_lists(shared)))


@router.get("/code-lists/{name}", summary="One code list", response_model_exclude_none=True)
async def read_code_list(name: str, _: Caller, shared: Shared) -> CodeList:
    """Codes with their words."""
    if (found := _lists(shared).get(name)) is None:
        raise NotFound("code list")
    sbi = {code: shared.sbi.codes_of(code) for code in found} if name == "sectors" else {}
    items = [CodeInWords(code=code, nl=words.nl, en=words.en, sbi=sbi.get(code)) for code, words in found.items()]
    return CodeList(name=name, items=items)


def _lists(shared: Resources) -> dict[str, dict[str, Words]]:
    geography = shared.geography
    regions = {code: Words(name, name) for code, name in sorted(geography.regions.items())}
    municipalities = {m.code: Words(m.name, m.name) for m in geography.municipalities.values()}
    computed = {"regions": regions, "municipalities": municipalities, "sbi-divisions": shared.sbi.divisions}
    return shared.codes.lists | computed
