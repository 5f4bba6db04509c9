"""Forgetting a contact person of an employer (AVG article 17): found now and known again later by marks, not by name.

A mark is a keyed hash of something that leads to the person: the name, a word of it, an address, a number.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.intake.domain.company_text import EMAIL, TELEPHONE, telling_words
from services.intake.domain.employer import ContactPerson, Employer, EmployerFacts
from services.intake.domain.erasure import ErasureReason
from services.intake.domain.fields import UNRECORDED, Email, Telephone, examples
from services.intake.domain.likeness import folded
from shared.api import Body, ShortText

UNNAMED = "Contactpersoon"
"""What an import calls somebody of whom a file says no name: it leads to nobody."""

GONE = "[…]"
"""Stands where a person was named; never longer than what it stands for, so that a text keeps to its length."""

SPARED = frozenset({"name", "address", "situation", "author", "coach", "reserved_by"})
"""Parts of documents that name companies, places and people of schools."""

_PARTICLES = r"(?:[Vv]an|[Dd]e|[Dd]en|[Dd]er|[Tt]en|[Tt]er|[Tt]e|[Ee]l|'t)"
_NAMED = re.compile(rf"(?:\b[A-Z]\.\s*)*(?:\b{_PARTICLES}\s+)*(?P<word>[\w'’-]+)")
_WORDS = re.compile(r"\w+")
_TOKENS = re.compile(r"(?:\b[A-Z]\.)+|[\w'’-]+")
_MOST_WORDS = 5
"""Of a name as people write it: `J. M. van der Berg-Jansen`."""


class EraseContactPerson(Body):
    """Who asked to be forgotten, as the employer's record says it; there is no way back."""

    model_config = examples({"name": "T. de Wit", "email": "t.dewit@example.org", "reason": "asked"})

    name: ShortText
    email: Email | None = None
    telephone: Telephone | None = None
    reason: ErasureReason


@dataclass(frozen=True)
class ErasedContact:
    """That a contact person of an employer was erased: by whom, when, how much; not whom."""

    id: UUID
    employer_id: UUID
    reason: ErasureReason
    role: str
    author: str
    row_count: int
    erased_at: datetime = UNRECORDED


@dataclass(frozen=True)
class ContactMarks:
    """What a person is known by again, for who has the name or the text in hand; nothing leads back to a name."""

    key: bytes = field(repr=False)
    marks: frozenset[str]

    @classmethod
    def of(cls, asked: EraseContactPerson, people: Iterable[ContactPerson], company: EmployerFacts) -> "ContactMarks":
        """Those of the person who is meant, under a key of its own.

        Who stands in a record under that name, address or number gives what stands there too, unless others share it.
        """
        key = secrets.token_bytes(32)
        named = ContactPerson(name=asked.name, email=asked.email, telephone=asked.telephone)
        said, known = cls(key, _marks(key, [named], company.name)), list(people)
        meant = [person for person in known if said.is_one(person)]
        others = [person for person in known if not said.is_one(person)]
        shared = set(_reached_by(key, [company, *others]))
        return cls(key, said.marks | (_marks(key, meant, company.name) - shared))

    def is_one(self, person: ContactPerson) -> bool:
        """Whether a contact person is the one who was erased."""
        return self._knows_name(person.name) or self.reaches(person.email) or self.reaches(person.telephone)

    def reaches(self, address: str | None) -> bool:
        """Whether a mail address or a telephone number is the person's own."""
        if address is None:
            return False
        return _reached(self.key, address) in self.marks

    def names(self, cell: str) -> bool:
        """Whether a text is the person's name, address or number, and nothing else."""
        return self._knows_name(cell) or self.reaches(cell)

    def left_of(self, facts: EmployerFacts) -> EmployerFacts:
        """An employer's facts without the person."""
        people = tuple(person for person in facts.contact_persons if not self.is_one(person))
        own = {name: None for name in ("email", "telephone") if self.reaches(getattr(facts, name))}
        return facts.model_copy(update={"contact_persons": people, **own})

    def taken_out(self, stored: Any, part: str = "") -> Any:
        """A document or text without the person; `part` is what it is called in the document around it."""
        if isinstance(stored, str):
            return self._unreached(stored) if part in {"email", "telephone"} else self.unnamed(stored)
        if isinstance(stored, list):
            people = part == "contact_persons"
            return [self.taken_out(one) for one in stored if not (people and self.is_one(_person(one)))]
        if isinstance(stored, dict):
            return {name: one if name in SPARED else self.taken_out(one, name) for name, one in stored.items()}
        return stored

    def unnamed(self, text: str) -> str:
        """A text in which the person is not named and cannot be reached."""
        if self.names(text):
            return GONE
        for begin, end in reversed(list(self._full_names(text))):
            text = text[:begin] + GONE + text[end:]
        for pattern in (EMAIL, TELEPHONE):
            text = pattern.sub(lambda found: GONE if self.reaches(found[0]) else found[0], text)
        return _NAMED.sub(lambda found: GONE if self._knows_word(found["word"]) else found[0], text)

    def _full_names(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the whole name stands, also one whose words the company has in its name."""
        tokens = [found.span() for found in _TOKENS.finditer(text)]
        for at, (begin, _) in enumerate(tokens):
            for _, end in tokens[at + 1 : at + _MOST_WORDS] if text[begin].isupper() else ():
                if self._knows_name(text[begin:end]):
                    yield begin, end

    def _unreached(self, address: str) -> str | None:
        return None if self.reaches(address) else address

    def _knows_name(self, name: str) -> bool:
        return _digest(self.key, "name", folded(name)) in self.marks

    def _knows_word(self, word: str) -> bool:
        return word[0].isupper() and any(_digest(self.key, "word", part) in self.marks for part in _parts(word))


@dataclass(frozen=True)
class Remembered:
    """The marks of an erased person, and where: the same name elsewhere is somebody else."""

    employer_id: UUID
    kvk_number: str | None
    postcode: str | None
    marks: ContactMarks

    def is_near(self, employer: Employer) -> bool:
        """Whether an employer is the one, or may be it: by KvK number or by postcode."""
        facts = employer.facts
        postcode = facts.address.postcode if facts.address else None
        same_number = self.kvk_number is not None and self.kvk_number == facts.kvk_number
        same_postcode = postcode is not None and postcode == self.postcode
        return employer.id == self.employer_id or same_number or same_postcode


def _person(stored: Any) -> ContactPerson:
    return ContactPerson.model_validate(stored, extra="ignore")


def _marks(key: bytes, people: Iterable[ContactPerson], company: str) -> frozenset[str]:
    named = [person.name for person in people if person.name != UNNAMED]
    words = {word for name in named for word in telling_words(name, company)}
    by_name = {_digest(key, "name", folded(name)) for name in named}
    return frozenset(by_name | {_digest(key, "word", word) for word in words} | set(_reached_by(key, people)))


def _reached_by(key: bytes, ones: Iterable[ContactPerson | EmployerFacts]) -> Iterator[str]:
    for one in ones:
        yield from (_reached(key, address) for address in (one.email, one.telephone) if address)


def _reached(key: bytes, address: str) -> str:
    if any(map(str.isalpha, address)):
        return _digest(key, "email", address.strip(".,;:()<>").casefold())
    digits = "".join(filter(str.isdigit, address))
    return _digest(key, "telephone", digits[-9:])  # +31 20 1234567 and 020-1234567 are one


def _parts(word: str) -> Iterator[str]:
    """A word, and the words that are joined in it: `Wit's`, `Wit-Bakker`."""
    yield word
    yield from _WORDS.findall(word)


def _digest(key: bytes, kind: str, value: str) -> str:
    return hmac.new(key, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()[:32]
