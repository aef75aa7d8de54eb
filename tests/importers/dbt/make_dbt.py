# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["dbt-core==1.11.6", "dbt-duckdb==1.10.0", "duckdb==1.4.1"]
# [tool.uv]
# exclude-newer = "2026-11-20T00:00:00Z"
# no-build = true
# ///
"""What the real dbt leaves of a shop's project on DuckDB: `uv run --script make_dbt.py FOLDER`.

`build/` is the target folder after `dbt build`, in which one model fails; `docs/` after `dbt docs generate`, which
writes over its results; `later/` after a second build, without one of the models; `test/` after `dbt test`.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

os.environ |= {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_ENV_CUSTOM_ENV_GIT_SHA": "c0ffee" * 6 + "c0de"}

import duckdb
from dbt.cli.main import dbtRunner

FILES = {
    "dbt_project.yml": """\
        name: shop
        version: '1.0'
        profile: shop
        models: {shop: {+materialized: table}}
        seeds: {shop: {+schema: seeds}}
        """,
    "profiles.yml": """\
        shop:
          target: dev
          outputs: {dev: {type: duckdb, path: shop.duckdb, threads: 1}}
        """,
    "seeds/countries.csv": """\
        code,name
        nl,Netherlands
        de,Germany
        """,
    "models/cleaned.sql": """\
        {{ config(materialized='ephemeral') }}
        select id, amount * 1.0 as amount, country, sold_at from {{ source('raw', 'orders') }} where amount > 0
        """,
    "models/orders.sql": """\
        {{ config(materialized='incremental', unique_key='id', tags=['daily']) }}
        select c.id, c.amount, k.name as country, c.sold_at
        from {{ ref('cleaned') }} c join {{ ref('countries') }} k on k.code = c.country
        {% if is_incremental() %}where c.sold_at > (select max(sold_at) from {{ this }}){% endif %}
        """,
    "models/totals.sql": """\
        {{ config(materialized='view') }}
        select country, sum(amount) as total from {{ ref('orders') }} group by country
        """,
    "models/flagged.sql": """\
        select o.id, f.flag from {{ ref('orders') }} o left join shop.raw.flags f on f.id = o.id
        """,
    "models/broken.sql": """\
        select 1 / nothing as x from {{ ref('orders') }}
        """,
    "models/after.sql": """\
        select * from {{ ref('broken') }}
        """,
    "models/shop.yml": """\
        sources:
        - name: raw
          schema: raw
          tables: [{name: orders, description: What the shop sold.}]
        groups:
        - {name: finance, owner: {name: Grace, email: grace@example.com}}
        models:
        - name: totals
          description: By country.
          config: {contract: {enforced: true}, group: finance}
          columns:
          - {name: country, data_type: varchar, description: Its name., data_tests: [not_null, unique]}
          - {name: total, data_type: double}
        - name: orders
          data_tests:
          - expression_is_true:
              name: none_is_cheap
              arguments: {expression: amount > 10}
              config: {severity: warn}
        exposures:
        - name: churn_model
          type: ml
          url: https://models.example.com/churn
          owner: {name: Ada, email: ada@example.com}
          depends_on: [ref('totals')]
        """,
    "macros/tests.sql": """\
        {% test expression_is_true(model, expression) %}
        select 1 from {{ model }} where not ({{ expression }})
        {% endtest %}
        """,
    "snapshots/history.yml": """\
        snapshots:
        - name: orders_history
          relation: ref('orders')
          config: {unique_key: id, strategy: timestamp, updated_at: sold_at, schema: history}
        """,
}
RAW = """
    create schema raw;
    create table raw.orders as select 1 as id, 2.5::double as amount, 'nl' as country,
      timestamp '2026-01-01' as sold_at, 'x' as secret;
    create table raw.flags as select 1 as id, true as flag;
"""
QUIET = ["--profiles-dir", ".", "--no-use-colors", "--no-version-check", "--quiet"]


def dbt(*words: str) -> None:
    outcome = dbtRunner().invoke([*words, *QUIET])
    if outcome.exception is not None:
        raise outcome.exception


if __name__ == "__main__":
    folder = Path(sys.argv[1]).resolve()
    project = folder / "project"
    for name, text in FILES.items():
        file = project / name
        file.parent.mkdir(parents=True, exist_ok=True)
        lines = text.splitlines(keepends=True)
        file.write_text("".join(line.removeprefix("        ") for line in lines))
    os.chdir(project)
    with duckdb.connect("shop.duckdb") as connection:
        connection.execute(RAW)
    for step, words in (("build", ["build"]), ("docs", ["docs", "generate"]), ("later", ["build"]), ("test", ["test"])):
        if step == "later":
            Path("models/after.sql").unlink()
        dbt(*words)
        (folder / step).mkdir()
        for file in Path("target").glob("*.json"):
            shutil.copy(file, folder / step)
