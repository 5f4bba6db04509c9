"""What employers are asked in questionnaires (K14–K33): each question with its choices, by their codes."""

ASKED = """
= initiative | one | 3.1 | Wie volgens werkgevers het initiatief nam
? Wie nam het initiatief tot de samenwerking met de school?
school                      | school
employer                    | werkgever
student                     | leerling
parents                     | ouders
network                     | netwerk
intermediary                | intermediair

= motives | several | 3.1 | Waarom werkgevers meedoen
? Waarom biedt u plekken aan deze leerlingen?
social-responsibility       | maatschappelijk betrokken
personal-experience         | persoonlijke ervaring
labour-shortage             | tekort aan personeel
other                       | anders

= why-not-earlier | several | 3.1 | Waarom werkgevers niet eerder meededen
? Waarom werkte u niet eerder met deze leerlingen?
guidance-capacity           | geen tijd voor begeleiding
unknown-group               | doelgroep niet bekend
no-need                     | geen behoefte
unclear-rules               | regelingen onduidelijk
other                       | anders

= information-by-school | several | 3.1 | Wat de school met werkgevers besprak
? Wat besprak de school met u voordat de leerling begon?
tasks                       | taken of aanpassingen
guidance                    | de begeleiding
other                       | anders

= information-complete | one | 3.1 | Was de informatie van de school compleet
? Was de informatie van de school compleet en duidelijk?
yes                         | ja
no                          | nee

= information-missed | several | 3.1 | Welke informatie werkgevers misten
? Welke informatie miste u?
schemes                     | subsidies en regelingen
student-specific            | informatie over de leerling
other                       | anders

= other-sources | one | 3.1 | Hadden werkgevers andere bronnen
? Kreeg u ook informatie van anderen dan de school?
yes                         | ja
no                          | nee

= other-source-kinds | several | 3.1 | Welke andere bronnen werkgevers hadden
? Van wie kreeg u die informatie?
sbb                         | SBB
municipality                | gemeente
uwv                         | UWV
mvo-platform                | MVO-platform
other                       | anders

= won-over | one | 3.1 | Trok de informatie werkgevers over de streep
? Trok de informatie u over de streep?
yes                         | ja
no                          | nee

= won-over-by | several | 3.1 | Wat werkgevers over de streep trok
? Wat trok u over de streep?
guidance                    | begeleiding van het traject
direct-contact              | direct contact
hands                       | extra krachten
other                       | anders

= experience | one | 3.2 | Hoe werkgevers de samenwerking ervaren
? Hoe ervaart u de samenwerking met de school?
positive                    | positief
could-be-better             | kan beter

= experience-because | several | 3.2 | Waardoor de samenwerking goed gaat
? Wat gaat er goed in de samenwerking?
short-lines                 | korte lijnen
clear-information           | duidelijke informatie en begeleiding
low-threshold               | laagdrempelig
other                       | anders

= bottlenecks | one | 3.2 | Ervaren werkgevers knelpunten bij plaatsingen
? Loopt u tegen knelpunten aan als een leerling bij u werkt?
yes                         | ja
no                          | nee

= bottleneck-kinds | several | 3.2 | Welke knelpunten werkgevers ervaren
? Welke knelpunten zijn dat?
guidance-and-functioning    | begeleiding in de organisatie en functioneren van de leerling
school-information          | informatie of begeleiding van school ontbreekt
other                       | anders

= bottleneck-outcomes | several | 3.2 | Hoe het met knelpunten bij werkgevers afloopt
? Hoe loopt het af?
no-solution                 | geen haalbare oplossing
stopping                    | stoppen
solved                      | opgelost
other                       | anders

= guidance | several | 3.2 | Hoe werkgevers leerlingen begeleiden
? Hoe begeleidt u de leerling?
fixed-supervisor            | vaste begeleider
jobcoach                    | jobcoach
school-and-parents          | contact met school en ouders
full-member                 | volwaardig lid van het team
made-to-measure             | maatwerk
other                       | anders

= guidance-bottlenecks | one | 3.2 | Ervaren werkgevers knelpunten in de begeleiding
? Zijn er knelpunten in de begeleiding?
yes                         | ja
no                          | nee

= guidance-bottleneck-kinds | several | 3.2 | Welke knelpunten er in de begeleiding zijn
? Welke knelpunten zijn dat?
lack-of-time                | te weinig tijd
attitude                    | houding van collega’s
little-in-return            | krijgt er weinig voor terug
other                       | anders

= support-needed | one | 3.2 | Hebben werkgevers meer steun nodig
? Heeft u meer steun nodig bij de begeleiding?
yes                         | ja
no                          | nee

= support-kinds | several | 3.2 | Welke steun werkgevers nodig hebben
? Welke steun heeft u nodig?
handholds                   | handvatten
school-guidance             | begeleiding vanuit school
financial                   | financieel
other                       | anders

= mobilising | several | 5.1 | Hoe meer werkgevers te winnen zijn
? Hoe zijn volgens u meer werkgevers te winnen?
promotion                   | promotie van de doelgroep
school-activities           | activiteiten van scholen
active-approach             | scholen benaderen zelf actief
schemes-known               | subsidies en regelingen beter bekend
atmosphere                  | sfeer die leerlingen brengen
loyal-workers               | loyale werknemers
trial-placements            | proefplaatsingen
social-commitment           | zoek werkgevers die maatschappelijk betrokken zijn
does-not-fit-everywhere     | het past niet overal
other                       | anders
"""
"""Of each question: code, how it is answered, the report's section, the table's title; then itself, and its rows."""
