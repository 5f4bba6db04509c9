"""The closed code lists of the events in words, for files that people fill in: English stands in for the code."""

from collections.abc import Mapping
from enum import StrEnum

from services.intake.domain.codes import Words
from services.intake.geography import plain
from shared.events.codes import EmployerKind, Guidance, OutflowProfile, PlacementKind, SizeClass

_NL: dict[type[StrEnum], tuple[str, ...]] = {
    EmployerKind: (
        "regulier", "leerwerkbedrijf", "beschut werk", "sw-bedrijf", "dagbesteding", "maatschappelijke partner",
    ),
    SizeClass: ("klein", "middelgroot", "groot", "onbekend"),
    Guidance: ("geen", "beperkt", "volledig", "intensief"),
    PlacementKind: (
        "stage", "groepsstage", "snuffelstage", "lange stage", "interne stage", "leerwerkcentrum",
        "werktraject", "proefplaatsing", "baan", "beschut werk", "dagbesteding", "participatiebaan",
    ),
    OutflowProfile: ("arbeid", "beschut werk", "dagbesteding", "vervolgonderwijs"),
}  # fmt: skip


class Wordbook:
    """A code list from which people write a code, its words, or the beginning of its words."""

    def __init__(self, codes: Mapping[str, Words]) -> None:
        self.codes = codes
        self._known = {plain(name): code for code, words in codes.items() for name in (words.en, words.nl, code)}
        self._seen: dict[str, str | None] = {}

    def find(self, text: str) -> str | None:
        """The code that is meant; None when there is none, or several begin so."""
        if text not in self._seen:
            if len(self._seen) > _REMEMBERED:
                self._seen.clear()
            self._seen[text] = self._look_up(plain(text))
        return self._seen[text]

    def _look_up(self, wanted: str) -> str | None:
        if (code := self._known.get(wanted)) is not None:
            return code
        begun = {code for known, code in self._known.items() if len(wanted) >= _ENOUGH and known.startswith(wanted)}
        return begun.pop() if len(begun) == 1 else None


_ENOUGH = 4
"""Letters from which on a beginning says something."""
_REMEMBERED = 10_000


def words_for(codes: type[StrEnum]) -> Wordbook:
    """The list of an enumeration."""
    return Wordbook({code.value: Words(nl, code.value) for code, nl in zip(codes, _NL[codes], strict=True)})


KINDS, SIZES = words_for(EmployerKind), words_for(SizeClass)
GUIDANCE, PLACEMENT_KINDS, PROFILES = words_for(Guidance), words_for(PlacementKind), words_for(OutflowProfile)
TRAVEL = Wordbook(
    {
        "walk": Words("lopen", "walk"),
        "bike": Words("fiets", "bike"),
        "public-transport": Words("openbaar vervoer", "public transport"),
        "taxi": Words("taxi", "taxi"),
    }
)
RECOGNITIONS = Wordbook(
    {
        "none": Words("nee", "none"),
        "recognised": Words("ja", "recognised"),
        "boris": Words("boris", "boris"),
    }
)
"""As the column Erkenning asks it."""
