"""What analytics can be told from outside."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Who publishes the figures; the addresses of the others, which a rebuild reads from, every service knows."""

    publisher_name: str = "Stagebrug"
    """Who answers for the open data of this installation."""
    publisher_url: str = ""
    """Where it can be found; empty: the address of the service."""
