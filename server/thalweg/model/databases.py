"""What OpenLineage calls a database: its scheme, its host with the port, and both out of a JDBC address.

jdbc:sqlserver://db.acme.com;databaseName=shop                 mssql://db.acme.com:1433/shop
jdbc:oracle:thin:@db:1521:shop                                 oracle://db:1521/shop
jdbc:snowflake://acme.snowflakecomputing.com/?db=A&schema=B    snowflake://acme/A/B
"""

from __future__ import annotations

import re

RENAMED = {"postgresql": "postgres", "bq": "bigquery", "sqlserver": "mssql"}
"""What OpenLineage calls a scheme, by another word for it."""

PORTS = {"postgres": 5432, "mysql": 3306, "mssql": 1433, "oracle": 1521, "redshift": 5439}
"""The usual port of those that OpenLineage names by host and port."""

_PORT = re.compile(r":\d+$")
_SNOWFLAKE = re.compile(r"\.snowflakecomputing\.(?:com|cn)(?::443)?$", re.IGNORECASE)
_ORACLE_SID = re.compile(r"@?(?P<host>[^/:@()\s]+):(?P<port>\d+):(?P<sid>[^/:@()\s]+)")


def host(scheme: str, given: str) -> str:
    """The host of a database as it stands in a name: of one that OpenLineage names with its port, with it; of
    Snowflake, the account alone.

    Only a host that has a dot gets the usual port: a word alone may be the name of a source, under which that stands
    of which nobody says where it is (`postgres://shop`).
    """
    if scheme == "snowflake":
        return _SNOWFLAKE.sub("", given)
    return _with_port(scheme, given) if "." in given else given


def of_jdbc(text: str) -> str:
    """A JDBC address, without its `jdbc:`, as a URI: its parameters go, but for those that name the database.

    What it names is a host, so that it gets its port, whatever the host looks like.
    """
    address, *parameters = re.split("[?;&]", text)
    named = dict(pair.partition("=")[::2] for pair in parameters)
    by_name = {name.lower(): value for name, value in named.items()}
    address = address.removeprefix("jtds:")
    scheme, separator, rest = address.partition(":")
    scheme = RENAMED.get(scheme.lower(), scheme.lower())
    if scheme == "oracle" and not rest.startswith("//"):  # thin:scott/tiger@host:1521:shop
        rest = rest.rpartition("@")[2]
        if sid := _ORACLE_SID.fullmatch(rest):
            rest = f"//{sid['host']}:{sid['port']}/{sid['sid']}"
    if not rest.startswith("//"):
        return f"{scheme}{separator}{rest.rpartition('@')[2]}"
    authority, slash, path = rest[2:].partition("/")
    port = by_name.get("portnumber") or by_name.get("port")
    if port and port.isdigit() and authority and not _PORT.search(authority):
        authority = f"{authority}:{port}"
    whole = f"{scheme}://{_with_port(scheme, authority)}{slash}{path}"
    database = by_name.get("databasename") or by_name.get("database") or _snowflake(by_name, scheme)
    return f"{whole.rstrip('/')}/{database}" if database else whole


def _snowflake(parameters: dict[str, str], scheme: str) -> str:
    """The path of the URI of the same schema; without a database a schema alone names nothing."""
    database, inner = parameters.get("db", ""), parameters.get("schema", "")
    return f"{database}/{inner}".rstrip("/") if scheme == "snowflake" and database else ""


def _with_port(scheme: str, authority: str) -> str:
    """Several hosts, and an instance that is found by its name (`db\\SQLEXPRESS`), have no usual port."""
    port = PORTS.get(scheme)
    if port is None or not authority or _PORT.search(authority) or set(authority) & set(",\\"):
        return authority
    return f"{authority}:{port}"
