"""Intake's HTTP API, by the things of the register."""

from fastapi import APIRouter

from services.intake.api import (
    access_log,
    accreditations,
    adaptations,
    agreements,
    bottlenecks,
    bureau,
    claims,
    closures,
    coaches,
    coarse_profiles,
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
    enrolments,
    erasures,
    evaluations,
    exports,
    finding,
    follow_ups,
    grounds,
    handovers,
    imports,
    information_packs,
    initiatives,
    labour_market,
    law,
    links,
    locations,
    matching_profiles,
    meeting_tasks,
    meetings,
    merging,
    newsletter,
    offers,
    openings,
    outside_contacts,
    placements,
    places,
    portfolio,
    programmes,
    public,
    questionnaires,
    questions,
    regions,
    relations,
    remarks,
    requests,
    reservations,
    responses,
    schemes,
    school_calendar,
    schools,
    sessions,
    stories,
    student_requests,
    students,
    supervisions,
    support,
    tips,
    visit_bookings,
    visits,
    vum,
    wish_check,
)

BEFORE_IDS = (openings, finding, duplicates)
"""Words that stand where others have an id: they are looked at first."""

EMPLOYERS = (employers, employer_states, merging, cooperations, locations, accreditations, vum)
RELATIONS = (contacts, contact_moments, outside_contacts, claims, remarks, questions, relations, tips, portfolio)
PLACES = (offers, reservations, placements, supervisions, agreements, closures)
GUIDANCE = (visits, bottlenecks, evaluations, support, adaptations, handovers, follow_ups, requests, student_requests)
PEOPLE = (schools, departures, students, coaches, delegations, bureau, wish_check, matching_profiles, coarse_profiles)
PROGRAMMES = (programmes, sessions, enrolments, visit_bookings)
PRIVACY = (access_log, erasures, contact_people, grounds)
LINKS = (links,)
REGION = (regions, code_lists, labour_market, places, school_calendar)
LAW = (law, schemes, information_packs)
OPINIONS = (questionnaires, responses)
TOGETHER = (initiatives, meetings, meeting_tasks)
FILES = (imports, exports)
SEEN = (public, stories, newsletter)

router = APIRouter(prefix="/v1")
AREAS = (
    *(BEFORE_IDS, EMPLOYERS, RELATIONS, PLACES, GUIDANCE, PEOPLE, PROGRAMMES, PRIVACY),
    *(LINKS, REGION, LAW, OPINIONS, TOGETHER, FILES, SEEN),
)
for part in (part for area in AREAS for part in area):
    router.include_router(part.router)

__all__ = ["router"]
