"""The table that is printed, and the JSON that is kept beside it."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.rates import Rate
from bench.timing import Spread

WIDTH = 150
"""Columns of the tables where no terminal says how wide it is."""


class Report:
    """Gathers what was measured, case by case."""

    def __init__(self) -> None:
        self.versions = {
            "date": datetime.now(UTC).strftime("%Y-%m-%d"),
            "python": platform.python_version(),
            "cores": str(os.cpu_count()),
            "sqlite": sqlite3.sqlite_version,
            **{name: version(name) for name in ("neo4j", "strawberry-graphql", "graphql-core", "uvicorn")},
        }
        self.cases: list[dict[str, Any]] = []

    def ingest(self, engine: str, entities: int, parts: list[tuple[int, float]]) -> None:
        rates = [rows / seconds for rows, seconds in parts]
        self.cases.append(
            {
                "case": "bulk ingest, rows a second",
                "engine": engine,
                "entities": entities,
                "rows": sum(rows for rows, _ in parts),
                "mean": sum(rows for rows, _ in parts) / sum(seconds for _, seconds in parts),
                "parts": rates,
            }
        )

    def rate(self, engine: str, rate: Rate) -> None:
        self.cases.append(
            {
                "case": f"{rate.what} a second, to the durable write",
                "way": rate.way,
                "engine": engine,
                "number": rate.number,
                "mean": rate.a_second,
                "memory": rate.memory,
            }
        )

    def spreads(self, case: str, engine: str, entities: int, ways: dict[str, Spread]) -> None:
        base = next(iter(ways.values())).median
        for way, spread in ways.items():
            self.cases.append(
                {
                    "case": case,
                    "way": way,
                    "engine": engine,
                    "entities": entities,
                    "ms": {"least": spread.least * 1e3, "median": spread.median * 1e3, "most": spread.most * 1e3},
                    "runs": spread.runs,
                    "ratio": spread.median / base,
                }
            )

    def show(self) -> None:
        console = Console(width=None if sys.stdout.isatty() else WIDTH)
        console.print(", ".join(f"{name} {value}" for name, value in self.versions.items()))
        ingested = Table(title="Bulk ingest through the whole write path: rows a second, by tenths of the estate")
        for column in ("engine", "entities", "rows", "all", "first tenth", "last tenth", "slowest"):
            ingested.add_column(column, justify="left" if column == "engine" else "right")
        asked = Table(title="Questions: milliseconds, and the ratio to the first way")
        for column in ("case", "way", "engine", "entities", "least", "median", "most", "ratio"):
            asked.add_column(column, justify="left" if column in ("case", "way", "engine") else "right")
        rates = Table(title="A second, to the durable write; MB that the process held after a tenth, and at last")
        for column in ("what", "way", "engine", "number", "a second", "MB of a tenth", "MB of all"):
            rates.add_column(column, justify="left" if column in ("what", "way", "engine") else "right")
        for case in self.cases:
            if "memory" in case:
                held = [f"{megabytes:,.0f}" for megabytes in case["memory"] or ()] or ["", ""]
                named = (case["case"].partition(" a second")[0], case["way"], case["engine"])
                rates.add_row(*named, f"{case['number']:,}", f"{case['mean']:,.0f}", *held)
                continue
            size = f"{case['entities']:,}"
            if "parts" in case:
                parts = case["parts"]
                numbers = (case["rows"], case["mean"], parts[0], parts[-1], min(parts))
                ingested.add_row(case["engine"], size, *(f"{number:,.0f}" for number in numbers))
            else:
                ms = case["ms"]
                times = (f"{ms[name]:.2f}" for name in ("least", "median", "most"))
                asked.add_row(case["case"], case["way"], case["engine"], size, *times, f"{case['ratio']:.2f}")
        for table in (rates, ingested, asked):
            if table.row_count:
                console.print(table)

    def write(self, path: Path) -> None:
        path.write_text(json.dumps({"versions": self.versions, "cases": self.cases}, indent=2) + "\n")
