"""How Stagebrug proves to a receiver who it is, beside the signature: as the receiver's own house rules want it."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from pydantic import AfterValidator, ConfigDict, Field, SecretStr, TypeAdapter, field_validator, model_validator

from shared.api import Body, ShortText

MOST_PEM = 20_000
"""Characters: a chain of five certificates with 4096-bit keys fits."""


def check_authority(pem: str) -> str:
    """The certificate of an authority in PEM; ValueError when it is none."""
    if not pem.isascii():
        raise ValueError("a certificate of an authority, PEM, in ASCII: leave out what stands around it")
    try:
        x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        raise ValueError("a certificate of an authority, PEM") from None
    return pem


Pem = Annotated[str, Field(max_length=MOST_PEM)]
Authority = Annotated[Pem, AfterValidator(check_authority)]
Secret = Annotated[SecretStr, Field(min_length=1, max_length=4_000)]


class BearerToken(Body):
    """A token that the receiver gave: sent as `Authorization: Bearer`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "bearer", "token": "a-long-random-text"}]})

    kind: Literal["bearer"]
    token: Secret

    @field_validator("token")
    @classmethod
    def _fits_a_header(cls, token: SecretStr) -> SecretStr:
        text = token.get_secret_value()
        if not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError("a token is ASCII without spaces")
        return token


class ClientCredentials(Body):
    """OAuth 2.0 client credentials (RFC 6749 §4.4): a token is asked for, and used until it ends."""

    kind: Literal["client-credentials"]
    token_url: Annotated[str, Field(max_length=2_000, examples=["https://login.gemeente.example/token"])]
    client_id: ShortText
    client_secret: Secret
    scope: ShortText | None = None


class ClientCertificate(Body):
    """Mutual TLS: our certificate with its chain, and its key, both PEM (PKIoverheid, or the receiver's own)."""

    kind: Literal["certificate"]
    certificate: Pem
    private_key: Annotated[SecretStr, Field(max_length=MOST_PEM)]

    @model_validator(mode="after")
    def _belong_together(self) -> "ClientCertificate":
        if not _are_a_pair(self.certificate, self.private_key.get_secret_value()):
            raise ValueError("a certificate and its own private key, both PEM and without a pass phrase")
        return self


@dataclass(frozen=True)
class Receiver:
    """Where events go, and how the two know each other."""

    address: str
    credential: "Credential | None" = None
    authority: str | None = None
    """Who vouches for the receiver beside the usual authorities: a certificate in PEM."""


Credential: TypeAlias = Annotated[
    BearerToken | ClientCredentials | ClientCertificate, Field(discriminator="kind", title="Credential")
]

_ANY: TypeAdapter[Credential] = TypeAdapter(Credential)


def read(saved: Any) -> Credential | None:
    """A credential as it was saved."""
    return None if saved is None else _ANY.validate_python(saved)


def written(credential: Credential | None) -> dict[str, Any] | None:
    """A credential as JSON, its secrets in clear: they are there to be sent."""
    if credential is None:
        return None
    plain = {name: value for name, value in credential if not isinstance(value, SecretStr)}
    secret = {name: value.get_secret_value() for name, value in credential if isinstance(value, SecretStr)}
    return plain | secret


def _are_a_pair(certificate: str, private_key: str) -> bool:
    try:
        first, *_ = x509.load_pem_x509_certificates(certificate.encode())
        key = serialization.load_pem_private_key(private_key.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return first.public_key() == key.public_key()
