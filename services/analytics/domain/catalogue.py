"""Every table that there is, by name."""

from services.analytics.domain.counted import CountTable
from services.analytics.domain.effect import EFFECT_TABLES
from services.analytics.domain.forecast import FORECAST, ForecastTable
from services.analytics.domain.guidance import GUIDANCE_TABLES
from services.analytics.domain.happened import COUNT_TABLES, FUNNEL_BY_REGION
from services.analytics.domain.measured import MeasureTable
from services.analytics.domain.needs import NEED_TABLES
from services.analytics.domain.opinions import OPINION_TABLES, OpinionTable
from services.analytics.domain.places import PLACE_TABLES
from services.analytics.domain.process import PROCESS_TABLES
from services.analytics.domain.register import EMPLOYER_TABLES, SCHOOL_TABLES, EmployerTable, SchoolTable
from services.analytics.domain.table import Description
from services.analytics.domain.work import WORK_TABLES
from services.analytics.domain.years import YEAR_TABLES

AnyTable = SchoolTable | EmployerTable | CountTable | MeasureTable | ForecastTable | OpinionTable

_ALL: tuple[AnyTable, ...] = (
    *SCHOOL_TABLES,
    *EMPLOYER_TABLES,
    *COUNT_TABLES,
    *PROCESS_TABLES,
    *NEED_TABLES,
    *WORK_TABLES,
    *YEAR_TABLES,
    *EFFECT_TABLES,
    FORECAST,
    *GUIDANCE_TABLES,
    *PLACE_TABLES,
    *OPINION_TABLES,
)

TABLES: dict[str, AnyTable] = {table.about.name: table for table in _ALL}
"""The tables that are counted, in the order in which they are listed."""

DESCRIPTIONS: tuple[Description, ...] = (*(table.about for table in TABLES.values()), FUNNEL_BY_REGION)
"""What can be asked for; the last one is the funnel seen from another side."""
