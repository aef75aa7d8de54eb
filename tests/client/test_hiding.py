"""What lets somebody in is hidden, and what only looks so is not."""

from __future__ import annotations

import pytest

from thalweg.client.hiding import command, hidden, secret


@pytest.mark.parametrize(
    "name",
    ["token", "--hf-token", "HF_TOKEN", "db.password", "apiKey", "api_key", "--aws-secret-access-key", "clientSecret"],
)
def test_what_lets_somebody_in_is_known_by_its_name(name: str) -> None:
    assert secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "max_tokens",
        "--tokenizer",
        "eos_token",
        "pad-token",
        "token_dim",
        "password_file",
        "keys",
        "author",
        "monkey",
        "",
    ],
)
def test_what_only_sounds_so_is_not(name: str) -> None:
    assert not secret(name)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["--token", "abc", "--lr", "0.1"], ["--token", "***", "--lr", "0.1"]),
        (["--password=abc", "db.secret=x", "PASSWORD=y"], ["--password=***", "db.secret=***", "PASSWORD=***"]),
        (["--password", "-abc"], ["--password", "***"]),
        (["--token", "--lr", "0.1"], ["--token", "--lr", "0.1"]),
        (["--token"], ["--token"]),
        (["--token="], ["--token="]),
        (["postgres://ada:pw@db/shop"], ["postgres://db/shop"]),
        (["key=sk-abcdefghijklmnopqrstuvwxyz"], ["key=***"]),
        (["--max-tokens", "512", "s3://user@bucket"], ["--max-tokens", "512", "s3://user@bucket"]),
        ([], []),
    ],
)
def test_a_command_line_is_shown_without_its_secrets(words: list[str], shown: list[str]) -> None:
    assert list(command(words)) == shown


def test_keys_are_known_by_how_they_look() -> None:
    assert hidden("note", "use hf_abcdefghijklmnopqrstuvwx now") == "use *** now"
    assert hidden("note", "half an hour") == "half an hour"
