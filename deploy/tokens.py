"""Keys, clients and tokens of the development issuer."""

import secrets
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from deploy import records

ALGORITHM = "RS256"
AUDIENCE = "stagebrug"
KEY_BITS = 2048


def signing_key(folder: Path) -> RSAKey:
    """The issuer's key pair, made at first use and kept for its owner alone."""
    file = folder / "issuer/key.json"
    if not (known := records.read(file)):
        fresh = RSAKey.generate_key(KEY_BITS, {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
        records.write(file, known := dict(fresh.as_dict(private=True)))
    return RSAKey.import_key(known)


def mint(
    folder: Path,
    issuer: str,
    claims: Mapping[str, Any],
    lifetime: timedelta = timedelta(hours=8),
    audience: str = AUDIENCE,
) -> str:
    """A signed token with these claims beside who issued it, for whom and until when."""
    key = signing_key(folder)
    now = int(time.time())
    standard = {
        "iss": issuer,
        "aud": audience,
        "iat": now,
        "exp": now + int(lifetime.total_seconds()),
        "jti": secrets.token_hex(12),
    }
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, {**claims, **standard}, key)


def public_keys(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """What tokens are checked with: a JWK set."""
    return {"keys": [dict(signing_key(folder).as_dict(private=False))]}


def register_client(
    folder: Path,
    client_id: str,
    secret: str,
    scope: str,
    claims: Mapping[str, Any] | None = None,
    keys: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Let a machine ask for tokens with at most this scope; `claims` go into every token of it, e.g. `intermediary`.

    It shows the secret, unless that is empty, or proves itself by the private half of one of its public `keys` (JWK).
    """
    clients = registered_clients(folder)
    entry: dict[str, Any] = {"secret": secret, "scope": scope, "claims": dict(claims or {})}
    if keys:
        entry["keys"] = [dict(key) for key in keys]
    if clients.get(client_id) != entry:
        records.write(_clients_file(folder), clients | {client_id: entry})


def registered_clients(folder: Path) -> dict[str, dict[str, Any]]:
    """Every machine that may ask for tokens, by its id."""
    return records.read(_clients_file(folder))


def _clients_file(folder: Path) -> Path:
    return folder / "issuer/clients.json"
