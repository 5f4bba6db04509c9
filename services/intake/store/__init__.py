"""The register in PostgreSQL: one store for each kind of thing, between its rows and the domain's objects."""

from services.intake.store.accreditations import AccreditationFilter, AccreditationStore
from services.intake.store.bureau import BureauStore
from services.intake.store.claims import ClaimStore
from services.intake.store.closures import ClosureStore
from services.intake.store.contacts import ContactStore
from services.intake.store.duplicates import DuplicateStore, Pair
from services.intake.store.employer_search import EmployerSearch, Found, Order, Sort
from services.intake.store.employers import EmployerFilter, EmployerStore
from services.intake.store.erased_contacts import ErasedContactStore
from services.intake.store.erasures import ErasureStore
from services.intake.store.grounds import GroundStore, SpecialFactStore
from services.intake.store.imports import Doubt, ImportStore
from services.intake.store.labour_market import LabourMarketStore
from services.intake.store.listed_employers import ListedEmployerStore
from services.intake.store.locations import LocationStore
from services.intake.store.merges import MergeStore
from services.intake.store.offers import OfferFilter, OfferStore
from services.intake.store.openings import OpeningFilter, OpeningSeat, OpeningSeatStore
from services.intake.store.people import PeopleStore
from services.intake.store.place_imports import PlaceImportStore
from services.intake.store.placements import PlacementFilter, PlacementStore
from services.intake.store.places import Place, PlaceStore
from services.intake.store.questions import QuestionStore
from services.intake.store.regions import RegionStore
from services.intake.store.relations import RelationStore
from services.intake.store.remarks import RemarkStore
from services.intake.store.reminders import ReminderStore
from services.intake.store.schools import SchoolStore
from services.intake.store.students import Access, StudentStore
from services.intake.store.tables import metadata
from services.intake.store.tips import TipStore

__all__ = [
    "Access",
    "AccreditationFilter",
    "AccreditationStore",
    "BureauStore",
    "ClaimStore",
    "ClosureStore",
    "ContactStore",
    "Doubt",
    "DuplicateStore",
    "EmployerFilter",
    "EmployerSearch",
    "EmployerStore",
    "ErasedContactStore",
    "ErasureStore",
    "Found",
    "GroundStore",
    "ImportStore",
    "LabourMarketStore",
    "ListedEmployerStore",
    "LocationStore",
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
    "QuestionStore",
    "RegionStore",
    "RelationStore",
    "RemarkStore",
    "ReminderStore",
    "SchoolStore",
    "Sort",
    "SpecialFactStore",
    "StudentStore",
    "TipStore",
    "metadata",
]
