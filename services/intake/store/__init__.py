"""The register in PostgreSQL: one store for each kind of thing, between its rows and the domain's objects."""

from services.intake.store.contacts import ContactStore
from services.intake.store.employers import EmployerFilter, EmployerStore
from services.intake.store.offers import OfferFilter, OfferStore
from services.intake.store.placements import PlacementFilter, PlacementStore
from services.intake.store.schools import SchoolStore
from services.intake.store.students import Access, StudentStore
from services.intake.store.tables import metadata
from services.intake.store.tips import TipStore

__all__ = [
    "Access",
    "ContactStore",
    "EmployerFilter",
    "EmployerStore",
    "OfferFilter",
    "OfferStore",
    "PlacementFilter",
    "PlacementStore",
    "SchoolStore",
    "StudentStore",
    "TipStore",
    "metadata",
]
