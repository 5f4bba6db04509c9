"""What the employers' pages ask, in words of level B1."""

from services.intake.domain.codes import LISTS
from services.intake.domain.evaluation import Experience, Information
from services.intake.domain.link_answers import Free as FreeOrNot
from services.intake.domain.link_answers import TakesStudents, YesNo
from services.intake.domain.support import SupportKind
from services.intake.public.shown import Question, chosen

SUPPORT_KINDS = {
    SupportKind.HANDHOLDS: "Tips: hoe ga ik om met deze leerlingen?",
    SupportKind.WORKSHOP: "Een workshop voor mij en mijn collega's",
    SupportKind.SUPERVISOR_TRAINING: "Een training voor de begeleider",
    SupportKind.SCHOOL_INVOLVEMENT: "Vaker contact met de school",
    SupportKind.FINANCIAL: "Uitleg over subsidies en regelingen",
    SupportKind.QUESTION: "Ik heb een vraag",
    SupportKind.OTHER: "Iets anders",
}

CHOOSE = "Kies een van de antwoorden."
DAY_WRONG = "Kies een dag die nog moet komen, of laat dit leeg."
SEVERAL = "U kunt meer dan één antwoord kiezen."
_DAY_HINT = "Weet u dat niet? Laat het dan leeg."

FREE = Question(
    "free",
    "Is de plek nog vrij?",
    "choice",
    CHOOSE,
    choices=(
        (FreeOrNot.YES, "Ja, er is nog plek"),
        (FreeOrNot.FILLED, "Nee, de plek is bezet"),
        (FreeOrNot.NO_LONGER, "Nee, deze plek is er niet meer"),
    ),
)
SEATS = Question(
    "seats",
    "Voor hoeveel leerlingen is er plek?",
    "number",
    "Vul een getal van 1 tot en met 500 in.",
    "Alle plekken samen, ook die van leerlingen die er nu zijn.",
    optional=True,
)
OFFERED_UNTIL = Question("until", "Tot wanneer geldt uw aanbod?", "date", DAY_WRONG, _DAY_HINT, optional=True)

TAKES = Question(
    "what",
    "Wat wilt u doorgeven?",
    "choice",
    CHOOSE,
    choices=(
        (TakesStudents.PAUSE, "Wij nemen een tijd geen leerlingen aan"),
        (TakesStudents.RESUME, "Wij nemen weer leerlingen aan"),
    ),
)
PAUSED_UNTIL = Question("until", "Tot en met welke dag niet?", "date", DAY_WRONG, _DAY_HINT, optional=True)
PAUSED_BECAUSE = Question(
    "reason",
    "Wat is de reden?",
    "select",
    "Kies een reden uit de lijst.",
    choices=chosen(LISTS["pause-reasons"]),
    value="other",
    optional=True,
)

PROBLEM = Question(
    "kind", "Waar gaat het over?", "select", "Kies waar het over gaat.", choices=chosen(LISTS["problems"])
)
TODAY = Question(
    "today",
    "Moet de school vandaag bellen?",
    "choice",
    CHOOSE,
    choices=((YesNo.YES, "Ja, vandaag nog"), (YesNo.NO, "Nee, dat mag later")),
)
WHAT_HAPPENED = Question(
    "text",
    "Wat is er aan de hand?",
    "text",
    "Schrijf in een paar woorden wat er is. Schrijf geen burgerservicenummer op.",
    "Schrijf op wat u ziet. De naam van de leerling hoeft er niet bij.",
)
CALL_BACK = Question(
    "telephone",
    "Op welk nummer kan de school u bellen?",
    "telephone",
    "Vul een telefoonnummer in, bijvoorbeeld 0320 123456.",
    optional=True,
    autocomplete="tel",
)

SUPPORT = Question(
    "kinds",
    "Wat zou u helpen?",
    "choices",
    "Kies wat u zou helpen.",
    SEVERAL,
    tuple(SUPPORT_KINDS.items()),
)
SUPPORT_NOTE = Question(
    "text",
    "Wilt u er iets bij zeggen?",
    "text",
    "Houd het kort, en schrijf geen burgerservicenummer op.",
    "Schrijf niets over een leerling of een ander persoon.",
    optional=True,
)

EXPERIENCE = Question(
    "experience",
    "Hoe ging het?",
    "choice",
    CHOOSE,
    choices=((Experience.POSITIVE, "Goed"), (Experience.MIXED, "Wisselend"), (Experience.NEGATIVE, "Niet goed")),
)
WENT_WELL = Question(
    "went_well",
    "Wat ging goed?",
    "choices",
    "Kies uit de lijst.",
    SEVERAL,
    chosen(LISTS["evaluation-strengths"]),
    optional=True,
)
COULD_BE_BETTER = Question(
    "could_be_better",
    "Wat kan beter?",
    "choices",
    "Kies uit de lijst.",
    SEVERAL,
    chosen(LISTS["evaluation-improvements"]),
    optional=True,
)
INFORMATION = Question(
    "information",
    "Wist u vooraf genoeg?",
    "choice",
    CHOOSE,
    choices=((Information.COMPLETE, "Ja"), (Information.INCOMPLETE, "Nee")),
    optional=True,
)
AGAIN = Question(
    "again",
    "Wilt u vaker een leerling van deze school?",
    "choice",
    CHOOSE,
    choices=((YesNo.YES, "Ja"), (YesNo.NO, "Nee")),
    optional=True,
)
EVALUATION_NOTE = Question(
    "text",
    "Wilt u er iets bij zeggen?",
    "text",
    "Houd het kort, en schrijf geen burgerservicenummer op.",
    optional=True,
)
