"""What can be wrong in a row, in Dutch and in English; a sentence never repeats what stood in the cell."""

from dataclasses import dataclass
from enum import StrEnum

from services.intake.domain.codes import Words


class Why(StrEnum):
    """The kinds of problem."""

    MISSING = "missing"
    NOT_VALID = "not-valid"
    TOO_LONG = "too-long"
    CITIZEN_NUMBER = "citizen-service-number"
    FORMULA = "formula"
    DATE = "date"
    NUMBER = "number"
    YES_OR_NO = "yes-or-no"
    CODE = "code"
    WEEKDAYS = "weekdays"
    POSTCODE = "postcode"
    KVK_NUMBER = "kvk-number"
    TELEPHONE = "telephone"
    EMAIL = "email"
    WEBSITE = "website"
    PLACE = "place"
    ORDER = "order"
    SPLIT = "split"
    NO_STUDENT = "no-such-student"
    NO_EMPLOYER = "no-such-employer"
    NO_SECTOR = "no-sector"
    NO_SEAT = "no-seat"


WORDS: dict[Why, Words] = {
    Why.MISSING: Words("Vul dit in.", "Fill this in."),
    Why.NOT_VALID: Words("Dit kan hier niet staan.", "This cannot stand here."),
    Why.TOO_LONG: Words("Maak dit korter.", "Make this shorter."),
    Why.CITIZEN_NUMBER: Words(
        "Hier lijkt een BSN of onderwijsnummer te staan. Haal het weg; het wordt nooit bewaard.",
        "This looks like a citizen service or education number. Remove it; it is never stored.",
    ),
    Why.FORMULA: Words(
        "Dit begint als een formule. Zet er de uitkomst neer, of een ' ervoor.",
        "This begins like a formula. Write its result, or put a ' before it.",
    ),
    Why.DATE: Words("Schrijf een datum als 31-12-2026.", "Write a date as 31-12-2026 or 2026-12-31."),
    Why.NUMBER: Words("Schrijf een heel getal.", "Write a whole number."),
    Why.YES_OR_NO: Words("Schrijf ja of nee.", "Write ja (yes) or nee (no)."),
    Why.CODE: Words(
        "Dit woord staat niet in de keuzelijst. Zie /v1/code-lists.",
        "This is not in the code list: see /v1/code-lists.",
    ),
    Why.WEEKDAYS: Words("Schrijf dagen als ma, di, wo.", "Write days as ma, di, wo (mon, tue, wed)."),
    Why.POSTCODE: Words("Schrijf een postcode als 8232 AB.", "Write a Dutch postcode as 8232 AB."),
    Why.KVK_NUMBER: Words("Een KvK-nummer heeft acht cijfers.", "A KvK number has eight digits."),
    Why.TELEPHONE: Words("Schrijf een telefoonnummer als 0320 123456.", "Write a telephone number as 0320 123456."),
    Why.EMAIL: Words("Schrijf een e-mailadres als naam@voorbeeld.nl.", "Write an address as name@example.org."),
    Why.WEBSITE: Words("Schrijf een adres als www.voorbeeld.nl.", "Write an address as www.example.org."),
    Why.PLACE: Words(
        "Deze plaats is niet bekend of komt vaker voor. Geef een kolom Gemeentecode, bijvoorbeeld GM0995.",
        "This place is not known, or there are several: give a column Gemeentecode, for example GM0995.",
    ),
    Why.ORDER: Words("Dit ligt voor het begin.", "This lies before the begin."),
    Why.SPLIT: Words("PrO en VSO zijn samen meer dan het totaal.", "PrO and VSO are more than all together."),
    Why.NO_STUDENT: Words(
        "Deze leerling staat niet in het register van de school. Importeer eerst de leerlingen.",
        "The school's register has no such student. Import the students first.",
    ),
    Why.NO_EMPLOYER: Words(
        "Dit bedrijf staat niet in het register, of er zijn er meer. Geef KvK-nummer of postcode.",
        "The register has no such employer, or several. Give its KvK number or postcode.",
    ),
    Why.NO_SECTOR: Words("Geef de sector van de plek.", "Give the sector of the place."),
    Why.NO_SEAT: Words(
        "Deze plaatsing kan niet: op die dagen heeft de leerling al een plek, of het bedrijf neemt dan niemand aan.",
        "This placement cannot be: the student has a place on those days, or the employer takes nobody then.",
    ),
}


@dataclass(frozen=True)
class RowProblem:
    """One problem: in which row, about which field (and so which column), and why."""

    row: int
    field: str
    why: Why
