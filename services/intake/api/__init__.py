"""Intake's HTTP API, by the things of the register."""

from fastapi import APIRouter

from services.intake.api import (
    accreditations,
    bureau,
    claims,
    closures,
    coaches,
    code_lists,
    contact_moments,
    contact_people,
    contacts,
    cooperations,
    delegations,
    departures,
    duplicates,
    employer_states,
    employers,
    erasures,
    exports,
    finding,
    grounds,
    imports,
    labour_market,
    locations,
    matching_profiles,
    merging,
    offers,
    openings,
    placements,
    places,
    questions,
    regions,
    relations,
    remarks,
    reservations,
    school_calendar,
    schools,
    students,
    tips,
    wish_check,
)

BEFORE_IDS = (openings, finding, duplicates)
"""Words that stand where others have an id: they are looked at first."""

EMPLOYERS = (employers, employer_states, merging, cooperations, locations, accreditations)
RELATIONS = (contacts, contact_moments, claims, remarks, questions, relations, tips)
PLACES = (offers, reservations, placements, closures)
PEOPLE = (schools, departures, students, coaches, delegations, bureau, wish_check, matching_profiles)
PRIVACY = (erasures, contact_people, grounds)
REGION = (regions, code_lists, labour_market, places, school_calendar)
FILES = (imports, exports)

router = APIRouter(prefix="/v1")
for part in (*BEFORE_IDS, *EMPLOYERS, *RELATIONS, *PLACES, *PEOPLE, *PRIVACY, *REGION, *FILES):
    router.include_router(part.router)

__all__ = ["router"]
