"""Of every text that names something it is told by which laws its name was made; of what is its name, by none."""

from __future__ import annotations

import pytest
from hypothesis import example, given

from tests.model.test_names import PLACE
from thalweg.model import laws
from thalweg.model.names import dataset_name, repository_url


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("s3a://lake//tx/", ["without empty steps", "`s3a`, `s3n` and `gcs` are clients"]),
        ("S3://key:secret@lake/tx?versionId=7", ["Who logs in", "A scheme is written in lower case", "behind `?`"]),
        ("arn:aws:s3:::lake/tx", ["An ARN of S3"]),
        ("abfs://c@Acct.dfs.core.windows.net/tx", ["A host is written in lower case", "`abfs` and `wasb`"]),
        ("jdbc:mysql://DB:3306/shop", ["A host is written in lower case", "A JDBC address"]),
        ("jdbc:sqlserver://db;databaseName=shop", ["A JDBC address", "A database is named with its port"]),
        ("jdbc:oracle:thin:@db:1521:shop", ["A JDBC address"]),
        ("sqlserver://db.acme.com/shop", ["`sqlserver` is written `mssql`", "A database is named with its port"]),
        ("snowflake://acme.snowflakecomputing.com/SHOP", ["An account of Snowflake"]),
        ("postgresql+psycopg2://ada:pw@db:5432/shop", ["Who logs in", "`postgresql` is written", "The driver behind"]),
        ("bq://acme/shop/Tx", ["`bq` is written `bigquery`", "BigQuery is one namespace"]),
        (
            "azureml://subscriptions/1/resourcegroups/g/workspaces/ws/datastores/lake/paths/tx",
            ["A place in a datastore of Azure ML"],
        ),
        ("hdfs:///tx", ["named without a host"]),
        ("https://data.example.com:443/tx.csv?sig=1", ["The usual port", "what lets somebody in"]),
        ("./data/tx.csv", ["A path on a disk is named under its source"]),
        ("C:\\Data\\tx.csv", ["A path on a disk", "A path is written with `/`"]),
        (" s3://lake/tx", ["Blanks around a name"]),
        ("s3://lake/tx", []),
        ("bigquery:acme.shop.Tx", []),
    ],
)
def test_the_laws_of_a_dataset_are_said(uri: str, said: list[str]) -> None:
    found = laws.of_dataset(uri, "laptop")
    assert len(found) == len(said), found
    assert all(words in sentence for words, sentence in zip(said, found, strict=True)), found


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("git@github.com:Acme/Churn.git", ["Who logs in", "A repository has one address", "`.git` at its end"]),
        ("https://GitHub.com:443/Acme/Churn", ["A host is written in lower case", "The usual port"]),
        (
            "ssh://git@ssh.github.com:443/Acme/Churn",
            ["Who logs in", "The usual port", "A repository has one address", "other doors to the same house"],
        ),
        ("/src/churn", ["A path on a disk"]),
        ("https://github.com/Acme/%43hurn", ["is written in one way"]),
        ("https://github.com/Acme/Churn", []),
    ],
)
def test_the_laws_of_a_repository_are_said(url: str, said: list[str]) -> None:
    found = laws.of_repository(url, "laptop")
    assert len(found) == len(said), found
    assert all(words in sentence for words, sentence in zip(said, found, strict=True)), found


@pytest.mark.parametrize("of", [laws.of_dataset, laws.of_repository])
def test_what_names_nothing_has_no_laws(of: laws.Laws) -> None:
    with pytest.raises(ValueError, match="give a"):
        of(" ")


@given(PLACE)
@example("hdfs:///x")
def test_a_dataset_that_is_not_named_yet_breaks_a_law_and_its_name_breaks_none(place: str) -> None:
    try:
        namespace, name = dataset_name(place, "laptop")
    except ValueError:
        return
    if "://" not in namespace:
        return
    whole = f"{namespace}/{name.removeprefix('/')}"
    assert laws.of_dataset(whole, "laptop") == ()
    if place not in (whole, f"{namespace}/{name}", f"{namespace}:{name}"):
        found = laws.of_dataset(place, "laptop")
        assert len(found) == len(set(found)) > 0


@given(PLACE)
def test_a_repository_that_is_not_named_yet_breaks_a_law_and_its_name_breaks_none(place: str) -> None:
    try:
        once = repository_url(place, "laptop")
    except ValueError:
        return
    assert laws.of_repository(once, "laptop") == ()
    assert (laws.of_repository(place, "laptop") == ()) == (place == once)
