"""The documents that the commands ask: each fits the schema, within the limits that every server has by default."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, parse, validate

from thalweg.cli.graph import BRIEF_DOCUMENTS, SHARED, text
from thalweg.graphql.brief import BRIEF
from thalweg.graphql.documents import Documents
from thalweg.graphql.limits import Limits
from thalweg.graphql.schema import SCHEMA

FOLDER = files("thalweg.cli").joinpath("queries")
DOCUMENTS = sorted(Path(file.name).stem for file in FOLDER.iterdir() if file.name.endswith(".graphql"))


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name != SHARED])
def test_a_document_fits_the_schema_and_costs_no_more_than_a_server_allows(name: str) -> None:
    limits = Limits()
    documents = Documents(SCHEMA._schema, limits)
    most = {"first": 100, "maxNodes": 9_999, "ids": ["x"] * 100}
    operations = [one for one in parse(text(name)).definitions if isinstance(one, OperationDefinitionNode)]
    assert operations
    for one in operations:
        assert one.name is not None
        documents.operation(text(name), one.name.value).charge(most, limits)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_begins_with_its_name_and_a_sentence(name: str) -> None:
    first = FOLDER.joinpath(f"{name}.graphql").read_text("utf-8").splitlines()[0]
    assert first.lower().startswith(f"# {name}: ")
    assert first.endswith((".", "?"))


def test_what_a_command_asks_of_the_brief_schema_is_what_that_has() -> None:
    known = {name for name in DOCUMENTS if name != SHARED and not validate(BRIEF._schema, parse(text(name)))}
    assert known == BRIEF_DOCUMENTS
