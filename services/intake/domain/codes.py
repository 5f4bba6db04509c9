"""The code lists that a front end offers: what each code says in Dutch and in English."""

from services.intake.domain.guidance_codes import GUIDANCE
from services.intake.domain.wordlist import Words, words_of
from shared.errors import Invalid, Problem

LIMITS = words_of("""
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
    "sectors": words_of("""
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
    "indication-statuses": words_of("""
not-requested    | niet aangevraagd         | not requested
requested        | aangevraagd              | requested
granted          | toegekend                | granted
refused          | afgewezen                | refused
on-waiting-list  | op de wachtlijst         | on the waiting list
"""),
    "certificates": words_of("""
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
    "motives": words_of("""
social           | maatschappelijke betrokkenheid | social commitment
personal         | persoonlijke ervaring          | personal experience
shortage         | tekort aan personeel           | shortage of staff
other            | andere meerwaarde              | other value
"""),
    "adaptations": words_of("""
tasks            | andere taken             | other tasks
pace             | een rustiger tempo       | a calmer pace
hours            | andere tijden            | other hours
workplace        | een aangepaste werkplek  | an adapted workplace
quiet-room       | een rustige plek         | a quiet room
"""),
    "trend-reasons": words_of("""
group-internships | groepsstages                 | group internships
epidemic         | een epidemie                  | an epidemic
municipal-policy | gemeentelijk beleid           | municipal policy
growth           | groei van het bedrijf         | growth of the company
supply-mismatch  | het aanbod sluit niet aan     | the students do not fit
other            | anders                        | other
"""),
    "openness": words_of("""
open             | staat open                    | open
with-conditions  | onder voorwaarden             | under conditions
not-now          | nu even niet                  | not now
closed           | wil niet                      | does not want to
unknown          | niet bekend                   | not known
"""),
    "not-earlier-reasons": words_of("""
capacity         | geen capaciteit               | no capacity
unfamiliar       | onbekend met de doelgroep     | did not know the target group
no-need          | geen behoefte                 | no need
unclear-rules    | onduidelijke regelingen       | unclear rules
never-asked      | nooit gevraagd                | never asked
other            | anders                        | other
"""),
    "origins": words_of("""
school           | de school zelf                | the school itself
other-school     | een andere school             | another school
student          | de leerling                   | the student
parents          | ouders                        | parents
employer         | het bedrijf zelf              | the employer itself
network          | het eigen netwerk             | one's own network
municipality     | de gemeente                   | the municipality
wsp              | het werkgeversservicepunt     | the employers' service point
sbb              | SBB                           | SBB
uwv              | UWV                           | UWV
intermediary     | een andere intermediair       | another intermediary
event            | een bijeenkomst of beurs      | an event or fair
import           | een bestaande lijst           | an existing list
other            | anders                        | other
"""),
    "irregular-hours": words_of("""
evenings         | avonden                       | evenings
nights           | nachten                       | nights
weekends         | weekenden                     | weekends
holidays         | schoolvakanties en feestdagen | school holidays and feast days
early            | vroege ochtenden              | early mornings
shifts           | wisselende diensten           | changing shifts
"""),
    "employer-kinds": words_of("""
regular          | reguliere werkgever           | regular employer
learn-work-company | leerwerkbedrijf             | learn-work company
sheltered        | beschutte werkplaats          | sheltered workplace
sw-company       | sociaal werkbedrijf (SW)      | social work company
day-activity     | dagbesteding                  | day activity
community-partner | wijkpartner                  | community partner
"""),
    "stop-reasons": words_of("""
opted-out        | wil niet meer benaderd worden | wants to be called no more
closed-down      | bedrijf bestaat niet meer     | exists no more
moved-away       | vertrokken uit de regio       | moved away
policy           | nieuw beleid                  | a new policy
bad-experience   | minder goede ervaringen       | less good experiences
mistake          | hoort hier niet               | does not belong here
other            | anders                        | other
"""),
    "accreditation-refusals": words_of("""
no-supervisor    | geen praktijkopleider         | no supervisor
unsafe           | werkplek niet veilig genoeg   | the workplace is not safe enough
work-too-narrow  | te weinig taken om te leren   | too little work to learn from
no-response      | bedrijf reageerde niet        | the company did not answer
conditions       | voldoet niet aan voorwaarden  | does not meet the conditions
other            | anders                        | other
"""),
    "pause-reasons": words_of("""
no-supervisor    | geen begeleider beschikbaar | no supervisor available
reorganisation   | reorganisatie            | reorganisation
moving           | verhuizing of verbouwing | moving or rebuilding
no-work          | te weinig werk           | too little work
bad-experience   | minder goede ervaring    | a less good experience
holiday          | vakantie                 | holidays
other            | anders                   | other
"""),
    "problems": words_of("""
attendance       | te laat of niet gekomen  | late or not there
behaviour        | gedrag                   | behaviour
work             | het werk lukt niet       | the work is too hard
motivation       | motivatie                | motivation
guidance         | begeleiden kost te veel tijd | guidance takes too much time
safety           | veiligheid               | safety
other            | anders                   | other
"""),
    "withdraw-reasons": words_of("""
filled           | vervuld                  | filled
no-longer        | bestaat niet meer        | exists no more
mistake          | vergissing               | a mistake
other            | anders                   | other
"""),
    "tip-rejections": words_of("""
not-suitable     | past niet bij onze leerlingen | does not suit our students
no-interest      | wil geen leerlingen      | wants no students
stopped          | bestaat niet meer        | exists no more
known            | was al bekend            | was known already
other            | anders                   | other
"""),
    "request-declines": words_of("""
not-ours         | hoort niet bij ons       | is not ours
not-recognised   | bedrijf is niet erkend   | the company is not recognised
too-little-known | er is te weinig bekend   | too little is known
requirements-not-met | voldoet niet aan de eisen | does not meet the requirements
other            | anders                   | other
"""),
    "claim-purposes": words_of("""
places           | plekken zoeken           | finding places
one-student      | een plek voor één leerling | a place for one student
keep-warm        | contact onderhouden      | keeping in touch
invitation       | uitnodigen               | an invitation
other            | anders                   | other
"""),
    "experiences": words_of("""
agreement-kept     | afspraken nagekomen           | agreements kept
agreement-not-kept | afspraken niet nagekomen      | agreements not kept
guidance-good      | goede begeleiding             | good guidance
guidance-lacking   | te weinig begeleiding         | too little guidance
welcoming          | leerlingen zijn welkom        | students are welcome
tasks-fit          | taken pasten                  | tasks fitted
tasks-did-not-fit  | taken pasten niet             | tasks did not fit
easy-to-reach      | goed bereikbaar               | easy to reach
hard-to-reach      | moeilijk bereikbaar           | hard to reach
safety-in-order    | veiligheid op orde            | safety in order
safety-needs-attention | veiligheid vraagt aandacht | safety needs attention
worth-repeating    | voor herhaling vatbaar        | worth repeating
"""),
    "contact-subjects": words_of("""
internship       | stage                    | internship
job              | werk                     | a job
trial-placement  | proefplaatsing           | trial placement
guidance         | begeleiding              | guidance
recognition      | erkenning als leerbedrijf | recognition
evaluation       | hoe het gaat of ging     | how it goes or went
problem          | een probleem             | a problem
network-event    | netwerkbijeenkomst       | a network meeting
acquaintance     | kennismaking             | getting to know each other
other            | anders                   | other
"""),
    "initiative-kinds": words_of("""
group-internship | groepsstage                | a group internship
network-meeting  | netwerkbijeenkomst         | a network meeting
adapted-education | aangepast onderwijs       | adapted education
work-trajectory  | arbeidstraject             | a work trajectory
learn-work-centre | leerwerkcentrum           | a learn-work centre
campaign         | campagne                   | a campaign
other            | anders                     | other
"""),
    "initiative-aims": words_of("""
new-employers    | nieuwe werkgevers          | new employers
known-employers  | meer plekken bij bekende werkgevers | more places at known employers
both             | beide                      | both
"""),
    "initiative-targets": words_of("""
student-group    | een groep leerlingen       | a group of students
outflow-profile  | een uitstroomprofiel       | an outflow profile
hard-to-place    | moeilijk plaatsbare leerlingen | students who are hard to place
sectors          | bepaalde sectoren          | some sectors
other            | anders                     | other
"""),
    "initiative-partners": words_of("""
employers        | werkgevers                 | employers
external         | externe partij             | an external party
schools          | andere scholen             | other schools
municipality     | gemeente                   | the municipality
other            | anders                     | other
"""),
    "meeting-kinds": words_of("""
network          | netwerkbijeenkomst         | a network meeting
company-visit    | bedrijfsbezoek             | a visit to a company
school-visit     | kennismaking op school     | a visit to the school
sector-event     | sectorbijeenkomst          | an event for a sector
workshop         | workshop                   | a workshop
other            | anders                     | other
"""),
    "meeting-roles": words_of("""
coordinator      | stagecoördinator           | coordinator
student          | leerling                   | student
parent           | ouder                      | parent
owner            | eigenaar                   | owner
hr               | personeelszaken            | human resources
team-leader      | teamleider                 | team leader
supervisor       | praktijkbegeleider         | supervisor
adviser          | adviseur                   | adviser
other            | anders                     | other
"""),
    "closure-reasons": words_of("""
epidemic         | epidemie                 | an epidemic
shortage         | geen personeel of materiaal | no staff or materials
weather          | weer                     | weather
government       | maatregel van de overheid | a government measure
other            | anders                   | other
"""),
    "risks": words_of("""
machines         | machines of voertuigen   | machines or vehicles
heights          | werken op hoogte         | working at heights
chemicals        | gevaarlijke stoffen      | dangerous substances
noise            | veel lawaai              | much noise
traffic          | werken in het verkeer    | working in traffic
people           | kwetsbare mensen         | vulnerable people
complicated      | ingewikkeld werk         | complicated work
heavy-lifting    | zwaar tillen                  | heavy lifting
sharp-tools      | scherp gereedschap            | sharp tools
heat-or-cold     | grote hitte of kou            | great heat or cold
electricity      | elektriciteit                 | electricity
aggression       | kans op agressie              | a chance of aggression
infection        | kans op besmetting            | a chance of infection
dangerous-machines | gevaarlijke machines        | dangerous machines
fork-lift        | heftruck                      | a fork-lift truck
tractor          | trekker                       | a tractor
protective-equipment | steeds beschermende middelen nodig | protective equipment all the time
delivering-in-traffic | bezorgen in het verkeer  | delivering in traffic
toxic-substances | giftige, kankerverwekkende of allergie-opwekkende stoffen | toxic or sensitising substances
corrosives       | bijtende stoffen              | corrosive substances
strong-vibration | sterke trillingen             | strong vibration
high-voltage     | hoogspanning                  | high voltage
other            | anders                   | other
"""),
    "reservation-reasons": words_of("""
visit            | kennismaking afgesproken | a visit is agreed
agreed           | afgesproken met het bedrijf | agreed with the employer
moved            | toegewezen door de regio | assigned by the region
other            | anders                   | other
"""),
    "delegation-reasons": words_of("""
leave            | verlof of ziekte         | leave or illness
part-time        | werkt in deeltijd        | works part-time
other            | anders                   | other
"""),
    "end-reasons": words_of("""
as-planned       | volgens plan             | as planned
motivation       | motivatie                | motivation
no-match         | geen match               | no match
behaviour        | gedrag                   | behaviour
expectations     | verwachtingen            | expectations
lack-of-time     | te weinig tijd bij het bedrijf | too little time at the employer
home-situation   | thuissituatie            | home situation
distance         | reisafstand              | distance
employer-stopped | het bedrijf stopt        | the employer stops
sector-closed    | de sector is gesloten    | the sector is closed
other            | anders                   | other
"""),
} | GUIDANCE
"""Of these, sectors and limits are closed, since matching compares them code by code; the others only count."""


__all__ = ["LIMITS", "LISTS", "CodeLists", "Words"]


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
