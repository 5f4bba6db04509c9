"""The questionnaires that are packaged: every version that was ever asked."""

import functools

from services.intake.domain.questionnaire import Questionnaire
from services.intake.geography import DATA


@functools.cache
def read_questionnaires() -> tuple[Questionnaire, ...]:
    """Read once, by name and version; a newer version comes with a release."""
    files = sorted((DATA / "questionnaires").glob("*.json"))
    found = [Questionnaire.model_validate_json(file.read_text(encoding="utf-8")) for file in files]
    return tuple(sorted(found, key=lambda one: (one.name, one.version)))


def questionnaire(name: str, version: int) -> Questionnaire:
    """One version; a `LookupError` when it was taken out of the package, which never may be."""
    found = next((one for one in read_questionnaires() if (one.name, one.version) == (name, version)), None)
    if found is None:
        raise LookupError(f"questionnaire {name} version {version}")
    return found
