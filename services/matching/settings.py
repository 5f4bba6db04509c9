"""What matching can be told from outside: nothing beyond what all services can."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of matching; what a region decides for itself stands in the database."""

    port: int = 8102
