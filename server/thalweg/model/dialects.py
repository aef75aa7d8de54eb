"""Words of types: which mean the same, and which differ by dialect (`int8`, `float`, a `decimal` without numbers).

Dialects are named as sqlglot names them.
"""

from __future__ import annotations

from collections.abc import Mapping


def of(namespace: str) -> str | None:
    """The dialect of a database or catalog, by the scheme of its namespace; None where nothing is known of it."""
    return _SCHEMES.get(namespace.partition("://")[0].partition(":")[0].lower())


_SCHEMES = {
    "awsathena": "athena", "athena": "athena", "bigquery": "bigquery", "databricks": "databricks", "duckdb": "duckdb",
    "hive": "hive", "mssql": "tsql", "mysql": "mysql", "oracle": "oracle", "postgres": "postgres",
    "postgresql": "postgres", "redshift": "redshift", "snowflake": "snowflake", "spark": "spark", "sqlite": "sqlite",
    "sqlserver": "tsql", "synapse": "tsql", "trino": "trino", "unitycatalog": "databricks",
}  # fmt: skip

SYNONYMS: Mapping[str, str] = {
    word: plain
    for plain, words in {
        "tinyint": ("byte", "byteint", "int8", "int1"),
        "smallint": ("short", "int16", "int2", "smallserial", "serial2", "year"),
        "int": ("integer", "int32", "int4", "mediumint", "serial", "serial4"),
        "bigint": ("long", "int64", "bigserial", "serial8"),
        "int128": ("hugeint",),
        "uint8": ("ubyte", "utinyint", "tinyint unsigned"),
        "uint16": ("ushort", "usmallint", "smallint unsigned"),
        "uint32": ("uint", "uinteger", "int unsigned", "integer unsigned", "mediumint unsigned"),
        "uint64": ("ulong", "ubigint", "bigint unsigned"),
        "uint128": ("uhugeint",),
        "float16": ("half", "halffloat"),
        "float": ("float32", "real", "float4", "binary_float"),
        "double": ("float64", "double precision", "float8", "binary_double"),
        "decimal": ("numeric", "number", "dec", "decimal32", "decimal64", "decimal128", "decimal256"),
        "decimal(76, 38)": ("bignumeric", "bigdecimal"),
        "decimal(19, 4)": ("money",),
        "decimal(10, 4)": ("smallmoney",),
        "boolean": ("bool", "bit"),
        "string": (
            "varchar", "character varying", "char varying", "nvarchar", "varchar2", "nvarchar2", "text", "str", "utf8",
            "large_string", "large_utf8", "string_view", "clob", "nclob", "ntext", "tinytext", "mediumtext", "longtext",
        ),
        "char": ("character", "nchar", "bpchar"),
        "binary": (
            "varbinary", "bytes", "raw", "large_binary", "binary_view", "bytea", "blob", "tinyblob", "mediumblob",
            "longblob", "image", "fixed", "fixed_size_binary",
        ),
        "date": ("date32", "date32[day]", "date64", "date64[ms]"),
        "time": ("time without time zone", "time-micros"),
        "time(3)": ("time-millis",),
        "timestamp": (
            "timestamp without time zone", "timestamp_ntz", "timestampntz", "datetime", "datetime2", "datetime64",
            "local-timestamp-micros",
        ),
        "timestamp(0)": ("timestamp_s", "smalldatetime"),
        "timestamp(3)": ("timestamp_ms", "local-timestamp-millis"),
        "timestamp(9)": ("timestamp_ns", "local-timestamp-nanos"),
        "timestamptz": (
            "timestamp with time zone", "timestamp with local time zone", "timestamp_ltz", "timestampltz",
            "timestamp_tz", "datetimeoffset", "timestamp-micros",
        ),
        "timestamptz(3)": ("timestamp-millis",),
        "timestamptz(9)": ("timestamptz_ns", "timestamp-nanos"),
        "null": ("void", "unknown"),
        "variant": ("any",),
        "uuid": ("uniqueidentifier", "extension<arrow.uuid>"),
    }.items()
    for word in words
}  # fmt: skip
"""What a word stands for in most systems: the one of its synonyms that `types.write` writes."""

_WHOLE = ("int", "integer", "bigint", "smallint", "tinyint", "byteint")
_DECIMAL = ("decimal", "numeric", "number", "dec")
_POSTGRES = {"int8": "bigint", "float": "double", **dict.fromkeys(_DECIMAL, "decimal(?)")}
_SPARK = {"timestamp": "timestamptz(6)", **dict.fromkeys(_DECIMAL, "decimal(10, 0)")}
_TRINO = {"timestamp": "timestamp(3)", "time": "time(3)", **dict.fromkeys(_DECIMAL, "decimal(38, 0)")}

WORDS: Mapping[str, Mapping[str, str]] = {
    "athena": _TRINO,
    "bigquery": {
        **dict.fromkeys(_WHOLE, "bigint"),
        **dict.fromkeys(_DECIMAL, "decimal(38, 9)"),
        "float": "double",
        "timestamp": "timestamptz(6)",
    },
    "databricks": _SPARK,
    "duckdb": {"int8": "bigint", "int1": "tinyint", **dict.fromkeys(_DECIMAL, "decimal(18, 3)")},
    "hive": dict.fromkeys(_DECIMAL, "decimal(10, 0)"),
    "mysql": {
        "int8": "bigint",
        "real": "double",
        "bool": "tinyint",
        "boolean": "tinyint",
        "datetime": "timestamp(0)",
        "timestamp": "timestamptz(0)",
        "time": "time(0)",
        **dict.fromkeys(_DECIMAL, "decimal(10, 0)"),
    },
    "oracle": {"date": "timestamp(0)", **dict.fromkeys(("int", "integer", "smallint"), "decimal(38, 0)")},
    "postgres": _POSTGRES,
    "redshift": {**_POSTGRES, **dict.fromkeys(_DECIMAL, "decimal(18, 0)")},
    "snowflake": {
        **dict.fromkeys((*_WHOLE, *_DECIMAL), "decimal(38, 0)"),
        **dict.fromkeys(("float", "float4", "float8", "real"), "double"),
        **dict.fromkeys(("timestamp", "timestamp_ntz", "timestampntz", "datetime"), "timestamp(9)"),
        **dict.fromkeys(("timestamp_tz", "timestamp_ltz", "timestamptz", "timestampltz"), "timestamptz(9)"),
        "time": "time(9)",
    },
    "spark": _SPARK,
    "sqlite": {**dict.fromkeys(_WHOLE, "bigint"), "real": "double", "float": "double"},
    "trino": _TRINO,
    "tsql": {
        "float": "double",
        "tinyint": "uint8",
        "datetime": "timestamp(3)",
        "datetime2": "timestamp(7)",
        "datetimeoffset": "timestamptz(7)",
        "time": "time(7)",
        "timestamp": "rowversion",
        **dict.fromkeys(_DECIMAL, "decimal(18, 0)"),
    },
}
"""By dialect: what a word alone stands for there, as a text that means the same everywhere."""
