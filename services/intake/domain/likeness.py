"""Whether two employers are the same one: by name, place, telephone, website and KvK number, without asking anybody.

A score says how sure that is, and the reasons say why, so that a person can decide. Names are compared with the
token ratios of rapidfuzz (normalised Indel distance: 100 × 2·matching / total length, words in any order).
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from rapidfuzz import fuzz

from services.intake.domain.employer import EmployerFacts

LIKELY: Final = 80
"""From here on a person is asked: the same name in the same place, or nearly the same name at the same postcode."""

CERTAIN: Final = 95
"""From here on an import may take two for one without asking: the same name at the same postcode."""

_NAME_WEIGHT = 0.65
"""An equal name alone is 65: many a Bakkerij Jansen is another one."""

_SAME_WORD = 60
"""A word with two typing errors in six letters is still that word."""

_LEGAL_FORMS = frozenset({
    "bv", "nv", "vof", "cv", "ua", "ba", "wa", "eenmanszaak", "maatschap", "stichting", "st", "vereniging", "ver",
    "cooperatie", "cooperatieve", "cooperatief", "besloten", "vennootschap", "naamloze", "commanditaire", "firma", "fa",
    "holding",
})  # fmt: skip
_SHORT_FOR = {"zn": "zonen", "gebr": "gebroeders"}
_ARTICLES = frozenset({"de", "het", "een", "t", "the"})
_SIGNS, _INITIAL, _WORDS = frozenset("&+."), re.compile(r"\b(\w)\.(?=\w\b)"), re.compile(r"[^\W_]+")
_PUBLIC_MAIL = re.compile(
    r"(gmail|hotmail|outlook|live|yahoo|icloud|me|ziggo|kpnmail|planet|xs4all|home|upcmail|telfort|hetnet)\.(com|nl)"
)
"""Where anybody has an address: the domain tells nothing of the employer."""


class Reason(StrEnum):
    """Why two employers may be one, or not."""

    SAME_KVK_NUMBER = "same-kvk-number"
    OTHER_KVK_NUMBER = "other-kvk-number"
    SAME_NAME = "same-name"
    LIKE_NAME = "like-name"
    SAME_POSTCODE = "same-postcode"
    SAME_NEIGHBOURHOOD = "same-neighbourhood"
    SAME_PLACE = "same-place"
    OTHER_PLACE = "other-place"
    SAME_TELEPHONE = "same-telephone"
    SAME_WEBSITE = "same-website"


@dataclass(frozen=True)
class Traits:
    """What tells one employer from another, as it was written down."""

    name: str
    kvk_number: str | None = None
    postcode: str | None = None
    """Four digits and two letters without a space."""
    place: str | None = None
    telephone: str | None = None
    website: str | None = None
    email: str | None = None

    @classmethod
    def of(cls, facts: EmployerFacts) -> "Traits":
        """Those of an employer, registered or about to be."""
        postcode, place = (facts.address.postcode, facts.address.place) if facts.address else (None, None)
        return cls(facts.name, facts.kvk_number, postcode, place, facts.telephone, facts.website, facts.email)


@dataclass(frozen=True)
class Likeness:
    """How sure it is that two are one (0–100), and why."""

    score: int
    reasons: tuple[Reason, ...]


def folded(text: str) -> str:
    """Words without case, accents and punctuation: `Café 't Hoekje & Zn.` → `cafe t hoekje en zn`; `B.V.` → `bv`."""
    plain = text.lower() if text.isascii() else _without_accents(text)
    if _SIGNS.isdisjoint(plain):  # most texts, and there are five of each employer of a list
        return " ".join(_WORDS.findall(plain))
    joined = _INITIAL.sub(r"\1", plain.replace("&", " en ").replace("+", " en "))
    return " ".join(_WORDS.findall(joined))


def _without_accents(text: str) -> str:
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def normalised_name(name: str, place: str | None = None) -> str:
    """A name without what does not tell it from others: legal form, article, its own place.

    `Stichting De Linde B.V.` → `linde`, `Albert Heijn Lelystad` in Lelystad → `albert heijn`; never empty unless the
    name has no letter or digit.
    """
    words = [_SHORT_FOR.get(word, word) for word in folded(name).split()]
    for dropped in (_LEGAL_FORMS, _ARTICLES, frozenset(folded(place or "").split())):
        words = [word for word in words if word not in dropped] or words
    return " ".join(words)


def likeness(one: Traits, other: Traits) -> Likeness:
    """How sure it is that two are one; symmetrical."""
    name = _names_alike(one, other)
    reasons = [Reason.SAME_NAME] if name == 100 else [Reason.LIKE_NAME] if name >= LIKELY else []
    score = _NAME_WEIGHT * name
    for points, reason in (_place(one, other), _telephone(one, other), _website(one, other), _kvk(one, other)):
        score += points
        reasons += [reason] if reason else []
    for reason, most in _AT_MOST.items():
        score = min(score, most) if reason in reasons else score
    return Likeness(max(0, min(100, int(score))), tuple(reasons))


_AT_MOST = {Reason.OTHER_KVK_NUMBER: 60, Reason.OTHER_PLACE: 75}
"""Two legal persons are two employers, and so are two branches, however alike the rest is."""


def marks(traits: Traits) -> frozenset[str]:
    """What two must have one of in common to be `LIKELY` one: a register looks only among those that share a mark.

    `kvk:01234567`, `pc4:8232`, `pc6:8232VT`, `tel:320123456`, `web:delinde.nl`, `name:lelystad:linde`.
    """
    postcode, place = traits.postcode, folded(traits.place or "")
    found = {
        "kvk": traits.kvk_number,
        "pc4": postcode and postcode[:4],
        "pc6": postcode,
        "tel": _digits(traits.telephone),
        "name": f"{place}:{_sorted(traits)}" if place else None,
    }
    return frozenset({f"{kind}:{value}" for kind, value in found.items() if value} | _sites(traits))


def _sorted(traits: Traits) -> str:
    return " ".join(sorted(normalised_name(traits.name, traits.place).split()))


def _names_alike(one: Traits, other: Traits) -> float:
    """0–100; a name that the other holds whole (`bakkerij jansen`, `bakkerij jansen en zonen`) is nearly the same,
    less so where it is one word (`jansen`).

    Names that differ in a number (`Kwekerij 1`, `Kwekerij 2`) or in a whole word (`Tuincentrum De Linde`,
    `Tuincentrum De Olm`) are other names, however many letters are the same.
    """
    left, right = (normalised_name(traits.name, traits.place) for traits in (one, other))
    if sorted(re.findall(r"\d+", left)) != sorted(re.findall(r"\d+", right)) or _other_word(left, right):
        return min(70.0, fuzz.token_sort_ratio(left, right))
    words = min(len(left.split()), len(right.split()))
    return max(fuzz.token_sort_ratio(left, right), (0.9 if words > 1 else 0.75) * fuzz.token_set_ratio(left, right))


def _other_word(left: str, right: str) -> bool:
    """Whether the shorter name (or either, of the same length) has a word of which the other has nothing like it."""
    names = sorted((left.split(), right.split()), key=len)
    pairs = [(names[0], names[1])] + [(names[1], names[0])] * (len(names[0]) == len(names[1]))
    return any(
        max(fuzz.ratio(word, known) for known in there) < _SAME_WORD
        for here, there in pairs
        if there
        for word in here
        if len(word) > 2
    )


def _place(one: Traits, other: Traits) -> tuple[int, Reason | None]:
    if one.postcode and one.postcode == other.postcode:
        return 30, Reason.SAME_POSTCODE
    if one.postcode and other.postcode and one.postcode[:4] == other.postcode[:4]:
        return 20, Reason.SAME_NEIGHBOURHOOD
    if not (one.place and other.place):
        return 5, None
    if folded(one.place) == folded(other.place):
        return 15, Reason.SAME_PLACE
    return -15, Reason.OTHER_PLACE


def _telephone(one: Traits, other: Traits) -> tuple[int, Reason | None]:
    number = _digits(one.telephone)
    return (25, Reason.SAME_TELEPHONE) if number and number == _digits(other.telephone) else (0, None)


def _website(one: Traits, other: Traits) -> tuple[int, Reason | None]:
    return (15, Reason.SAME_WEBSITE) if _sites(one) & _sites(other) else (0, None)


def _kvk(one: Traits, other: Traits) -> tuple[int, Reason | None]:
    if not (one.kvk_number and other.kvk_number):
        return 0, None
    same = one.kvk_number == other.kvk_number
    return (30, Reason.SAME_KVK_NUMBER) if same else (0, Reason.OTHER_KVK_NUMBER)


def _digits(telephone: str | None) -> str:
    """The national number: `+31 (0)320 123456`, `0031320123456` and `0320-123456` are one."""
    return re.sub(r"^(0031|31(?=\d{9,10}$))?0?", "", re.sub(r"\D", "", telephone or ""))


def _sites(traits: Traits) -> set[str]:
    """The domain of website and mail, unless it is one that anybody has an address at."""
    host = (urlsplit(traits.website).hostname or "") if traits.website else ""
    domains: Iterable[str] = (host, (traits.email or "").rpartition("@")[2])
    named = {domain.casefold().removeprefix("www.") for domain in domains}
    return {f"web:{domain}" for domain in named if domain and not _PUBLIC_MAIL.fullmatch(domain)}
