"""What a text is taken for, where nobody says whether it names a repository or a dataset."""

from __future__ import annotations

import pytest

from thalweg.lineage.identity import by_law
from thalweg.model import keys
from thalweg.model.kinds import Kind


@pytest.mark.parametrize(
    ("text", "namespace", "name"),
    [
        ("jdbc:oracle:thin:@h:1521:shop", "oracle://h:1521", "shop"),
        ("jdbc:oracle:thin:scott@h:1521:shop", "oracle://h:1521", "shop"),
        ("jdbc:postgresql://db/shop.git", "postgres://db:5432", "shop.git"),
        ("arn:aws:s3:::lake/x.git", "s3://lake", "x.git"),
        ("dbfs:/mnt/x.git", "dbfs", "/mnt/x.git"),
        ("abfss://c@acct.dfs.core.windows.net/tx", "abfss://c@acct.dfs.core.windows.net", "tx"),
    ],
)
def test_an_address_of_data_names_a_dataset(text: str, namespace: str, name: str) -> None:
    assert by_law(text, "local")[0] == keys.dataset(namespace, name)


@pytest.mark.parametrize(
    "text",
    [
        "git@github.com:acme/churn",
        "https://github.com/acme/churn.git",
        "ssh://git@github.com/acme/churn",
    ],
)
def test_an_address_of_code_names_a_repository(text: str) -> None:
    key, _ = by_law(text, "local")
    assert key is not None
    assert key.kind is Kind.REPOSITORY
