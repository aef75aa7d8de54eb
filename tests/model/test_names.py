"""One thing has one name, whatever system wrote it."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from thalweg.model import keys
from thalweg.model.names import dataset_name, dataset_pair, disk_path, repository_url, without_password

CHURN = "https://github.com/Acme/Churn"


@pytest.mark.parametrize(
    "written",
    [
        "https://github.com/Acme/Churn",
        "https://github.com/Acme/Churn.git",
        "https://github.com/Acme/Churn/",
        "https://github.com/Acme/Churn.git/",
        "https://GitHub.COM/Acme/Churn",
        "http://github.com/Acme/Churn",
        "http://github.com:80/Acme/Churn",
        "https://github.com:443/Acme/Churn",
        "http://github.com:443/Acme/Churn",
        "https://user@github.com/Acme/Churn",
        "https://user:pass@github.com/Acme/Churn.git",
        "https://x-access-token:p%40ss@github.com/Acme/Churn",
        "ssh://git@github.com/Acme/Churn.git",
        "ssh://git@github.com:22/Acme/Churn",
        "ssh://git@github.com:2222/Acme/Churn",
        "ssh://git@ssh.github.com:443/Acme/Churn.git",
        "git@github.com:Acme/Churn.git",
        "git@github.com:/Acme/Churn.git",
        "github.com:Acme/Churn",
        "git@GITHUB.com:Acme/Churn",
        "git://github.com/Acme/Churn",
        "git://github.com:9418/Acme/Churn",
        "git+https://github.com/Acme/Churn",
        "git+ssh://git@github.com/Acme/Churn.git",
        "github.com/Acme/Churn",
        "  https://github.com/Acme/Churn\n",
        "https://github.com//Acme//Churn",
        "https://github.com/Acme/./Churn",
        "https://github.com/Acme/%43hurn",
        "https://github.com/Acme/Churn?tab=readme#usage",
    ],
)
def test_every_spelling_of_a_repository_is_one_repository(written: str) -> None:
    assert repository_url(written) == CHURN


@pytest.mark.parametrize(
    ("written", "identity"),
    [
        ("https://git.example.com:8443/ml/churn.git", "https://git.example.com:8443/ml/churn"),
        ("http://git.example.com:8080/churn", "https://git.example.com:8080/churn"),
        ("https://[2001:DB8::1]:8443/x.git", "https://[2001:db8::1]:8443/x"),
        ("git@[2001:db8::1]:x.git", "https://[2001:db8::1]/x"),
        ("https://git.example.com", "https://git.example.com"),
        ("https://gitlab.com/group/sub/group/churn", "https://gitlab.com/group/sub/group/churn"),
        ("https://git.example.com/~ada/churn", "https://git.example.com/~ada/churn"),
        ("https://git.example.com/my%20team/100%25", "https://git.example.com/my%20team/100%25"),
        ("git@git.example.com:my team/churn", "https://git.example.com/my%20team/churn"),
        (
            "https://acme@dev.azure.com/acme/Fraud%20Team/_git/churn",
            "https://dev.azure.com/acme/Fraud%20Team/_git/churn",
        ),
        ("git@ssh.dev.azure.com:v3/acme/Fraud%20Team/churn", "https://dev.azure.com/acme/Fraud%20Team/_git/churn"),
        ("https://git.example.com/.git", "https://git.example.com/.git"),
    ],
)
def test_what_names_a_repository_is_kept(written: str, identity: str) -> None:
    assert repository_url(written) == identity


@pytest.mark.parametrize(
    ("written", "identity"),
    [
        ("/srv/git/churn.git", "file://laptop/srv/git/churn"),
        ("/srv/churn/.git", "file://laptop/srv/churn"),
        ("file:///srv/git/churn.git", "file://laptop/srv/git/churn"),
        ("file://localhost/srv/git/churn", "file://laptop/srv/git/churn"),
        ("FILE:///srv/my%20churn", "file://laptop/srv/my churn"),
        ("C:\\repos\\churn", "file://laptop/c/repos/churn"),
        ("c:/repos/churn", "file://laptop/c/repos/churn"),
        ("file:///C:/repos/churn", "file://laptop/c/repos/churn"),
        ("file://C:/repos/churn", "file://laptop/c/repos/churn"),
        ("churn", "file://laptop/churn"),
        ("repos/churn", "file://laptop/repos/churn"),
        ("../churn", "file://laptop/churn"),
        ("~/churn", "file://laptop/~/churn"),
    ],
)
def test_a_repository_on_a_disk_is_named_under_its_source(written: str, identity: str) -> None:
    assert repository_url(written, "laptop") == identity


@pytest.mark.parametrize("written", ["\\\\NAS\\git\\churn.git", "file://nas/git/churn.git"])
def test_a_repository_on_a_file_server_is_named_under_the_server(written: str) -> None:
    assert repository_url(written, "laptop") == repository_url(written, "desktop") == "file://nas/git/churn"


def test_two_disks_hold_two_repositories() -> None:
    assert repository_url("/srv/churn", "laptop") != repository_url("/srv/churn", "desktop")


@pytest.mark.parametrize(
    "written", ["", "   ", "https://", "https:///churn", "http://host:99999/x", "https://[::1/x", "https://a host/x"]
)
def test_what_names_no_repository_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="give a repository's URL"):
        repository_url(written)


@pytest.mark.parametrize(
    ("uri", "namespace", "name"),
    [
        ("s3://lake/transactions", "s3://lake", "transactions"),
        ("s3a://lake/transactions", "s3://lake", "transactions"),
        ("s3n://lake/transactions/", "s3://lake", "transactions"),
        ("S3://lake//raw//tx.parquet", "s3://lake", "raw/tx.parquet"),
        ("s3://lake/raw/../tx", "s3://lake", "tx"),
        ("s3://lake/tx?versionId=7", "s3://lake", "tx"),
        ("s3://key:secret@lake/tx", "s3://lake", "tx"),
        ("s3://lake", "s3://lake", "/"),
        ("s3://lake/", "s3://lake", "/"),
        ("s3://lake/a%20b", "s3://lake", "a%20b"),
        ("gs://lake/tx", "gs://lake", "tx"),
        ("gcs://lake/tx", "gs://lake", "tx"),
        ("oss://lake/tx", "oss://lake", "tx"),
        ("arn:aws:s3:::lake/tx", "s3://lake", "tx"),
        (
            "arn:aws:s3:eu-west-1:1:accesspoint/ap/object/x",
            "arn:aws:s3:eu-west-1:1",
            "accesspoint/ap/object/x",
        ),
        ("arn:aws:s3:::accesspoint/x", "s3://accesspoint", "x"),
        ("arn:aws:glue:eu-west-1:42:table/shop/tx", "arn:aws:glue:eu-west-1:42", "table/shop/tx"),
        ("abfs://c@Acct.dfs.core.windows.net/tx", "abfss://c@acct.dfs.core.windows.net", "tx"),
        ("abfss://c@acct.dfs.core.windows.net/tx/", "abfss://c@acct.dfs.core.windows.net", "tx"),
        ("wasb://c@acct.blob.core.windows.net/tx", "wasbs://c@acct.blob.core.windows.net", "tx"),
        ("wasbs://c@acct.blob.core.windows.net/tx", "wasbs://c@acct.blob.core.windows.net", "tx"),
        ("dbfs:/mnt/tx", "dbfs", "/mnt/tx"),
        ("dbfs:///mnt/tx/", "dbfs", "/mnt/tx"),
        ("hdfs://NameNode:8020/tx", "hdfs://namenode:8020", "tx"),
        ("hdfs:///tx", "hdfs://laptop", "tx"),
        ("azureml://datastores/lake/paths/tx", "azureml://datastores", "lake/paths/tx"),
        (
            "azureml://subscriptions/1/resourcegroups/g/workspaces/Risk/datastores/lake/paths/raw//tx/",
            "azureml://Risk/datastores/lake",
            "raw/tx",
        ),
        (
            "azureml:/subscriptions/1/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/ws"
            "/datastores/lake/paths/data/tx",
            "azureml://ws/datastores/lake",
            "data/tx",
        ),
        ("azureml://Risk/datastores/lake/raw/tx", "azureml://Risk/datastores/lake", "raw/tx"),
        ("azureml://ws/datastores/lake", "azureml://ws/datastores/lake", "/"),
        ("azureml://ws/tx", "azureml://ws", "tx"),
        ("bigquery://acme/shop/Tx", "bigquery", "acme.shop.Tx"),
        ("bq://acme.shop.Tx", "bigquery", "acme.shop.Tx"),
        ("bigquery:acme.shop.Tx", "bigquery", "acme.shop.Tx"),
        ("jdbc:postgresql://ada:pw@DB:5432/shop?user=ada&password=pw", "postgres://db:5432", "shop"),
        ("postgresql+psycopg2://ada:pw@db:5432/shop", "postgres://db:5432", "shop"),
        ("jdbc:mysql://db:3306/shop", "mysql://db:3306", "shop"),
        ("hdfs:/lake/tx", "hdfs://laptop", "lake/tx"),
        ("jdbc:sqlserver://db:1433;databaseName=shop;user=ada;password=pw", "mssql://db:1433", "shop"),
        ("jdbc:jtds:sqlserver://db:1433/shop", "mssql://db:1433", "shop"),
        ("mssql://db:1433/shop", "mssql://db:1433", "shop"),
        ("jdbc:oracle:thin:ada/pw@db:1521:shop", "oracle://db:1521", "shop"),
        ("jdbc:oracle:thin:@//db:1521/shop", "oracle://db:1521", "shop"),
        ("jdbc:oracle:thin:@shop_tns", "oracle", "shop_tns"),
        ("snowflake://acme-eu/SHOP/PUBLIC/TX", "snowflake://acme-eu", "SHOP/PUBLIC/TX"),
        ("jdbc:snowflake://acme-eu.snowflakecomputing.com/?db=A", "snowflake://acme-eu", "A"),
        ("jdbc:snowflake://acme-eu.snowflakecomputing.com/?db=B&user=ada", "snowflake://acme-eu", "B"),
        (
            "jdbc:snowflake://acme-eu.snowflakecomputing.com:443/?warehouse=w&schema=PUBLIC&db=SHOP",
            "snowflake://acme-eu",
            "SHOP/PUBLIC",
        ),
        ("jdbc:snowflake://acme-eu.snowflakecomputing.com/?schema=PUBLIC", "snowflake://acme-eu", "/"),
        ("sqlite:////data/tx.db", "file://laptop", "/data/tx.db"),
        ("kafka://Broker:9092/tx", "kafka://broker:9092", "tx"),
        ("https://Data.example.com:443/tx.csv", "https://data.example.com", "tx.csv"),
        ("http://data.example.com:80/tx.csv", "http://data.example.com", "tx.csv"),
        ("http://data.example.com:8080/tx.csv", "http://data.example.com:8080", "tx.csv"),
        ("https://ada:pw@data.example.com/tx.csv", "https://data.example.com", "tx.csv"),
        ("https://data.example.com/get?id=7#top", "https://data.example.com", "get?id=7"),
        ("https://data.example.com?id=7", "https://data.example.com", "/?id=7"),
        ("https://lake.s3.amazonaws.com/tx?X-Amz-Signature=c0ffee&X-Amz-Date=1", "https://lake.s3.amazonaws.com", "tx"),
        ("https://a.blob.core.windows.net/c/tx?sv=1&sig=c0ffee&se=2", "https://a.blob.core.windows.net", "c/tx"),
        ("https://data.example.com/get?id=7&access_token=c0ffee", "https://data.example.com", "get?id=7"),
        ("runs:/4f1c/model", "runs", "4f1c/model"),
        ("/data/tx.csv", "file://laptop", "/data/tx.csv"),
        ("./data//tx.csv", "file://laptop", "/data/tx.csv"),
        ("data/a:b.csv", "file://laptop", "/data/a:b.csv"),
        ("2026-05-02T08:00.csv", "file://laptop", "/2026-05-02T08:00.csv"),
        ("file:/data/tx.csv", "file://laptop", "/data/tx.csv"),
        ("file:///data/a%20b.csv", "file://laptop", "/data/a b.csv"),
        ("C:\\Data\\tx.csv", "file://laptop", "/c/Data/tx.csv"),
        ("c:/Data/tx.csv", "file://laptop", "/c/Data/tx.csv"),
        ("file:///C:/Data/tx.csv", "file://laptop", "/c/Data/tx.csv"),
        ("C:\\", "file://laptop", "/c"),
        ("\\\\NAS\\share\\tx.csv", "file://nas", "/share/tx.csv"),
        ("file://nas/share/tx.csv", "file://nas", "/share/tx.csv"),
    ],
)
def test_a_dataset_is_named_as_openlineage_names_it(uri: str, namespace: str, name: str) -> None:
    assert dataset_name(uri, "laptop") == (namespace, name)


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("jdbc:postgresql://db/shop", "postgres://db:5432/shop"),
        ("postgresql://db.acme.com/shop", "postgres://db.acme.com:5432/shop"),
        ("jdbc:mysql://db/shop?useSSL=false", "mysql://db:3306/shop"),
        ("mysql+pymysql://ada:pw@DB.acme.com/shop", "mysql://db.acme.com:3306/shop"),
        ("jdbc:sqlserver://db;databaseName=shop", "mssql://db:1433/shop"),
        ("jdbc:sqlserver://db;portNumber=1444;databaseName=shop", "mssql://db:1444/shop"),
        ("sqlserver://db.acme.com/shop", "mssql://db.acme.com:1433/shop"),
        ("jdbc:oracle:thin:@//db/shop", "oracle://db:1521/shop"),
        ("redshift://lake.eu-west-1/shop", "redshift://lake.eu-west-1:5439/shop"),
        ("postgres://db.acme.com:6432/shop", "postgres://db.acme.com:6432/shop"),
        ("postgres://10.0.0.7/shop", "postgres://10.0.0.7:5432/shop"),
        ("jdbc:postgresql://a.acme.com:5432,b.acme.com:5433/shop", "postgres://a.acme.com:5432,b.acme.com:5433/shop"),
        ("jdbc:postgresql://a.acme.com,b.acme.com/shop", "postgres://a.acme.com,b.acme.com/shop"),
        ("jdbc:sqlserver://db\\SQLEXPRESS;databaseName=shop", "mssql://db\\sqlexpress/shop"),
        ("trino://trino.acme.com/lake", "trino://trino.acme.com/lake"),
    ],
)
def test_a_database_is_named_with_its_port(written: str, whole: str) -> None:
    assert "/".join(dataset_name(written)) == whole
    assert dataset_name(whole) == dataset_name(written)
    assert dataset_pair(*dataset_name(written)) == dataset_name(written)


def test_a_word_alone_may_be_a_source_and_gets_no_port() -> None:
    assert dataset_name("postgres://shop/shop.main.orders") == ("postgres://shop", "shop.main.orders")
    assert dataset_name("postgres://shop.eu/shop.main.orders", "shop.eu")[0] == "postgres://shop.eu"
    assert dataset_pair("postgres://shop.eu", "shop.main.orders", "shop.eu")[0] == "postgres://shop.eu"


@pytest.mark.parametrize("uri", ["", " ", "s3://", "s3:///tx", "models:", "jdbc:"])
def test_what_names_no_dataset_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="give a URI, like s3://bucket/path"):
        dataset_name(uri)


@pytest.mark.parametrize(
    ("uri", "kept"),
    [
        ("postgres://ada:pw@db/shop", "postgres://db/shop"),
        ("https://:token@host/x", "https://host/x"),
        ("https://ada:p@ss:w@host/x", "https://host/x"),
        ("git+https://token@host/x", "git+https://host/x"),
        ("ssh://git@host/x", "ssh://git@host/x"),
        ("abfss://c@acct.dfs.core.windows.net/x", "abfss://c@acct.dfs.core.windows.net/x"),
        ("s3://lake/a:b@c", "s3://lake/a:b@c"),
        ("/data/x", "/data/x"),
    ],
)
def test_a_password_is_taken_out_of_a_uri_with_its_user(uri: str, kept: str) -> None:
    assert without_password(uri) == kept


@pytest.mark.parametrize(
    ("path", "name"),
    [("a\\b", "/a/b"), ("/a/./b/../c/", "/a/c"), ("//a", "/a"), ("D:\\x", "/d/x"), ("/D:/x", "/d/x"), ("..", "/")],
)
def test_a_path_is_written_one_way(path: str, name: str) -> None:
    assert disk_path(path) == name


WORD = st.text("abcXYZ019-_~", min_size=1, max_size=8)
STEP = st.text("abcXYZ019-_.~%20 :@+", min_size=1, max_size=8)
PATH = st.lists(STEP, max_size=4).map("/".join)
GIT = ("http", "https", "ssh", "git", "git+ssh", "git+https", "file")
DATA = (
    "s3",
    "s3a",
    "gs",
    "abfs",
    "wasb",
    "hdfs",
    "dbfs",
    "bq",
    "azureml",
    "kafka",
    "postgresql+x",
    "jdbc:mysql",
    "jdbc:sqlserver",
    "snowflake",
    "redshift",
    "sqlite",
)
USER = st.sampled_from(["", "git@", "ada:pw@"])
PORT = st.sampled_from(["", ":22", ":80", ":443", ":8443"])
GIT_URL = st.builds("{}://{}{}.test{}/{}".format, st.sampled_from(GIT), USER, WORD, PORT, PATH)
URL = st.one_of(GIT_URL, st.builds("{}://{}{}.test{}/{}".format, st.sampled_from(DATA), USER, WORD, PORT, PATH))
STORED = st.builds(
    "azureml://{}datastores/{}/paths/{}".format,
    st.builds("subscriptions/1/resourcegroups/g/workspaces/{}/".format, WORD) | st.just(""),
    WORD,
    PATH,
)
PLACE = st.one_of(
    URL,
    STORED,
    st.builds("{}{}.test:{}".format, USER, WORD, PATH),
    st.builds(
        "{}{}".format, st.sampled_from(["/", "./", "../", "C:\\", "d:/", "\\\\nas\\", "file:", "file:///"]), PATH
    ),
    st.text(max_size=30),
)


@given(PLACE)
@example("https://h.test/x.git.git")
@example("https://h.test/. .git")
@example(". /b/..")
@example("https://h.test/%2541")
@example("http://h.test:443/x")
def test_a_repository_that_was_named_once_keeps_its_name(place: str) -> None:
    try:
        once = repository_url(place, "laptop")
    except ValueError:
        return
    assert repository_url(once, "laptop") == once
    assert keys.repository(repository_url(once, "laptop")).id == keys.repository(once).id


@given(GIT_URL)
def test_nobody_logs_in_with_the_name_of_a_repository(url: str) -> None:
    assert "ada:pw" not in repository_url(url)


@given(PLACE)
@example("hdfs:///x")
@example("https://h.test/a?b=%2541")
def test_a_dataset_that_was_named_once_keeps_its_name(place: str) -> None:
    try:
        namespace, name = dataset_name(place, "Laptop")
    except ValueError:
        return
    if "://" in namespace:
        whole = f"{namespace}/{name.removeprefix('/')}"
        assert dataset_name(whole, "Laptop") == (namespace, name)
        assert keys.dataset(*dataset_name(whole, "Laptop")).id == keys.dataset(namespace, name).id


@given(URL)
def test_nobody_logs_in_with_the_name_of_a_dataset(url: str) -> None:
    assert "ada:pw" not in "".join(dataset_name(url))


@given(GIT_URL)
def test_the_host_of_a_repository_is_in_lower_case(url: str) -> None:
    identity = repository_url(url)
    if not identity.startswith("file:"):
        assert urlsplit(identity).netloc == urlsplit(identity).netloc.lower()


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        (("s3a://Lake/raw", "/tx/"), ("s3://Lake", "raw/tx")),
        (("gcs://lake", "a//b"), ("gs://lake", "a/b")),
        (("abfs://c@Acct.dfs.core.windows.net", "/p"), ("abfss://c@acct.dfs.core.windows.net", "p")),
        (("file", "/data/x.csv"), ("file://here", "/data/x.csv")),
        (("file://", "/data/x.csv"), ("file://here", "/data/x.csv")),
        (("file://nas", "data/x.csv"), ("file://nas", "/data/x.csv")),
        (("hdfs://Name:8020", "/x"), ("hdfs://name:8020", "x")),
        (("postgresql://u:pw@DB:5432", "shop.public.orders"), ("postgres://db:5432", "shop.public.orders")),
        (("postgres://db.acme.com", "shop.public.orders"), ("postgres://db.acme.com:5432", "shop.public.orders")),
        (("sqlserver://h:1433", "shop.dbo.orders"), ("mssql://h:1433", "shop.dbo.orders")),
        (("snowflake://acme.snowflakecomputing.com", "A.B.C"), ("snowflake://acme", "A.B.C")),
        (("bq", "p.d.t"), ("bigquery", "p.d.t")),
        (("kafka://Broker:9092", "Topic"), ("kafka://broker:9092", "Topic")),
        (("kafka://Here", "Topic"), ("kafka://here", "Topic")),
        (("arn:aws:glue:eu-west-1:42", "table/shop/tx"), ("arn:aws:glue:eu-west-1:42", "table/shop/tx")),
        (("mlflow://Shop", "exp/data"), ("mlflow://Shop", "exp/data")),
        (("https://git.example.com/acme/x", "data:orders"), ("https://git.example.com/acme/x", "data:orders")),
        (("food_delivery", "public.orders"), ("food_delivery", "public.orders")),
        (("s3://lake", "what?ever"), ("s3://lake", "what?ever")),
        (("s3://", "x"), ("s3://", "x")),
    ],
)
def test_a_namespace_and_a_name_are_what_a_uri_of_them_would_be(
    given: tuple[str, str], canonical: tuple[str, str]
) -> None:
    assert dataset_pair(*given, "here") == canonical
    assert dataset_pair(*canonical, "here") == canonical


@given(PLACE)
def test_a_namespace_and_a_name_that_were_made_of_a_uri_are_canonical(place: str) -> None:
    try:
        made = dataset_name(place, "Laptop")
    except ValueError:
        return
    assert dataset_pair(*made, "Laptop") == made
