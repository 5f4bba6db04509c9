"""What analytics can be told from outside."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Nothing of its own: the addresses of the others, which a rebuild reads from, every service knows."""
