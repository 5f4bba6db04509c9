"""What there is as open data, in the words of DCAT-AP-NL 3.0, so that catalogues can harvest it."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from services.analytics.api.exports import CSV, XLSX
from services.analytics.domain.catalogue import DESCRIPTIONS
from services.analytics.domain.table import Description
from services.analytics.settings import Settings

router = APIRouter(prefix="/v1/datasets", tags=["datasets"])

JSON_LD = "application/ld+json"

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}

_EU = "http://publications.europa.eu/resource/authority"
LICENCE = "http://creativecommons.org/licenses/by/4.0/deed.nl"
THEME = f"{_EU}/data-theme/EDUC"
DUTCH = f"{_EU}/language/NLD"
PUBLIC = f"{_EU}/access-right/PUBLIC"
FORMS = (("json", "application/json", "JSON"), ("csv", CSV, "CSV"), ("xlsx", XLSX, "XLSX"))


@router.get(
    "", summary="The tables as open data", responses={200: {"content": {JSON_LD: {"schema": {"type": "object"}}}}}
)
async def list_datasets(request: Request) -> JSONResponse:
    """A catalogue (DCAT-AP-NL, JSON-LD): every published table with its addresses; the id of a table never changes."""
    settings: Settings = request.app.state.runtime.resources
    return JSONResponse(catalogue(settings), media_type=JSON_LD, headers={"Cache-Control": "public, max-age=3600"})


def catalogue(settings: Settings) -> dict[str, Any]:
    """The whole catalogue."""
    base = settings.public_url.rstrip("/")
    return {
        "@context": CONTEXT,
        "@id": f"{base}/v1/datasets",
        "@type": "dcat:Catalog",
        "dct:title": _nl("Stages en werk voor leerlingen uit praktijkonderwijs en vso"),
        "dct:description": _nl("Cijfers per arbeidsmarktregio, geteld uit wat scholen en werkgevers vastleggen."),
        "dct:license": {"@id": LICENCE},
        "dct:language": {"@id": DUTCH},
        **_who(settings),
        "dcat:dataset": [_dataset(about, settings) for about in DESCRIPTIONS],
    }


def _dataset(about: Description, settings: Settings) -> dict[str, Any]:
    address = f"{settings.public_url.rstrip('/')}/v1/tables/{about.name}"
    return {
        "@id": address,
        "@type": "dcat:Dataset",
        "dct:identifier": address,
        "dct:title": _nl(about.title),
        "dct:description": _nl(about.definition),
        "dct:accessRights": {"@id": PUBLIC},
        "dct:creator": _organisation(settings),
        "dct:accrualPeriodicity": {"@id": f"{_EU}/frequency/CONT"},
        "dct:language": {"@id": DUTCH},
        "dct:spatial": {"@id": f"{_EU}/country/NLD"},
        "dcat:theme": {"@id": THEME},
        "dcat:keyword": [_nl("stage"), _nl("praktijkonderwijs"), _nl("voortgezet speciaal onderwijs")],
        **_who(settings),
        "dcat:distribution": [_distribution(address, *form) for form in FORMS],
    }


def _distribution(address: str, form: str, media: str, code: str) -> dict[str, Any]:
    return {
        "@id": f"{address}?format={form}",
        "@type": "dcat:Distribution",
        "dct:title": _nl(code),
        "dcat:accessURL": {"@id": f"{address}?format={form}"},
        "dct:format": {"@id": f"{_EU}/file-type/{code}"},
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media}"},
        "dct:license": {"@id": LICENCE},
    }


def _who(settings: Settings) -> dict[str, Any]:
    return {
        "dct:publisher": _organisation(settings),
        "dcat:contactPoint": {
            "@type": "vcard:Organization",
            "vcard:fn": settings.publisher_name,
            "vcard:hasURL": {"@id": settings.publisher_url or settings.public_url},
        },
    }


def _organisation(settings: Settings) -> dict[str, Any]:
    of = settings.publisher_url or settings.public_url
    return {"@id": of, "@type": "foaf:Agent", "foaf:name": _nl(settings.publisher_name)}


def _nl(text: str) -> dict[str, str]:
    return {"@value": text, "@language": "nl"}
