"""Two levels that mirror each other: what may stand between versions may stand between their assets."""

from __future__ import annotations

import itertools

import pytest

from thalweg.model import keys
from thalweg.model.edges import ENDS, LINEAGE, TYPES_BETWEEN, EdgeKey, EdgeType
from thalweg.model.kinds import ASSET_OF, BY_PREFIX, KEY_FIELDS, PREFIX, VERSION_OF, Kind, Level

VERSIONS = [kind for kind in Kind if kind.level is Level.VERSION]
ASSETS = [kind for kind in Kind if kind.level is Level.ASSET]


def test_there_are_five_assets_and_five_versions_of_them() -> None:
    assert len(VERSIONS) == len(ASSETS) == 5
    assert {kind.asset for kind in VERSIONS} == set(ASSETS)
    assert {kind.version for kind in ASSETS} == set(VERSIONS)


@pytest.mark.parametrize("kind", Kind)
def test_a_kind_is_either_an_asset_or_a_version(kind: Kind) -> None:
    assert (kind.asset is None) != (kind.version is None)
    assert (kind in ASSET_OF) != (kind in VERSION_OF)


@pytest.mark.parametrize("asset", ASSETS)
def test_an_asset_and_its_version_name_each_other(asset: Kind) -> None:
    version = asset.version
    assert version is not None
    assert version.asset is asset


@pytest.mark.parametrize("version", [kind for kind in VERSIONS if kind is not Kind.RUN])
def test_the_key_of_a_version_is_its_assets_and_one_part_more(version: Kind) -> None:
    assert version.asset is not None
    assert KEY_FIELDS[version][:-1] == KEY_FIELDS[version.asset]


def test_a_kind_has_a_prefix_of_its_own() -> None:
    assert {PREFIX[kind] for kind in Kind} == BY_PREFIX.keys()
    assert all(BY_PREFIX[kind.prefix] is kind for kind in Kind)


@pytest.mark.parametrize("type", LINEAGE)
def test_every_edge_between_versions_is_mirrored_between_their_assets(type: EdgeType) -> None:
    between_versions = {pair for pair in ENDS[type] if pair[0].level is Level.VERSION}
    between_assets = {pair for pair in ENDS[type] if pair[0].level is Level.ASSET}
    assert {(source.asset, target.asset) for source, target in between_versions} == between_assets
    assert between_versions


@pytest.mark.parametrize("type", EdgeType)
def test_no_edge_joins_the_two_levels(type: EdgeType) -> None:
    assert all(source.level is target.level for source, target in ENDS[type])


@pytest.mark.parametrize(
    ("source", "type", "target"),
    [
        (Kind.DATASET_VERSION, EdgeType.INPUT_TO, Kind.RUN),
        (Kind.MODEL_VERSION, EdgeType.INPUT_TO, Kind.RUN),
        (Kind.COMMIT, EdgeType.CODE_OF, Kind.RUN),
        (Kind.RUN, EdgeType.PRODUCED, Kind.DATASET_VERSION),
        (Kind.RUN, EdgeType.PRODUCED, Kind.MODEL_VERSION),
        (Kind.MODEL_VERSION, EdgeType.SERVED_BY, Kind.RELEASE),
        (Kind.DATASET_VERSION, EdgeType.INPUT_TO, Kind.RELEASE),
        (Kind.RELEASE, EdgeType.PRODUCED, Kind.DATASET_VERSION),
        (Kind.DATASET_VERSION, EdgeType.DERIVED_INTO, Kind.DATASET_VERSION),
        (Kind.MODEL_VERSION, EdgeType.DERIVED_INTO, Kind.MODEL_VERSION),
        (Kind.DATASET, EdgeType.INPUT_TO, Kind.JOB),
        (Kind.MODEL, EdgeType.SERVED_BY, Kind.DEPLOYMENT),
        (Kind.RUN, EdgeType.PARENT_OF, Kind.RUN),
        (Kind.COMMIT, EdgeType.PARENT_OF, Kind.COMMIT),
    ],
)
def test_the_kinds_of_its_ends_say_what_an_edge_is(source: Kind, type: EdgeType, target: Kind) -> None:
    assert (source, target) in ENDS[type]
    assert TYPES_BETWEEN[source, target] == (type,)


@pytest.mark.parametrize("pair", list(itertools.product(Kind, Kind)), ids=lambda pair: "-".join(k.value for k in pair))
def test_two_kinds_are_joined_in_one_way_at_most(pair: tuple[Kind, Kind]) -> None:
    joined = tuple(type for type in EdgeType if pair in ENDS[type])
    assert TYPES_BETWEEN.get(pair, ()) == joined
    assert len(joined) <= 1


def test_a_walk_does_not_follow_parents() -> None:
    assert set(LINEAGE) == set(EdgeType) - {EdgeType.PARENT_OF}


def test_an_edge_is_drawn_as_it_is_said() -> None:
    edge = EdgeKey(keys.dataset("s3://lake", "tx"), EdgeType.INPUT_TO, keys.job("airflow", "train"))
    assert str(edge) == "(Dataset s3://lake tx)-[:INPUT_TO]->(Job airflow train)"
