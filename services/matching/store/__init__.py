"""Matching's own tables, and what is read from and written to them."""

from services.matching.store.tables import metadata

__all__ = ["metadata"]
