"""Coaches: who of the school looks after a student, and which job coach from outside sees the student."""

import hashlib
import hmac
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from services.intake.domain.fields import Email, examples
from shared.api import Body, ShortText

WorkEmail = Annotated[Email, AfterValidator(str.casefold)]
"""Compared with the address in the token, whatever its case."""


class Coach(Body):
    """Who looks after a student, with the address of work: other schools see it on the seat that is taken."""

    model_config = examples({"name": "M. Visser", "email": "m.visser@school.example"})

    name: ShortText | None = None
    email: WorkEmail = Field(description="Of work: it is shown to the other schools of the region.")

    def code_at(self, school_id: UUID, key: bytes) -> str:
        """What events call the coach, so that students can be counted by it: no address leads to it without the key."""
        return hmac.new(key, f"{school_id} {self.email}".encode(), hashlib.sha256).hexdigest()[:32]
