"""Files that options name and that cannot be read: each is said in words, in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run

FEATURES = "s3://features/customer_features"
DROP = ["check", FEATURES, "--drop-column", "plan"]
READERS = {
    "--policy": (DROP, "The policy {} cannot be read: {}."),
    "--waivers": (DROP, "The waivers {} cannot be read: {}."),
    "--baseline": (DROP, "The baseline {} cannot be read: {}."),
    "--delete-versions": (["impact", FEATURES], "{} cannot be read: {}."),
}


@pytest.mark.parametrize("option", READERS)
@pytest.mark.parametrize(
    ("file", "shown", "why"),
    [
        ("folder", "folder", "it is a folder"),
        ("nowhere", "nowhere", "there is no such file"),
        ("https://example.com/a.toml", "https:/example.com/a.toml", "it is an address, and a path is meant"),
    ],
)
def test_what_is_no_file_is_said_in_words(
    run: Run, estate_store: str, tmp_path: Path, option: str, file: str, shown: str, why: str
) -> None:
    (tmp_path / "folder").mkdir()
    command, sentence = READERS[option]
    ran = run(*command, option, file, "--store", estate_store)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"thalweg: {sentence.format(shown, why)} ")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("option", [one for one in READERS if one != "--waivers"])
def test_what_is_no_text_is_said_in_words(run: Run, estate_store: str, tmp_path: Path, option: str) -> None:
    (tmp_path / "binary").write_bytes(b"\xb8\x00\xff")
    command, sentence = READERS[option]
    ran = run(*command, option, "binary", "--store", estate_store)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"thalweg: {sentence.format('binary', 'it is no text in UTF-8')} ")


def test_a_file_of_sources_and_a_schema_likewise(run: Run, estate_store: str, tmp_path: Path) -> None:
    assert "sources nowhere cannot be read: there is no such file." in run("sync", "nowhere").err
    ran = run("check", FEATURES, "--new-schema", "nowhere", "--store", estate_store)
    assert "nowhere: it cannot be read: there is no such file. Give a file that is there" in ran.out + ran.err
