"""The queries as text: named, described, of one kind, and understood by every Cypher there is."""

from __future__ import annotations

import re
from importlib.resources import files

import neo4j
import pytest
from neo4j.exceptions import ClientError

from thalweg.model.edges import LINEAGE, EdgeType
from thalweg.model.kinds import Kind
from thalweg.model.properties import PROPERTIES
from thalweg.store.neo4j.conditions import Rest
from thalweg.store.neo4j.queries import FILES, Query, queries, query, statements
from thalweg.store.neo4j.schema import schema
from thalweg.store.neo4j.store import Neo4jStore
from thalweg.store.questions import AnyOf, Compare, Hop, MetricIs, Not, NumberIs, Related, Sort, Where
from thalweg.store.rules import RULES

FOLDER = files("thalweg.store.neo4j")


def is_part(query: Query) -> bool:
    """Whether it is no query by itself, but stands in others."""
    return query.about.startswith("A part:")


WHOLE = [name for name, one in queries().items() if not is_part(one)]
UNPLANNED = ("schema_names", "await_indexes", "server", *schema())
"""Commands, which Neo4j does not explain."""


@pytest.mark.parametrize("file", FILES)
def test_each_query_has_a_name_and_a_line_that_says_what_it_does(file: str) -> None:
    lines = FOLDER.joinpath("cypher", f"{file}.cypher").read_text("utf-8").splitlines()
    named = [place for place, line in enumerate(lines) if line.startswith("// name: ")]
    assert len(named) == len(statements(file)) > 5
    for place in named:
        assert re.fullmatch(r"// name: [a-z_]+", lines[place])
        assert re.match(r"// \S.{8,}", lines[place + 1]), lines[place]


def test_no_two_files_have_a_query_of_one_name() -> None:
    assert sum(len(statements(file)) for file in FILES) == len(queries())


def test_each_query_is_asked_somewhere() -> None:
    code = "".join(one.read_text("utf-8") for one in FOLDER.iterdir() if one.name.endswith(".py"))
    texts = "".join(FOLDER.joinpath("cypher", f"{file}.cypher").read_text("utf-8") for file in FILES)
    # Some names are put together: what is sorted by what, and from where a walk begins.
    families = (
        "sorted_by_",
        "count_by_",
        "same_",
        *(f"{part}_of_" for part in ("whole", "nearest", "layer", "counts")),
    )
    families += (
        "keyed_by_",
        "groups_by_",
        "met_",
        "behind_of_",
        "layer_next_to_",
        *schema(),
        *(rule.query for rule in RULES),
    )
    for name in queries():
        asked = f'"{name}"' in code or f"// with: {name}\n" in texts or name.startswith(families)
        assert asked, f"nobody asks {name}"


def test_only_words_of_the_program_are_put_into_a_text() -> None:
    text = query("sorted", sort=Sort.NAME, descending=True).text
    assert "n.name < $high" in text
    assert "ORDER BY n.kind DESC, n.name DESC, n.id DESC" in text
    assert not re.search(r"\b(?:SORT|WAY|BEYOND|TYPES|DEPTH|KIND)\b", text)
    assert ":INPUT_TO|CODE_OF*0..7]->" in query("whole_of_node", types=LINEAGE[:2], depth=7).text
    assert "*0..]->" in query("whole_of_node", types=LINEAGE).text


def test_upstream_is_the_same_query_turned_round() -> None:
    down = query("edges_among", types=LINEAGE).text
    up = query("edges_among", types=LINEAGE, upstream=True).text
    types = "INPUT_TO|CODE_OF|PRODUCED|SERVED_BY|DERIVED_INTO"
    assert (down.count(f"-[e:{types}]->"), down.count(f"<-[e:{types}]-")) == (2, 0)
    assert (up.count(f"-[e:{types}]->"), up.count(f"<-[e:{types}]-")) == (0, 2)
    walk = query("whole_of_node", types=LINEAGE, upstream=True).text
    assert "endNode(e) = s" in walk
    assert "startNode" not in walk
    assert "-[:HAS_VERSION]->" in query("next_to_versions", types=LINEAGE, upstream=True).text, "only what is walked"


EVERY = AnyOf(
    (
        Not(Where(ids=(), namespace="a", name="a", name_contains="a", key_prefix="a", asset_id="a", status=("a",))),
        Where(namespace="a*", name="a*", since=1, before=1, created_since=1, created_before=1, updated_since=1),
        Where(updated_before=1, gone=True, known=True, live=True, user="a", tags=(("a", "b"),), params=(("a", "b"),)),
        Where(metrics=(MetricIs("a", Compare.LT, 1),), numbers=(NumberIs("a", Compare.LT, 1),)),
        Related(Hop.IN, EdgeType.INPUT_TO, Related(Hop.ASSET, where=Related(Hop.IN, EdgeType.PRODUCED))),
    )
)
"""A condition with every part that there is."""


def test_a_condition_is_put_together_from_every_part_that_there_is() -> None:
    text = Rest(Kind.RUN, (EVERY,)).text
    for name in statements("condition"):
        begin = queries()[name].text.splitlines()[0].partition("#")[0].replace("(n)STEPS", "(")
        assert name == "reached" or begin.partition("(")[0] in text, name
    assert "#" not in text
    assert not re.search(r"\bSTEPS\b", text)


def test_who_ran_a_thing_is_the_last_of_its_properties() -> None:
    """By which it is found in a body, whose keys are in order."""
    having = [sorted(properties) for properties in PROPERTIES.values() if "user" in properties]
    assert len(having) == 2
    assert all(properties[-1] == "user" for properties in having)


def texts(name: str) -> list[str]:
    """A query in each form that it is asked in, as far as its grammar goes."""
    types = tuple(EdgeType)
    steps = ((Hop.VERSIONS, None), (Hop.OUT, EdgeType.INPUT_TO))
    forms = [query(name, types=types, sort=Sort.AT, kind=Kind.RUN, steps=steps)]
    rest = Rest(Kind.RUN, (EVERY,)).text if name == "sorted_by_ids" else ""  # to plan it everywhere takes a minute
    more = query(
        name,
        types=types,
        depth=3,
        upstream=True,
        sort=Sort.NAME,
        descending=True,
        kind=Kind.MODEL,
        steps=steps[1:],
        rest=rest,
    )
    forms.append(more)
    return [form.text for form in forms]


@pytest.mark.anyio
async def test_every_query_is_understood_by_each_cypher_that_the_server_knows(
    store: Neo4jStore, neo4j_driver: neo4j.Driver
) -> None:
    languages = ["CYPHER 5"]
    with neo4j_driver.session() as session:
        try:
            session.run("EXPLAIN CYPHER 25 RETURN 1").consume()
            languages.append("CYPHER 25")
        except ClientError:
            assert neo4j_driver.get_server_info().agent.startswith("Neo4j/5."), "Neo4j 2026 knows both"
        for name in WHOLE:
            if name in UNPLANNED:
                continue
            for language in languages:
                for text in texts(name):
                    session.run(f"{language} EXPLAIN {text}", dict.fromkeys(re.findall(r"\$(\w+)", text))).consume()


def test_no_query_names_the_ids_of_the_database() -> None:
    for one in queries().values():
        assert not re.search(r"elementId\(|\bid\(", one.text), one.name
