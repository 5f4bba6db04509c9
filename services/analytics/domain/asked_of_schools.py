"""What schools are asked in questionnaires (K11–K32): each question with its choices, by their codes."""

ASKED = """
= first-contact | several | 3.1 | Hoe scholen het eerste contact leggen
? Hoe legt uw school meestal het eerste contact met een werkgever?
telephone                   | telefoon
own-network                 | eigen netwerk
municipality                | gemeente
student-network             | netwerk van de leerling
other                       | anders

= convincing-arguments | several | 3.1 | Waarmee scholen werkgevers zeggen te overtuigen
? Waarmee overtuigt u werkgevers?
no-strings                  | vrijblijvend, laagdrempelig
information                 | informeren
honest-expectations         | eerlijke verwachtingen
enthusiasm                  | enthousiasme
intrinsic-motivation        | intrinsieke motivatie van de werkgever
benefits                    | voordelen voor het bedrijf
other                       | anders

= initiative | several | 3.1 | Wie volgens scholen het initiatief neemt
? Van wie komt het initiatief tot de samenwerking?
school                      | school
employer                    | werkgever
student                     | leerling
parents                     | ouders
intermediary                | intermediair

= labour-market-information | one | 3.1 | Gebruiken scholen informatie over de arbeidsmarkt
? Gebruikt uw school informatie over de arbeidsmarkt?
yes                         | ja
no                          | nee

= labour-market-sources | several | 3.1 | Waar scholen die informatie vandaan halen
? Waar haalt u die informatie vandaan?
networks                    | netwerken
municipality                | gemeente
uwv                         | UWV
sbb                         | SBB
other                       | anders

= finding-employers | one | 3.1 | Hoe het vinden van werkgevers gaat
? Hoe gaat het vinden van werkgevers?
goes-well                   | gaat goed
bottlenecks                 | er zijn knelpunten

= intermediaries | several | 3.1 | Welke intermediairs scholen gebruiken
? Welke intermediairs schakelt uw school in?
municipality                | gemeente
sbb                         | SBB
wsp                         | werkgeversservicepunt (WSP)
uwv                         | UWV
employers-organisation      | werkgeversorganisatie
other                       | anders

= other-intermediaries | several | 3.1 | Welke andere intermediairs dat zijn
? Welke andere intermediairs zijn dat?
jobcoach-or-temp-agency     | jobcoachorganisatie of uitzendbureau
other                       | anders

= goes-smoothly | several | 3.2 | Waardoor plaatsen volgens scholen soepel gaat
? Waardoor gaat het plaatsen van leerlingen soepel?
relations                   | opgebouwd bestand of relaties
good-matching               | goede matching
flow-to-work                | doorstroom naar werk
other                       | anders

= goes-less-smoothly | several | 3.2 | Waardoor plaatsen volgens scholen minder soepel gaat
? Waardoor gaat het plaatsen minder soepel?
corona                      | corona
wrong-expectations          | verkeerde verwachtingen of geen begeleiding
other                       | anders

= easier-internship | several | 3.2 (figuur 3.1) | Wat een stage makkelijker te vinden maakt
? Voor welke leerlingen vindt u makkelijker een stage?
employee-skills             | goede werknemersvaardigheden
motivated                   | gemotiveerd
high-level                  | hoger denkniveau
realistic-preference        | realistische voorkeur
other                       | anders

= harder-internship | several | 3.2 (figuur 3.1) | Wat een stage moeilijker te vinden maakt
? Wanneer vindt u moeilijker een stage?
behaviour                   | lastig gedrag
ict-or-care                 | voorkeur voor ICT of zorg
other                       | anders

= easier-job | several | 3.2 (figuur 3.1) | Wat werk makkelijker te vinden maakt
? Voor welke leerlingen vindt u makkelijker werk?
employee-skills             | goede werknemersvaardigheden
social-skills               | sociaal vaardig
certificates                | certificaten
day-activity                | indicatie dagbesteding
other                       | anders

= harder-job | several | 3.2 (figuur 3.1) | Wat werk moeilijker te vinden maakt
? Wanneer vindt u moeilijker werk?
behaviour-and-home          | zwaar gedrag en moeilijke thuissituatie
sheltered                   | indicatie beschut werk
unrealistic-wishes          | onrealistische wensen
other                       | anders

= first-choice | one | 3.2 | Hoe vaak de eerste keus lukt
? Hoe vaak komt een leerling terecht bij de eerste keus?
always                      | altijd
often                       | vaak
not-always                  | niet altijd

= first-choice-how | several | 3.2 | Waardoor de eerste keus lukt
? Waardoor lukt dat?
flexible                    | flexibel, iets wat erop lijkt
orientation                 | vroeg oriënteren
other                       | anders

= first-choice-why-not | several | 3.2 | Waardoor de eerste keus niet lukt
? Waardoor lukt het soms niet?
unrealistic                 | onrealistisch of weet het niet
level                       | niveau
corona                      | corona
other                       | anders

= bottlenecks | one | 3.2 | Ervaren scholen knelpunten bij plaatsingen
? Loopt u tegen knelpunten aan als een leerling geplaatst is?
yes                         | ja
no                          | nee

= bottleneck-kinds | several | 3.2 | Welke knelpunten scholen ervaren
? Welke knelpunten zijn dat?
overestimating              | werkgever overschat de leerling
unknown-group               | werkgever kent de doelgroep niet
no-match                    | geen goede match
no-allowance                | geen vergoeding
other                       | anders

= bottleneck-solutions | several | 3.2 | Hoe scholen knelpunten oplossen
? Hoe lost u dat op?
taking-over                 | zorg uit handen nemen, jobcoach
informing                   | informeren
stopping                    | stoppen
other                       | anders

= initiatives | one | 4.1 | Hebben scholen initiatieven
? Heeft uw school initiatieven om meer plekken te vinden?
none                        | nee
one                         | ja, één
several                     | ja, meer dan één

= initiative-aims | one | 4.1 | Waar initiatieven van scholen op gericht zijn
? Waar zijn die op gericht?
both                        | nieuwe werkgevers en meer plekken bij bekende
new-employers               | alleen nieuwe werkgevers
known-employers             | alleen meer plekken bij bekende

= initiative-kinds | several | 4.1 | Welke initiatieven scholen hebben
? Welke initiatieven zijn dat?
group-internship            | groepsstage
network-meeting             | netwerkbijeenkomst
adapted-education           | aangepast onderwijs
work-trajectory             | arbeidstraject
learn-work-centre           | leerwerkcentrum
other                       | anders

= group-size | number | 4.1 | Hoe groot een groepsstage is
? Hoeveel leerlingen doen gemiddeld mee aan een groepsstage?

= initiative-target | several | 4.1 | Voor wie initiatieven van scholen zijn
? Voor wie zijn uw initiatieven?
student-group               | een groep leerlingen
outflow-profile             | een uitstroomprofiel
hard-to-place               | moeilijk plaatsbare leerlingen
sectors                     | bepaalde sectoren
other                       | anders

= initiative-sectors | several | 4.1 | Op welke sectoren initiatieven zich richten
? Op welke sectoren?
care-hospitality-technology | zorg, horeca of techniek
other                       | andere sectoren

= initiative-partners | several | 4.1 | Met wie scholen initiatieven nemen
? Met wie doet u dat?
employers                   | werkgevers
external                    | externe partijen
schools                     | andere scholen
municipality                | gemeente
other                       | anders

= future-ideas | one | 4.1 | Hebben scholen ideeën voor de toekomst
? Heeft u ideeën voor nieuwe initiatieven?
yes                         | ja
no                          | nee

= future-idea-kinds | several | 4.1 | Welke ideeën scholen hebben
? Welke ideeën zijn dat?
internal-places             | interne plekken
adapted-education           | onderwijs aanpassen
more-with-schools           | meer samen met andere scholen
network-meetings            | netwerkbijeenkomsten
other                       | anders

= needs | several | 5.1 | Wat scholen nodig hebben
? Wat heeft uw school nodig om meer werkgevers te vinden?
better-known                | meer bekendheid van de doelgroep
staff-or-money              | personeel of geld
none                        | niets
other                       | anders

= ideas | several | 5.1 | Wat volgens scholen helpt
? Wat zou volgens u helpen?
better-known                | meer bekendheid
school-network              | netwerk van scholen
curricula                   | andere leerlijnen
other                       | anders
"""
"""Of each question: code, how it is answered, the report's section, the table's title; then itself, and its rows."""
