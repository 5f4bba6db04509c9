"""What analytics can be told from outside."""

from typing import Self

from pydantic import SecretStr, model_validator

from shared.settings import ServiceSettings

SHORTEST_SECRET = 32
"""Characters."""


class Settings(ServiceSettings):
    """Who publishes the figures; the addresses of the others, which a rebuild reads from, every service knows."""

    publisher_name: str = "Stagebrug"
    """Who answers for the open data of this installation."""
    publisher_url: str = ""
    """Where it can be found; empty: the address of the service."""
    oidc_client_id: str = ""
    """Who the dashboard is at the identity provider; empty: nobody logs in, and it shows what is published only.

    The provider sends people back to `<public_url>/dashboard/callback`.
    """
    oidc_client_secret: SecretStr = SecretStr("")
    """Empty for a public client."""
    oidc_authorize_url: str = "http://127.0.0.1:8100/authorize"
    """Where the browser goes to log in; codes are exchanged at `token_url`."""
    oidc_logout_url: str = ""
    """Where the browser goes to log out at the provider, too; empty: only here."""
    session_secret: SecretStr = SecretStr("")
    """What session cookies are signed with; the same for all replicas."""

    @model_validator(mode="after")
    def _login_is_whole(self) -> Self:
        if self.oidc_client_id and len(self.session_secret.get_secret_value()) < SHORTEST_SECRET:
            raise ValueError(
                f"STAGEBRUG_OIDC_CLIENT_ID needs a STAGEBRUG_SESSION_SECRET of {SHORTEST_SECRET} characters"
            )
        return self
