"""Every table that there is, by name."""

from services.analytics.domain.counted import CountTable
from services.analytics.domain.happened import COUNT_TABLES, FUNNEL_BY_REGION
from services.analytics.domain.register import EMPLOYER_TABLES, SCHOOL_TABLES, EmployerTable, SchoolTable
from services.analytics.domain.table import Description

AnyTable = SchoolTable | EmployerTable | CountTable

TABLES: dict[str, AnyTable] = {table.about.name: table for table in (*SCHOOL_TABLES, *EMPLOYER_TABLES, *COUNT_TABLES)}
"""The tables that are counted, in the order in which they are listed."""

DESCRIPTIONS: tuple[Description, ...] = (*(table.about for table in TABLES.values()), FUNNEL_BY_REGION)
"""What can be asked for; the last one is the funnel seen from another side."""
