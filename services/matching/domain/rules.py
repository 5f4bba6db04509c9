"""The hard rules: a student and an offer that break one are not proposed to each other, and each says why not.

Every sentence is one that a coordinator can act on ("Kan wel als …"); none says anything of another student.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from services.matching.domain import adapting, learned, travel, words
from services.matching.domain.kinds import ALSO_GOOD, TO_DISCOVER
from services.matching.domain.model import GUIDANCE_ORDER, Pause, PinKind, Profile
from services.matching.domain.obstacles import Obstacle
from services.matching.domain.pairs import Pair
from services.matching.domain.windows import overlap, touches
from shared.events.codes import Guidance, PlacementKind

SUPERVISED_BY_SCHOOL = frozenset({PlacementKind.GROUP, PlacementKind.INTERNAL, PlacementKind.LEARN_WORK_CENTRE})
"""Kinds of place where somebody of the school is present, whatever the employer can give (E5)."""

REASON_WORDS = {
    "too-far": "te ver weg",
    "not-motivated": "geen motivatie voor deze plek",
    "work-does-not-fit": "het werk past niet",
    "guidance-does-not-fit": "de begeleiding past niet",
    "found-elsewhere": "elders een plek gevonden",
    "employer-declined": "het bedrijf wilde niet",
    "expired": "niet op tijd beantwoord",
    "offer-gone": "de plek was er niet meer",
    "outside-window": "de periode paste niet",
    "employer-paused": "het bedrijf nam niemand aan",
    "sector-closed": "de sector was gesloten",
    "no-seat": "alle plekken waren bezet",
    "reserved": "de plek was voor een andere school gereserveerd",
    "not-allowed": "de wet staat het op deze leeftijd niet toe",
    "no-supervision": "de wet vraagt begeleiding ter plaatse",
}


def _sector(pair: Pair) -> Obstacle | None:
    profile, sector = pair.profile, pair.opening.offer.sector
    if not profile.wishes or pair.wish:
        return None
    if pair.neighbour_of is None:
        return Obstacle("sector", f"Kan wel als {words.sector(sector)} ook een wens is.", 2)
    if profile.accepts_neighbouring_work:
        return None
    wish = words.sector(pair.neighbour_of.sector)
    return Obstacle("sector", f"Kan wel als omdenken mag: {words.sector(sector)} ligt dicht bij de wens {wish}.")


def kinds_for(profile: Profile) -> frozenset[PlacementKind]:
    """The kinds of place that serve what a student seeks."""
    discovering = TO_DISCOVER if profile.is_discovering else frozenset()
    return ALSO_GOOD[profile.placement_kind] | {profile.placement_kind} | discovering


def _kind(pair: Pair) -> Obstacle | None:
    sought, offered = pair.profile.placement_kind, pair.opening.offer.kind
    if offered in kinds_for(pair.profile):
        return None
    return Obstacle("kind", f"Kan wel als naast een {words.kind(sought)} ook een {words.kind(offered)} goed is.")


def _travel(pair: Pair) -> Obstacle | None:
    most = pair.profile.travel.max_minutes
    if pair.minutes <= most:
        return None
    needed = -(-pair.minutes // 5) * 5  # coordinators think in steps of five minutes
    doing = travel.IN_WORDS[pair.profile.travel.mode]
    return Obstacle(
        "travel", f"Kan wel als de reistijd {needed} minuten mag zijn ({doing}; nu {most}).", pair.minutes - most
    )


def _certificates(pair: Pair) -> Obstacle | None:
    if not (missing := sorted(set(pair.opening.offer.certificates) - set(pair.profile.certificates))):
        return None
    what = words.listed(words.certificate(code) for code in missing)
    return Obstacle("certificates", f"Kan wel met {what} op zak.", len(missing))


def _outflow_profile(pair: Pair) -> Obstacle | None:
    open_to, own = pair.opening.offer.outflow_profiles, pair.profile.outflow_profile
    if not open_to or own in open_to:
        return None
    return Obstacle("outflow-profile", f"Kan wel als de plek ook open is voor uitstroom naar {words.profile(own)}.")


def _minimum_age(pair: Pair) -> Obstacle | None:
    least = pair.opening.offer.minimum_age
    if least is None:
        return None
    year, month = (int(part) for part in pair.profile.birth_year_month.split("-"))
    begin = pair.shared_period.begin if pair.shared_period else pair.profile.begin_date
    months = (begin.year - year) * 12 + begin.month - month
    # The day of birth is not known here: only in the month after it is the age certain.
    if months > least * 12:
        return None
    return Obstacle("minimum-age", f"Kan wel vanaf {least} jaar.", least * 12 - months + 1)


def _weekdays(pair: Pair) -> Obstacle | None:
    asked, common = pair.profile.days_per_week, len(pair.common_days)
    if common >= asked:
        return None
    if not common:
        days = words.weekdays(pair.opening.offer.days)
        return Obstacle("weekdays", f"Kan wel op andere dagen: de plek is er op {days}.", asked)
    days = words.weekdays(pair.common_days)
    return Obstacle("weekdays", f"Kan wel met minder dagen per week: samen alleen {days}.", asked - common)


def _period(pair: Pair) -> Obstacle | None:
    if pair.shared_period:
        return None
    offer = pair.opening.offer
    until = f" tot en met {words.day(offer.end_date)}" if offer.end_date else ""
    return Obstacle("period", f"Kan wel in een andere periode: de plek is er van {words.day(offer.begin_date)}{until}.")


def _guidance(pair: Pair) -> Obstacle | None:
    need, offer = pair.profile.guidance_need, pair.opening.offer
    gap = GUIDANCE_ORDER.index(need) - GUIDANCE_ORDER.index(offer.guidance)
    if gap <= 0 or offer.kind in SUPERVISED_BY_SCHOOL or (pair.profile.has_jobcoach and offer.jobcoach_welcome):
        return None
    if offer.jobcoach_welcome:
        return Obstacle("guidance", "Kan wel als er een jobcoach meekomt: die is hier welkom.", gap)
    wish = "geeft" if need is Guidance.FULL else "kan geven"
    more = words.guidance(need)
    return Obstacle("guidance", f"Kan wel als het bedrijf {more} {wish} of als de school een groep begeleidt.", gap + 1)


def _valid(pair: Pair) -> Obstacle | None:
    until = pair.opening.offer.valid_until_date
    if until is None or until >= pair.today:
        return None
    return Obstacle("validity", f"Het aanbod gold tot en met {words.day(until)}: vraag of het nog kan.")


def _pause(pair: Pair) -> Obstacle | None:
    when = _rests_until(pair, pair.opening.pauses)
    return Obstacle("employer-paused", f"Het bedrijf neemt {when} niemand aan.", 3) if when else None


def _closure(pair: Pair) -> Obstacle | None:
    if (when := _rests_until(pair, pair.opening.closures)) is None:
        return None
    sector = words.sector(pair.opening.offer.sector)
    return Obstacle("sector-closed", f"In deze regio is {sector} {when} gesloten: daarna kan het weer.", 3)


def _rests_until(pair: Pair, rests: Sequence[Pause]) -> str | None:
    """Until when these keep the pair apart, in words; None when they do not."""
    if pair.window or not pair.shared_period:
        return None
    blocking = [rest for rest in rests if touches(pair.shared_period, rest.begin, rest.until)]
    if not blocking:
        return None
    until = max(rest.until or date.max for rest in blocking)
    return "voorlopig" if until == date.max else f"tot en met {words.day(until)}"


def _seat(pair: Pair) -> Obstacle | None:
    if pair.window or not pair.shared_period or _pause(pair) or _closure(pair):
        return None
    if pair.seats < pair.seats_of_school and _free_without_pins(pair):
        return Obstacle("seat", "Wat vrij is, wordt voor een leerling vastgehouden.", 2)
    if pair.seats < pair.opening.offer.seats and _free_without_reservations(pair):
        until = max(one.until_date for one in pair.opening.offer.reservations)
        return Obstacle(
            "seat", f"Wat vrij is, is tot en met {words.day(until)} voor een andere school gereserveerd.", 2
        )
    on_those_days = (stay for stay in pair.opening.stays if not stay.weekdays.isdisjoint(pair.common_days))
    ends = sorted(stay.end for stay in on_those_days if stay.end and overlap_with(pair, stay.end))
    text = "Alle plekken zijn in deze periode bezet op de dagen die kunnen."
    if ends and ends[0] < date.max:
        first = words.day(ends[0] + timedelta(days=1))
        text = f"Alle plekken zijn bezet op de dagen die kunnen; de eerste komt vrij op {first}."
    return Obstacle("seat", text, 2)


def _free_without_reservations(pair: Pair) -> bool:
    offer = pair.opening.offer.model_copy(update={"reservations": ()})
    return Pair(pair.search, replace(pair.opening, offer=offer), pair.today).window is not None


def _free_without_pins(pair: Pair) -> bool:
    return Pair(pair.search, replace(pair.opening, pinned={}), pair.today).window is not None


def overlap_with(pair: Pair, end: date) -> bool:
    """Whether a stay that ends on a day touches the period that is asked for."""
    period = pair.shared_period
    return period is not None and overlap(period.begin, period.end, end, end) is not None


def _private(pair: Pair) -> Obstacle | None:
    if not is_hidden(pair):
        return None
    return Obstacle("private", "Dit aanbod is (nog) niet gedeeld.", 9)


def _refused(pair: Pair) -> Obstacle | None:
    refusal = pair.search.refusals.get(pair.opening.offer.offer_id)
    if refusal is None or refusal.until <= pair.today or pair.is_pinned:
        return None
    why, day = REASON_WORDS.get(refusal.reason, "anders"), words.day(refusal.until)
    return Obstacle("declined", f"Eerder voorgesteld en niet doorgegaan ({why}); kan weer vanaf {day}.")


def circle(pair: Pair) -> Obstacle | None:
    """The region looks that wide."""
    if not (left_out := [one for one in pair.circles if one not in pair.search.terms.circles]):
        return None
    what = words.listed(words.circle(one) for one in left_out)
    return Obstacle("circle", f"Kan wel als de regio ook zoekt in {what}: dat is een instelling van de regio.", 4)


def _first_look(pair: Pair) -> Obstacle | None:
    until, opening = pair.opening.first_look_until, pair.opening
    if until is None or pair.search.school_id in opening.brought_in_by:
        return None
    return Obstacle("first-look", f"Wie dit bedrijf aanbracht, kijkt eerst: kan vanaf {words.moment(until)}.")


def _pinned(pair: Pair) -> Obstacle | None:
    offer, today = pair.opening.offer.offer_id, pair.today
    pin = pair.search.pins.get(offer)
    if pin and pin.kind is PinKind.FORBID and pin.until >= today:
        day = words.day(pin.until)
        return Obstacle("forbidden", f"Door de school uitgesloten tot en met {day} ({pin.reason}); dat kan eraf.", 9)
    held = pair.search.pinned_to(today)
    if held is None or held == offer:
        return None
    until = words.day(pair.search.pins[held].until)
    return Obstacle("pinned", f"De leerling is tot en met {until} op een andere plek vastgezet; dat kan eraf.", 9)


def is_hidden(pair: Pair) -> bool:
    """Whether another school keeps the offer or its employer to itself (G11): then nothing is said of it either."""
    keepers = {pair.opening.offer.private_to, pair.opening.employer.private_to if pair.opening.employer else None}
    return bool(keepers - {None, pair.search.school_id})


RULES: Sequence[Callable[[Pair], Obstacle | None]] = (
    _private,
    circle,
    _pinned,
    _sector,
    _travel,
    _kind,
    _refused,
    _first_look,
    learned.learned,
    adapting.demands,
    _certificates,
    _outflow_profile,
    _weekdays,
    _guidance,
    _minimum_age,
    _valid,
    _period,
    _pause,
    _closure,
    _seat,
)
"""The quick ones that most pairs break come first."""

FOR_FEW = (_pinned, _refused, _first_look, learned.learned)
"""The rules that bear only on students of whom something was pinned, refused or learned, and on offers that some see
first."""

NOT_FOR_WHAT_STANDS = frozenset({"first-look", learned.LEARNED})
"""The rules that keep a pair from being proposed, and take nothing back that was."""

ABOUT_SEATS = frozenset({"employer-paused", "sector-closed", "seat"})
"""The rules that look for a window; for a proposal that has one, that window is looked at instead."""


def obstacles(pair: Pair) -> Iterator[Obstacle]:
    """Every rule that a pair breaks; nothing when the student can go there."""
    return (obstacle for rule in RULES if (obstacle := rule(pair)))


def is_possible(pair: Pair) -> bool:
    """Whether no rule is broken, however wide the circle has to be for it."""
    return next(obstacles(pair), None) is None


def what_can_be_asked(pair: Pair) -> tuple[str, ...]:
    """The demands of the work that stand in the way, when the employer can be asked to leave them out.

    Only once the student's circle is as wide as it gets: before that a place may come that nobody must be asked for.
    """
    left_out = adapting.clash(pair)
    if not 0 < len(left_out) <= adapting.MOST_LEFT_OUT or not pair.search.is_widest:
        return ()
    return left_out if adapting.may_be_asked(pair, left_out) else ()


def to_leave_out(pair: Pair) -> tuple[str, ...]:
    """The same where nothing else stands in the way."""
    if not (left_out := what_can_be_asked(pair)):
        return ()
    return () if any(one.rule != adapting.DEMANDS for one in obstacles(pair)) else left_out


def breaks(pair: Pair, left_out: Collection[str]) -> bool:
    """Whether what was proposed, asking to leave out demands, breaks a rule by now; seats are not looked at."""
    forgiven = ABOUT_SEATS | NOT_FOR_WHAT_STANDS
    if set(adapting.clash(pair)) <= set(left_out) and adapting.may_be_asked(pair, left_out):
        forgiven |= {adapting.DEMANDS}
    return any(one.rule not in forgiven for one in obstacles(pair))
