"""The ways that are drawn above the findings: each thing once, however the graph runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.cli.gate.answers import TODAY, answer, finding, line
from thalweg.cli import output
from thalweg.cli.gate.report import Asked, Terms, report
from thalweg.cli.gate.text import drawn

Way = Sequence[str]


def tree(ways: Mapping[str, Way], of: str = "ds_customers", **fields: str) -> list[str]:
    """What is drawn of deployments that change, by the assets on the way to each; a name stands for its id too."""
    found = answer(
        *(line(f"x/{name}", finding(asset=f"x/{name}"), assetId=name) for name in ways),
        of=[{"id": of, "kind": "DATASET", "namespace": "s3://lake", "name": "customers", **fields}],
    )
    known = {(name, "BREAKS"): [(one, one) for one in way] for name, way in ways.items()}
    text = output.plain(*drawn(report([Asked("it", found, known)], Terms(TODAY)))).splitlines()
    return [one for one in text[1:] if one.lstrip("│ ").startswith(("├", "└"))]


def test_a_loop_of_assets_is_drawn_once() -> None:
    assert tree({
        "dep": ["ds_customers", "job", "dep"],
        "behind": ["ds_customers", "job", "dep", "log", "job", "behind"],
        "last": ["ds_customers", "job", "dep", "log", "job", "dep", "last"],
    }) == [
        "└── job",
        "    ├── dep  BREAKS",
        "    │   └── last  BREAKS",
        "    └── behind  BREAKS",
    ]  # fmt: skip


def test_a_loop_that_nothing_else_drew_is_drawn_once() -> None:
    assert tree({"dep": ["ds_customers", "dep", "log", "job", "dep"]}) == [
        "└── dep  BREAKS",
        "    └── log",
        "        └── job",
    ]


def test_a_diamond_is_drawn_once_and_leaves_no_way_that_leads_nowhere() -> None:
    assert tree({
        "top": ["ds_customers", "left", "top"],
        "far": ["ds_customers", "right", "top", "far"],
    }) == [
        "└── left",
        "    └── top  BREAKS",
        "        └── far  BREAKS",
    ]  # fmt: skip


def test_an_asset_that_changes_as_a_whole_stands_at_the_root_alone() -> None:
    assert tree({"dep": ["ds_customers", "job", "ds_customers", "dep"]}) == ["└── dep  BREAKS"]


def test_the_asset_of_a_version_that_changes_is_drawn_where_a_way_leads_back_to_it() -> None:
    ways = {
        "ds_customers": ["ds_customers", "job", "ds_customers"],
        "dep": ["ds_customers", "job", "ds_customers", "dep"],
    }
    assert tree(ways, "dsv_1", kind="DATASET_VERSION", version="v1") == [
        "└── job",
        "    └── ds_customers  BREAKS",
        "        └── dep  BREAKS",
    ]


def test_two_things_that_people_call_the_same_stay_two() -> None:
    known = {("a", "BREAKS"): [("ds_customers", "it"), ("a", "model fraud")]}
    known |= {("b", "BREAKS"): [("ds_customers", "it"), ("b", "model fraud")]}
    found = answer(*(line(f"x/{name}", finding(asset=f"x/{name}"), assetId=name) for name in "ab"))
    text = output.plain(*drawn(report([Asked("it", found, known)], Terms(TODAY)))).splitlines()
    assert text[1:3] == ["├── model fraud  BREAKS", "└── model fraud  BREAKS"]
