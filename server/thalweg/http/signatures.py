"""Whether a call from outside comes from who it says: by a signature over what was sent, or by the secret itself.

X-MLflow-Signature    MLflow: `v1,` and the base64 of an HMAC-SHA256 over `<delivery id>.<timestamp>.<body>`
X-Hub-Signature-256   GitHub: `sha256=` and the digits of an HMAC-SHA256 over the body
X-Gitlab-Token        GitLab: the secret
Authorization         `Bearer` and the secret: whoever can set a header, such as Azure's Event Grid
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping

MOST_APART = 300
"""Seconds between the clock of who signs with a time and ours; what is older may have been heard and sent again."""


def signed(headers: Mapping[str, str], body: bytes, secret: str, now: float) -> bool:
    """headers: by names in lower case. Of several signatures the first that is there decides. now: epoch seconds."""
    for header, holds in _WAYS.items():
        if header in headers:
            return holds(headers, body, secret.encode(), now)
    return False


def _mlflow(headers: Mapping[str, str], body: bytes, secret: bytes, now: float) -> bool:
    id, at = headers.get("x-mlflow-delivery-id", ""), headers.get("x-mlflow-timestamp", "")
    if not id or not at.isascii() or not at.isdecimal() or abs(now - int(at[:15])) > MOST_APART:
        return False
    made = hmac.new(secret, f"{id}.{at}.".encode() + body, hashlib.sha256).digest()
    return _same(headers["x-mlflow-signature"], f"v1,{base64.b64encode(made).decode()}")


def _github(headers: Mapping[str, str], body: bytes, secret: bytes, now: float) -> bool:
    return _same(headers["x-hub-signature-256"], f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}")


def _gitlab(headers: Mapping[str, str], body: bytes, secret: bytes, now: float) -> bool:
    return _same(headers["x-gitlab-token"], secret.decode())


def _bearer(headers: Mapping[str, str], body: bytes, secret: bytes, now: float) -> bool:
    kind, _, given = headers["authorization"].partition(" ")
    return kind.lower() == "bearer" and _same(given.strip(), secret.decode())


def _same(given: str, right: str) -> bool:
    """Compared in one time, whatever is wrong."""
    return hmac.compare_digest(given.encode(), right.encode())


_WAYS: dict[str, Callable[[Mapping[str, str], bytes, bytes, float], bool]] = {
    "x-mlflow-signature": _mlflow,
    "x-hub-signature-256": _github,
    "x-gitlab-token": _gitlab,
    "authorization": _bearer,
}
