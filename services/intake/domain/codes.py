"""The code lists that a front end offers: what each code says in Dutch and in English."""

from dataclasses import dataclass

from shared.errors import Invalid, Problem


@dataclass(frozen=True)
class Words:
    """A code in words."""

    nl: str
    en: str


def _list(text: str) -> dict[str, Words]:
    rows = (line.split("|") for line in text.strip().splitlines())
    return {code.strip(): Words(nl.strip(), en.strip()) for code, nl, en in rows}


LIMITS = _list("""
lifting          | tillen                            | lifting
standing         | lang staan                        | standing for long
walking          | lang lopen                        | walking for long
sitting          | lang zitten                       | sitting for long
heights          | werken op hoogte                  | working at heights
noise            | lawaai                            | noise
crowds           | drukte                            | crowds
customers        | klantcontact                      | contact with customers
telephone        | telefoneren                       | using the telephone
teamwork         | samenwerken                       | working in a team
working-alone    | alleen werken                     | working alone
reading          | lezen                             | reading
writing          | schrijven                         | writing
arithmetic       | rekenen                           | arithmetic
till             | de kassa                          | the till
machines         | werken met machines               | machines
sharp-tools      | scherp gereedschap                | sharp tools
fine-motor-work  | fijn handwerk                     | fine handiwork
chemicals        | schoonmaakmiddelen en chemicaliën | cleaning agents and chemicals
dust             | stof                              | dust
allergens        | allergenen                        | allergens
animals          | dieren                            | animals
personal-care    | verzorging van mensen             | caring for people
pace             | een hoog tempo                    | a high pace
changing-tasks   | wisselende taken                  | changing tasks
outdoors         | buiten werken                     | working outdoors
cold             | kou                               | cold
heat             | hitte                             | heat
traffic          | zelf in het verkeer               | being in traffic alone
screen-work      | beeldschermwerk                   | screen work
irregular-hours  | onregelmatige tijden              | irregular hours
""")
"""What work can ask and a student can be unable to do: one list for demands and limits, compared code by code."""

LISTS: dict[str, dict[str, Words]] = {
    "sectors": _list("""
detailhandel             | detailhandel             | retail
facilitaire-dienstverlening | facilitaire dienstverlening | facility services
horeca                   | horeca                   | hospitality
leerwerkbedrijf          | leerwerkbedrijf          | learn-work company
logistiek                | logistiek                | logistics
overheid                 | overheid                 | government
persoonlijke-verzorging  | persoonlijke verzorging  | personal care
recreatie                | recreatie                | recreation
sport                    | sport                    | sports
techniek-en-productie    | techniek en productie    | technology and production
textiel-en-mode          | textiel en mode          | textiles and fashion
zorg-en-welzijn          | zorg en welzijn          | care and welfare
"""),
    "limits": LIMITS,
    "certificates": _list("""
vca              | VCA                      | safety at work (VCA)
bhv              | BHV                      | company emergency response
ehbo             | EHBO                     | first aid
basisschoonmaak  | basisschoonmaak          | basic cleaning
heftruck         | heftruckcertificaat      | fork-lift licence
sociale-hygiene  | sociale hygiëne          | social hygiene
haccp            | HACCP                    | food safety (HACCP)
praktijkverklaring | praktijkverklaring     | practice certificate
vakdiploma       | branche- of vakdiploma   | trade diploma
"""),
    "motives": _list("""
social           | maatschappelijke betrokkenheid | social commitment
personal         | persoonlijke ervaring          | personal experience
shortage         | tekort aan personeel           | shortage of staff
other            | andere meerwaarde              | other value
"""),
    "adaptations": _list("""
tasks            | andere taken             | other tasks
pace             | een rustiger tempo       | a calmer pace
hours            | andere tijden            | other hours
workplace        | een aangepaste werkplek  | an adapted workplace
quiet-room       | een rustige plek         | a quiet room
"""),
    "pause-reasons": _list("""
no-supervisor    | geen begeleider beschikbaar | no supervisor available
reorganisation   | reorganisatie            | reorganisation
moving           | verhuizing of verbouwing | moving or rebuilding
no-work          | te weinig werk           | too little work
bad-experience   | minder goede ervaring    | a less good experience
holiday          | vakantie                 | holidays
other            | anders                   | other
"""),
    "withdraw-reasons": _list("""
filled           | vervuld                  | filled
no-longer        | bestaat niet meer        | exists no more
mistake          | vergissing               | a mistake
other            | anders                   | other
"""),
    "end-reasons": _list("""
as-planned       | volgens plan             | as planned
motivation       | motivatie                | motivation
no-match         | geen match               | no match
behaviour        | gedrag                   | behaviour
expectations     | verwachtingen            | expectations
lack-of-time     | te weinig tijd bij het bedrijf | too little time at the employer
home-situation   | thuissituatie            | home situation
distance         | reisafstand              | distance
employer-stopped | het bedrijf stopt        | the employer stops
other            | anders                   | other
"""),
}
"""Of these, sectors and limits are closed, since matching compares them code by code; the others only count."""


class CodeLists:
    """The lists of an installation: the default ones and the sectors that it adds."""

    def __init__(self, extra_sectors: dict[str, str]) -> None:
        added = {code: Words(words, words) for code, words in extra_sectors.items()}
        self.lists = LISTS | {"sectors": LISTS["sectors"] | added}

    def require(self, sectors: dict[str, str | None], limits: dict[str, str]) -> None:
        """Refuse unknown sectors and limits, given by JSON pointer: a misspelt one would silently match nothing."""
        problems = [
            Problem(pointer=pointer, detail=f"unknown code {code!r}: see /v1/code-lists/{name}")
            for name, codes in (("sectors", sectors), ("limits", limits))
            for pointer, code in codes.items()
            if code is not None and code not in self.lists[name]
        ]
        if problems:
            raise Invalid(problems=problems)
