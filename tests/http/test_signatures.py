"""Calls from outside: each way of signing holds for the right secret, and for no other body, secret or time."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from thalweg.http.signatures import MOST_APART, signed

SECRET, BODY, NOW = "open sesame", b'{"entity": "model_version"}', 1_790_000_000.0


def digest(content: bytes, secret: str = SECRET) -> bytes:
    return hmac.new(secret.encode(), content, hashlib.sha256).digest()


def mlflow(at: int = int(NOW), body: bytes = BODY, id: str = "d-1") -> dict[str, str]:
    signature = base64.b64encode(digest(f"{id}.{at}.".encode() + body)).decode()
    return {"x-mlflow-signature": f"v1,{signature}", "x-mlflow-delivery-id": id, "x-mlflow-timestamp": str(at)}


WAYS = {
    "mlflow": mlflow(),
    "github": {"x-hub-signature-256": f"sha256={digest(BODY).hex()}"},
    "gitlab": {"x-gitlab-token": SECRET},
    "bearer": {"authorization": f"Bearer {SECRET}"},
}


@pytest.mark.parametrize("way", WAYS)
def test_who_signs_with_the_secret_is_heard_and_with_another_is_not(way: str) -> None:
    assert signed(WAYS[way], BODY, SECRET, NOW)
    assert not signed(WAYS[way], BODY, "another secret", NOW)


@pytest.mark.parametrize("way", ["mlflow", "github"])
def test_a_signature_is_of_one_body(way: str) -> None:
    assert not signed(WAYS[way], BODY + b" ", SECRET, NOW)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer"},
        {"authorization": f"Basic {SECRET}"},
        {"x-hub-signature-256": digest(BODY).hex()},
        {"x-gitlab-token": ""},
        mlflow(int(NOW) - MOST_APART - 1),
        mlflow(int(NOW) + MOST_APART + 1),
        {**mlflow(), "x-mlflow-timestamp": str(int(NOW) + 1)},
        {**mlflow(), "x-mlflow-timestamp": "soon"},
        {**mlflow(), "x-mlflow-timestamp": "9" * 400},
        {**mlflow(), "x-mlflow-delivery-id": "d-2"},
        {key: value for key, value in mlflow().items() if key != "x-mlflow-delivery-id"},
        {**mlflow(), "x-mlflow-signature": "v1,ümläut"},
    ],
)
def test_what_is_signed_wrong_is_not_heard(headers: dict[str, str]) -> None:
    assert not signed(headers, BODY, SECRET, NOW)


def test_one_good_signature_does_not_make_up_for_a_bad_one() -> None:
    assert not signed({**mlflow(body=b"other"), **WAYS["bearer"]}, BODY, SECRET, NOW)
