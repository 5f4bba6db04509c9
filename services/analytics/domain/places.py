"""What there is in each municipality: the table behind the map."""

from services.analytics.domain.counted import CountTable
from services.analytics.domain.table import Column, Description, Unit

BY_MUNICIPALITY = CountTable(
    Description(
        "by-municipality",
        "Scholen, werkgevers en plekken naar gemeente",
        "Scholen, werkgevers met wie minstens één school samenwerkt of die een school inbracht, plekken in aanbod dat "
        "op de laatste dag van de periode (zonder periode: vandaag) geldt, en plekken van aanbod dat in de drie "
        "maanden daarna begint. Van een school: de eigen werkgevers en het eigen aanbod.",
        Unit.EMPLOYERS,
        (
            Column("employers", "werkgevers"),
            Column("schools", "scholen"),
            Column("seats", "plekken nu"),
            Column("opening", "plekken binnen drie maanden"),
        ),
    ),
    {},
    state=True,
    sparse=True,
)

PLACE_TABLES = (BY_MUNICIPALITY,)
