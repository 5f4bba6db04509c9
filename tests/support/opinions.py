"""The report's schools and employers as speakers in tests: the same answers as in the demo, without its population."""

import json
from pathlib import Path

from deploy.demo.opinions import SAID, Item, Speaker, answered
from deploy.demo.organisations import REGION_NAMES
from services.intake.questionnaire_data import questionnaire
from shared.events.codes import SchoolKind

__all__ = ["SAID", "Speaker", "employers", "schools"]

REGISTER = json.loads((Path(__file__).parents[1] / "analytics/data/report_register.json").read_text("utf-8"))
REGIONS = {name.removeprefix("Regio "): code for code, name in REGION_NAMES.items()}


def schools() -> list[Speaker]:
    """The 30 schools of the report, by region and kind, with what they answered."""
    speakers = [
        Speaker(code, kind)
        for name, code in REGIONS.items()
        for kind, count in zip(SchoolKind, REGISTER["schools_by_region"][name], strict=False)
        for _ in range(count)
    ]
    return answered(speakers, _items("school"), SAID["schools"])


def employers() -> list[Speaker]:
    """The 37 employers, found through 16 PrO and 21 VSO schools, with what they answered."""
    regions = [code for name, code in REGIONS.items() for _ in range(REGISTER["employers_by_region"][name])]
    kinds = [SchoolKind.PRO if number * 16 % 37 < 16 else SchoolKind.VSO for number in range(37)]
    speakers = [Speaker(region, kind) for region, kind in zip(regions, kinds, strict=True)]
    return answered(speakers, _items("employer"), SAID["employers"])


def _items(name: str) -> list[Item]:
    """As the API gives them."""
    return [item.model_dump(mode="json", by_alias=True) for item in questionnaire(name, 1).items]
