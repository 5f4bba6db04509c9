"""Machines that prove themselves by a key of their own at the development issuer (`private_key_jwt`, RFC 7523 §3)."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from deploy.errors import OAuthRefused

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("RS256", "ES256", "PS256")
LONGEST_SECONDS = 300
"""A proof is made for one request; this forgives clocks that differ."""


@dataclass
class Assertions:
    """Checks proofs, each of which is good for one request."""

    issuer: str
    _used: dict[str, float] = field(default_factory=dict)

    def client_of(self, form: Mapping[str, str]) -> str | None:
        """Whom the form says that it is from, as long as nothing is proved; None: it holds no proof."""
        if form.get("client_assertion_type") != TYPE:
            return None
        try:
            claims = json.loads(jws.extract_compact(form.get("client_assertion", "").encode()).payload)
            return str(claims["sub"])
        except (JoseError, ValueError, KeyError, TypeError):
            raise OAuthRefused("invalid_client", 401) from None

    def check(self, form: Mapping[str, str], client_id: str, keys: list[dict[str, Any]]) -> None:
        """Raises `OAuthRefused` unless one of the client's keys made the proof, for us, now, and it is new."""
        registry = jwt.JWTClaimsRegistry(
            leeway=30,
            iss={"essential": True, "value": client_id},
            sub={"essential": True, "value": client_id},
            aud={"essential": True, "values": [self.issuer, f"{self.issuer}/token"]},
            exp={"essential": True},
            jti={"essential": True},
        )
        try:
            proof = jwt.decode(
                form["client_assertion"], KeySet.import_key_set({"keys": keys}), algorithms=[*ALGORITHMS]
            )
            registry.validate(proof.claims)
            ends, number = float(proof.claims["exp"]), f"{client_id} {proof.claims['jti']}"
        except (JoseError, ValueError, TypeError, KeyError):
            raise OAuthRefused("invalid_client", 401) from None
        now = time.time()
        self._used = {known: until for known, until in self._used.items() if until > now - 60}
        if ends > now + LONGEST_SECONDS or number in self._used:
            raise OAuthRefused("invalid_client", 401)
        self._used[number] = ends
