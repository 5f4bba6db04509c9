"""The code lists of guidance: visits, what stands in the way, how it went, support, and what became of a student."""

from services.intake.domain.wordlist import words_of

GUIDANCE = {
    "visit-subjects": words_of("""
work             | het werk en de taken          | the work and its tasks
learning         | leerdoelen en voortgang       | learning goals and progress
guidance         | de begeleiding                | the guidance
behaviour        | gedrag en omgang              | behaviour and manners
attendance       | aanwezigheid en tijden        | attendance and hours
well-being       | hoe het gaat                  | how one is
certificate      | praktijkverklaring            | practice certificate
next-step        | de volgende stap              | the next step
other            | anders                        | other
"""),
    "bottlenecks": words_of("""
lack-of-time     | te weinig tijd bij het bedrijf        | too little time at the employer
colleagues       | houding van collega's                 | attitude of colleagues
guidance         | begeleiding in het bedrijf            | guidance at the employer
performance      | functioneren op de werkvloer          | performance at work
motivation       | motivatie                             | motivation
behaviour        | gedrag                                | behaviour
overestimated    | leerling is overschat                 | the student was overestimated
underestimated   | leerling is onderschat                | the student was underestimated
expectations     | verkeerde verwachtingen               | wrong expectations
unfamiliar       | onbekend met de doelgroep             | does not know the target group
no-match         | geen match                            | no match
demands          | de plek vraagt te veel                | the place asks too much
little-return    | het levert het bedrijf weinig op      | the employer gets little out of it
allowance        | vergoeding of kosten                  | allowance or costs
home-situation   | thuissituatie                         | home situation
school-absent    | weinig betrokken school               | the school is hardly there
information      | te weinig informatie                  | too little information
distance         | reisafstand                           | distance
region           | te weinig plekken in de regio         | too few places in the region
other            | anders                                | other
"""),
    "bottleneck-solutions": words_of("""
care-taken-over  | zorg uit handen genomen               | care was taken over
job-coach        | jobcoach ingezet                      | a job coach came in
better-information | beter geïnformeerd                  | better information
other-supervisor | andere begeleider                     | another supervisor
other-tasks      | andere taken                          | other tasks
other-hours      | andere dagen of tijden                | other days or hours
more-contact     | vaker contact                         | more contact
talk             | gesprek gevoerd                       | a talk
financial        | geldelijke regeling                   | a financial scheme
stopped          | gestopt                               | stopped
none             | geen oplossing gevonden               | no solution was found
other            | anders                                | other
"""),
    "evaluation-strengths": words_of("""
short-lines      | korte lijnen                          | short lines
information      | goede informatie                      | good information
accessible       | laagdrempelig                         | accessible
fixed-supervisor | vaste begeleider                      | a fixed supervisor
job-coach        | jobcoach                              | a job coach
contact          | contact met school en ouders          | contact with school and parents
full-colleague   | volwaardige collega                   | treated as a full colleague
tailored         | maatwerk                              | tailored to the student
relationship     | bestaande relatie                     | a relationship that existed
matching         | goede match                           | a good match
progression      | doorstroom naar werk                  | progression to work
other            | anders                                | other
"""),
    "evaluation-improvements": words_of("""
time             | tijd voor begeleiding                 | time for guidance
colleagues       | houding van collega's                 | attitude of colleagues
little-return    | weinig terug                          | little return
information      | informatie vooraf                     | information beforehand
school-contact   | contact met de school                 | contact with the school
school-guidance  | begeleiding door de school            | guidance by the school
expectations     | verwachtingen                         | expectations
paperwork        | minder papierwerk                     | less paperwork
other            | anders                                | other
"""),
    "information-missed": words_of("""
schemes          | regelingen en subsidies               | schemes and subsidies
student-specific | over deze leerling                    | about this student
target-group     | over de doelgroep                     | about the target group
guidance         | wat de school aan begeleiding doet    | what guidance the school gives
other            | anders                                | other
"""),
    "support-decline-reasons": words_of("""
not-needed       | niet meer nodig                       | needed no more
not-available    | niet beschikbaar                      | not available
employer-stopped | het bedrijf stopt                     | the employer stops
no-budget        | geen geld voor                        | no money for it
other            | anders                                | other
"""),
    "follow-up-reasons": words_of("""
learned-on       | doorgeleerd                           | learned on
job-kept         | baan behouden                         | kept the job
job-found        | werk gevonden                         | found work
job-lost         | werk verloren                         | lost the job
stopped-learning | opleiding gestopt                     | stopped learning
waiting-list     | op een wachtlijst                     | on a waiting list
no-place         | geen plek gevonden                    | no place was found
health           | gezondheid                            | health
own-choice       | eigen keuze                           | own choice
moved            | verhuisd                              | moved
not-reached      | niet bereikt                          | not reached
other            | anders                                | other
"""),
}
"""K18 to K28 of the research report in codes; that of a decision of people (a form, a party, a state) is a type."""
