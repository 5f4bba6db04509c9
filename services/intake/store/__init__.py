"""The register in PostgreSQL: one store for each kind of thing, between its rows and the domain's objects."""

from services.intake.store.access_seals import AccessSealStore
from services.intake.store.accreditations import AccreditationFilter, AccreditationStore
from services.intake.store.adaptations import AdaptationStore
from services.intake.store.agreements import AgreementStore
from services.intake.store.bottlenecks import BottleneckStore
from services.intake.store.bureau import BureauStore
from services.intake.store.claims import ClaimStore
from services.intake.store.closures import ClosureStore
from services.intake.store.contacts import ContactStore
from services.intake.store.duplicates import DuplicateStore, Pair
from services.intake.store.employer_search import EmployerSearch, Found, Order, Sort
from services.intake.store.employers import EmployerFilter, EmployerStore
from services.intake.store.enrolments import EnrolmentStore
from services.intake.store.erased_contacts import ErasedContactStore
from services.intake.store.erasures import ErasureStore
from services.intake.store.evaluations import EvaluationStore
from services.intake.store.follow_ups import FollowUpStore
from services.intake.store.grounds import GroundStore, SpecialFactStore
from services.intake.store.handovers import HandoverStore
from services.intake.store.imports import Doubt, ImportStore
from services.intake.store.initiatives import InitiativeFilter, InitiativeStore
from services.intake.store.invitations import InvitationStore
from services.intake.store.labour_market import LabourMarketStore
from services.intake.store.links import LinkFilter, LinkStore
from services.intake.store.listed_employers import ListedEmployerStore
from services.intake.store.locations import LocationStore
from services.intake.store.meetings import MeetingFilter, MeetingStore, MeetingTaskFilter, MeetingTaskStore
from services.intake.store.merges import MergeStore
from services.intake.store.offers import OfferFilter, OfferStore
from services.intake.store.openings import OpeningFilter, OpeningSeat, OpeningSeatStore
from services.intake.store.people import PeopleStore
from services.intake.store.place_imports import PlaceImportStore
from services.intake.store.placements import PlacementFilter, PlacementStore
from services.intake.store.places import Place, PlaceStore
from services.intake.store.programmes import ProgrammeFilter, ProgrammeStore
from services.intake.store.publications import PublicationStore
from services.intake.store.questions import QuestionStore
from services.intake.store.readers import ReaderStore
from services.intake.store.regions import RegionStore
from services.intake.store.relations import RelationStore
from services.intake.store.remarks import RemarkStore
from services.intake.store.reminders import ReminderStore
from services.intake.store.requests import RequestStore
from services.intake.store.responses import ResponseStore
from services.intake.store.rounds import RoundFilter, RoundStore
from services.intake.store.schools import SchoolStore
from services.intake.store.stories import StoryStore
from services.intake.store.student_requests import StudentRequestStore
from services.intake.store.students import Access, StudentStore
from services.intake.store.supervisions import SupervisionStore
from services.intake.store.support import SupportFilter, SupportStore
from services.intake.store.tables import metadata
from services.intake.store.tips import TipStore
from services.intake.store.visit_bookings import VisitBookingStore
from services.intake.store.visits import VisitStore
from services.intake.store.vum import VumStore

__all__ = [
    "Access",
    "AccessSealStore",
    "AccreditationFilter",
    "AccreditationStore",
    "AdaptationStore",
    "AgreementStore",
    "BottleneckStore",
    "BureauStore",
    "ClaimStore",
    "ClosureStore",
    "ContactStore",
    "Doubt",
    "DuplicateStore",
    "EmployerFilter",
    "EmployerSearch",
    "EmployerStore",
    "EnrolmentStore",
    "ErasedContactStore",
    "ErasureStore",
    "EvaluationStore",
    "FollowUpStore",
    "Found",
    "GroundStore",
    "HandoverStore",
    "ImportStore",
    "InitiativeFilter",
    "InitiativeStore",
    "InvitationStore",
    "LabourMarketStore",
    "LinkFilter",
    "LinkStore",
    "ListedEmployerStore",
    "LocationStore",
    "MeetingFilter",
    "MeetingStore",
    "MeetingTaskFilter",
    "MeetingTaskStore",
    "MergeStore",
    "OfferFilter",
    "OfferStore",
    "OpeningFilter",
    "OpeningSeat",
    "OpeningSeatStore",
    "Order",
    "Pair",
    "PeopleStore",
    "Place",
    "PlaceImportStore",
    "PlaceStore",
    "PlacementFilter",
    "PlacementStore",
    "ProgrammeFilter",
    "ProgrammeStore",
    "PublicationStore",
    "QuestionStore",
    "ReaderStore",
    "RegionStore",
    "RelationStore",
    "RemarkStore",
    "ReminderStore",
    "RequestStore",
    "ResponseStore",
    "RoundFilter",
    "RoundStore",
    "SchoolStore",
    "Sort",
    "SpecialFactStore",
    "StoryStore",
    "StudentRequestStore",
    "StudentStore",
    "SupervisionStore",
    "SupportFilter",
    "SupportStore",
    "TipStore",
    "VisitBookingStore",
    "VisitStore",
    "VumStore",
    "metadata",
]
