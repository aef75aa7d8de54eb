"""What is wrong with a manifest is said all at once: where it stands, what stands there, and what would be right."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from tests.importers.manifest.manifests import only, refused, scopes, write
from thalweg.importers import manifest
from thalweg.model import keys
from thalweg.model.errors import BadInput, SourceError
from thalweg.model.facts import EntityFact

RELEASE = "deployments: [{namespace: p, name: d, releases: [%s]}]"
SERVES = RELEASE % "{revision: '1', serves: [%s]}"
RUN = "jobs: [{namespace: a, name: b, runs: [%s]}]"
VERSION = "models: [{namespace: a, name: b, versions: [%s]}]"


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        # names
        ("deployments: [{namespace: p}]", "deployments[0].name", "nothing is stated, and it must be"),
        ("deployments: [{namespace: p, name: }]", "deployments[0].name", "nothing is stated, and it must be"),
        ("deployments: [{namespace: p, name: ''}]", "deployments[0].name", '"" must not be empty'),
        (
            "deployments: [{namespace: p, name: 1.10}]",
            "deployments[0].name",
            '1.10 is not text; write it in quotes: "1.10"',
        ),
        (
            "deployments: [{namespace: p, name: true}]",
            "deployments[0].name",
            'true is not text; write it in quotes: "true"',
        ),
        ("deployments: [{namespace: p, name: [a]}]", "deployments[0].name", '["a"] must be text'),
        ('deployments: [{namespace: p, name: "a\\0"}]', "deployments[0].name", "holds a character that is no text"),
        (f"deployments: [{{namespace: p, name: {'x' * 2001}}}]", "deployments[0].name", "must not be longer than 2000"),
        (
            SERVES % "{model: m, namespace: n, version: 3.0}",
            "deployments[0].releases[0].serves[0].version",
            "3.0 is not text",
        ),
        (VERSION % "{version: -0.5}", "models[0].versions[0].version", '-0.5 is not text; write it in quotes: "-0.5"'),
        (
            "deployments: [{namespace: p, name: d, tags: {python: 3.10}}]",
            "deployments[0].tags.python",
            "3.10 is not text",
        ),
        # what is not known
        ("deployments: [{namespace: p, name: d, onwers: []}]", "deployments[0].onwers", "did you mean owners?"),
        (
            "deployments: [{namespace: p, name: d, q: 1}]",
            "deployments[0].q",
            "'q' is not known here; there are description, ",
        ),
        ("deploiments: []", "deploiments", "did you mean deployments?"),
        (
            SERVES % "{model: m, namespace: n, trafic: 1}",
            "deployments[0].releases[0].serves[0].trafic",
            "did you mean traffic?",
        ),
        ("edges: [{form: {}, to: {}}]", "edges[0].form", "did you mean from?"),
        # shapes
        ("deployments: {a: b}", "deployments", '{"a": "b"} must be a list'),
        ("deployments: [a]", "deployments[0]", '"a" must be an object'),
        ("deployments: [{namespace: p, name: d, owners: team}]", "deployments[0].owners", '"team" must be a list'),
        ("deployments: [{namespace: p, name: d, extra: [1]}]", "deployments[0].extra", "[1] must be an object"),
        # single values
        (
            RELEASE % "{since: soon}",
            "deployments[0].releases[0].since",
            '"soon" must be a time, written like 2026-05-02T08',
        ),
        (RELEASE % "{since: 2026}", "deployments[0].releases[0].since", "2026 must be a time"),
        (RELEASE % "{since: 2026-02-30}", "deployments[0].releases[0].since", '"2026-02-30" must be a time'),
        (
            SERVES % "{model: m, namespace: n, traffic: 101}",
            "deployments[0].releases[0].serves[0].traffic",
            "from 0 to 100",
        ),
        (
            SERVES % "{model: m, namespace: n, traffic: .nan}",
            "deployments[0].releases[0].serves[0].traffic",
            "from 0 to 100",
        ),
        (RUN % "{run_id: 1, status: finished}", "jobs[0].runs[0].status", "did you mean FINISHED?"),
        (RUN % "{run_id: 1, dirty: yes}", "jobs[0].runs[0].dirty", '"yes" must be true or false'),
        (RUN % "{run_id: 1, metrics: {auc: high}}", "jobs[0].runs[0].metrics.auc", '"high" must be a number'),
        (RUN % "{run_id: 1, metrics: {auc: {best: 1}}}", "jobs[0].runs[0].metrics.auc.last", "nothing is stated"),
        (RUN % "{run_id: 1, params: {a: [1]}}", "jobs[0].runs[0].params.a", "[1] must be text"),
        (
            RUN % "{run_id: 1, code: {repository: x.test/y, commit: abc}}",
            "code.commit",
            '"abc" must be the 40 hexadecimal',
        ),
        (RUN % "{run_id: 1, code: {repository: 'https://'}}", "code.repository", "must be a repository's URL"),
        (
            RUN % "{run_id: 1, inputs: [{dataset: 's3://'}]}",
            "jobs[0].runs[0].inputs[0].dataset",
            "must be a URI, like s3://",
        ),
        (
            RUN % "{run_id: 1, inputs: [{dataset: {name: x}}]}",
            "jobs[0].runs[0].inputs[0].dataset",
            "or {namespace: …, name: …}",
        ),
        (VERSION % "{version: 1, bytes: -1}", "models[0].versions[0].bytes", "-1 must not be less than 0"),
        (VERSION % "{version: 1, bytes: 1.5}", "models[0].versions[0].bytes", "1.5 must be a whole number"),
        (VERSION % "{version: 1, bytes: 9223372036854775808}", "models[0].versions[0].bytes", "must be a whole number"),
        # what does not fit together
        (RELEASE % "{status: up}", "deployments[0].releases[0]", "must have a revision, or a since that names it"),
        (
            RELEASE % "{since: 2026-05-02, until: 2026-05-01}",
            "deployments[0].releases[0].until",
            "lies before since, 2026-05-02",
        ),
        (
            RUN % "{run_id: 1, started_at: 2026-05-02, ended_at: 2026-05-01}",
            "jobs[0].runs[0].ended_at",
            "lies before started_at",
        ),
        (
            VERSION % "{version: 1, aliases: [{name: a, since: 2026-05-02, until: 2026-05-01}]}",
            "aliases[0].until",
            "lies before",
        ),
        ("datasets: [{namespace: a}]", "datasets[0]", "must have a uri, or a namespace and a name"),
        (
            RUN % "{run_id: 1, inputs: [{}]}",
            "jobs[0].runs[0].inputs[0]",
            "must name a dataset, or a model with its namespace",
        ),
        (
            RUN % "{run_id: 1, inputs: [{dataset: a, model: b}]}",
            "jobs[0].runs[0].inputs[0]",
            "must name a dataset, or a model",
        ),
        (
            RUN % "{run_id: 1, inputs: [{model: b}]}",
            "jobs[0].runs[0].inputs[0]",
            "must name the namespace of its model",
        ),
        (RUN % "{run_id: 1, inputs: [{dataset: a, covers: DECLARED}]}", "inputs[0].covers", "and there are none"),
        (RUN % "{run_id: 1}, {run_id: '1'}", "jobs[0].runs[1]", "Run a 1 is stated twice"),
        (VERSION % "{version: 1}, {version: 1}", "models[0].versions[1]", "is stated twice"),
        ("models: [{namespace: a, name: b}, {namespace: a, name: b}]", "models[1]", "is stated twice"),
        (
            "jobs: [{namespace: a, name: b, inputs: [{dataset: a, version: 1}]}]",
            "jobs[0].inputs[0].version",
            "belongs to a run",
        ),
        (
            f"jobs: [{{namespace: a, name: b, code: {{repository: x.test/y, commit: {'a' * 40}}}}}]",
            "commit",
            "belongs to a run",
        ),
        # edges and joins
        ("edges: [{from: {kind: Job}, to: {kind: Job}}]", "edges[0].from", "must name a Job by namespace, name"),
        ("edges: [{from: {kind: Dataset}, to: {kind: Job, namespace: a, name: b}}]", "edges[0].from", "(or uri)"),
        (
            "edges: [{from: {kind: job, namespace: a, name: b}, to: {kind: Job}}]",
            "edges[0].from.kind",
            "did you mean Job?",
        ),
        (
            "edges: [{from: {kind: Job, namespace: a, name: b}, to: {kind: Job, namespace: a, name: c}}]",
            "edges[0]",
            "nothing joins a Job to a Job",
        ),
        (
            "edges: [{from: {kind: Dataset, uri: a}, to: {kind: Job, namespace: a, name: c}, type: PRODUCED}]",
            "edges[0].type",
            "PRODUCED does not join a Dataset to a Job; INPUT_TO does",
        ),
        (
            "edges: [{from: {kind: Dataset, uri: a}, to: {kind: Job, namespace: a, name: c}, traffic: 1}]",
            "edges[0].traffic",
            "1 is nothing that INPUT_TO has",
        ),
        (
            "edges: [{from: {kind: Dataset, uri: a}, to: {kind: Dataset, uri: a}}]",
            "edges[0]",
            "is what it is said of itself",
        ),
        (
            "edges: [{from: {kind: Dataset, uri: a}, to: {kind: Dataset, uri: b}}, "
            "{from: {kind: Dataset, uri: a}, to: {kind: Dataset, uri: b}}]",
            "edges[1]",
            "is stated twice",
        ),
        (
            "joins: [{alias: {kind: Dataset, uri: a}, of: {kind: Job, namespace: a, name: b}}]",
            "joins[0]",
            "must join two things of one kind",
        ),
        (
            "joins: [{alias: {kind: Dataset, uri: a}, of: {kind: Dataset, uri: ./a}}]",
            "joins[0]",
            "two names that differ",
        ),
    ],
)
def test_a_problem_says_its_place_and_what_would_be_right(tmp_path: Path, text: str, where: str, said: str) -> None:
    problems = refused(write(tmp_path, f"thalweg: 1\n{text}\n"))
    assert any(f"{where}: " in problem and said in problem for problem in problems), problems
    assert all(problem.startswith("facts.yaml line 2: ") for problem in problems)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty; begin it with `thalweg: 1`"),
        ("# nothing\n", "is empty"),
        ("deployments: []", "thalweg: nothing is stated, and it must be"),
        ("thalweg: 2", "thalweg: 2 is a form that this release cannot read; it must be 1"),
        ("thalweg: '1'", 'thalweg: "1" is a form that this release cannot read; it must be 1'),
        ("- thalweg: 1", "must be an object"),
        ("thalweg", '"thalweg" must be an object'),
    ],
)
def test_a_file_that_is_no_manifest(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(write(tmp_path, text))[0]


def test_all_problems_are_listed_with_their_lines_in_the_order_of_the_file(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """thalweg: 1
deployments:
  - namespace: production
    name: 1.10
    onwers: [risk]
    releases:
      - since: soon
        serves:
          - model: fraud
            version: 3
datasets: none
""",
    )
    assert refused(file) == [
        'facts.yaml line 4: deployments[0].name: 1.10 is not text; write it in quotes: "1.10"',
        "facts.yaml line 5: deployments[0].onwers: 'onwers' is not known here; did you mean owners?",
        'facts.yaml line 7: deployments[0].releases[0].since: "soon" must be a time, written like 2026-05-02T08:00:00Z',
        "facts.yaml line 9: deployments[0].releases[0].serves[0].namespace: nothing is stated, and it must be",
        'facts.yaml line 11: datasets: "none" must be a list',
    ]
    with pytest.raises(
        BadInput, match=r"^5 problems in .*facts\.yaml; nothing of it was taken\. First: facts.yaml line 4: "
    ):
        manifest.read(file)


# ------------------------------------------------------------------------------------------------------ YAML and JSON


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (text, text)
        for text in ("no", "010", "1_000", "12:30:45", "0x1F", "2026-05-02", "3", "-3", "1e3", "1.2.3", "0123")
    ]
    + [("'1.10'", "1.10"), ('"true"', "true")],
)
def test_a_version_is_the_text_that_stands_there(tmp_path: Path, written: str, text: str) -> None:
    granule = only(tmp_path, VERSION % f"{{version: {written}}}")
    assert granule.entities[1].key == keys.model_version("a", "b", text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("thalweg: 1\nthalweg: 1\n", "line 2: thalweg: 'thalweg' stands twice in one object"),
        (
            f"thalweg: 1\n{VERSION % '{version: 1, uri: a, uri: b}'}",
            "versions[0].uri: 'uri' stands twice in one object",
        ),
        ("thalweg: 1\nmodels: !!python/object:os.system x", "models: !!python/object:os.system is a tag; leave it out"),
        ("thalweg: 1\nmodels: !secret x", "models: !secret is a tag; leave it out"),
        ("thalweg: 1\nmodels: !!binary aGk=", "models: !!binary is a tag; leave it out"),
        ("thalweg: 1\nmodels: !!set {a, b}", "models: !!set is a tag; leave it out"),
        ("thalweg: 1\nmodels: {[a]: b}", "a key must be text"),
        ("thalweg: 1\nmodels: {'': b}", "a key must be text"),
        ("thalweg: 1\n<<: [a]\n", "what is merged must be an object"),
        ("thalweg: 1\n  models: []\n", "line 2: text: mapping values are not allowed"),
        ("thalweg: 1\nmodels: [\n", "is why this is no YAML"),
        ("thalweg: 1\n---\nthalweg: 1\n", "expected a single document in the stream, but found another document"),
        ("thalweg: 1\nmodels: *missing\n", "found undefined alias"),
        ("thalweg: 1\n\x01", "is why this is no YAML"),
        ("thalweg: 1\nmodels: " + "[" * 100 + "]" * 100, "is deeper than 64 levels"),
        ("thalweg: 1\nmodels: " + "[" * 200_000 + "]" * 200_000, "is deeper than 64 levels"),
        ("thalweg: 1\n" + "- " * 200_000, "is why this is no YAML"),
        ("- " * 200_000, "is deeper than 64 levels"),
        ("thalweg: 1\nmodels:\n" + "".join(f"{' ' * n}a:\n" for n in range(1, 100)), "is deeper than 64 levels"),
        ("thalweg: 1\nmodels: &a [*a]", "is deeper than 64 levels"),
        ("thalweg: 1\nmodels: &a {<<: *a}", "is deeper than 64 levels"),
    ],
    ids=count(),
)
def test_yaml_that_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert any(said in problem for problem in refused(write(tmp_path, text)))


def test_a_bomb_of_aliases_is_refused(tmp_path: Path) -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert "more than 500,000 values" in refused(write(tmp_path, "thalweg: 1\n" + "\n".join(rows)))[0]


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    assert "more than 10 MB is too much" in refused(write(tmp_path, "#" * 10_000_001))[0]


def test_bytes_that_are_no_utf_8_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "facts.yaml"
    file.write_bytes(b"thalweg: 1\nsource: \xff\n")
    assert refused(file) == ["facts.yaml line 2: text: byte 0xff is no UTF-8"]


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    assert scopes(write(tmp_path, "\ufeffthalweg: 1\nmodels: [{namespace: a, name: b}]")).keys() == {"model/a/b"}


def test_anchors_and_merged_objects_are_written_out(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """
thalweg: 1
models:
  - &first {namespace: a, name: b, owners: &team [risk]}
  - {<<: *first, name: c, url: x}
  - <<: [{name: d, url: y}, *first]
    owners: *team
""",
    )
    assert [granule.entities for granule in scopes(file).values()] == [
        [EntityFact(keys.model("a", "b"), {"owners": ["risk"]})],
        [EntityFact(keys.model("a", "c"), {"owners": ["risk"], "url": "x"})],
        [EntityFact(keys.model("a", "d"), {"owners": ["risk"], "url": "y"})],
    ]


def test_what_is_wrong_in_a_merged_object_has_its_line(tmp_path: Path) -> None:
    first = "thalweg: 1\nmodels:\n  - &a {namespace: a, name: b}\n"
    text = f"{first}  - <<: *a\n    name: 1.10\n  - <<: {{namespace: 2.5}}\n    name: x\n"
    problems = refused(write(tmp_path, text))
    assert problems == [
        'facts.yaml line 5: models[1].name: 1.10 is not text; write it in quotes: "1.10"',
        'facts.yaml line 6: models[2].namespace: 2.5 is not text; write it in quotes: "2.5"',
    ]


def test_json_is_read_alike(tmp_path: Path) -> None:
    text = (
        '{"thalweg": 1,\n\t"models": [{"namespace": "a", "name": "b", "extra": {"n": 1e3, "emoji": "\\ud83d\\ude00"}}]}'
    )
    (granule,) = scopes(write(tmp_path, text, "facts.json")).values()
    assert granule.entities == [EntityFact(keys.model("a", "b"), {"extra": {"n": 1000.0, "emoji": "😀"}})]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"thalweg": 1,\n "models": [}', "facts.json line 2: text: Expecting value is why this is no JSON"),
        (
            '{"thalweg": 1, "models": [{"namespace": "a", "name": "b", "name": "c"}]}',
            "'name' stands twice in one object",
        ),
        (
            '{"thalweg": 1,\n "modles": []}',
            "facts.json line 2: modles: 'modles' is not known here; did you mean models?",
        ),
        ('{"thalweg": 1, "models": [{"namespace": "a", "name": 1.10}]}', "models[0].name: 1.10 is not text"),
        ('{"thalweg": 1, "models": [{"namespace": "a", "name": "\\ud83d"}]}', "holds a character that is no text"),
        ('{"thalweg": ' + "9" * 5000 + "}", "has more digits than can be read"),
        ('{"thalweg": 1, "models": ' + "[" * 100_000, "deeper"),
        ("", "facts.json line 1: text: Expecting value"),
        ("null", "is empty"),
    ],
    ids=count(),
)
def test_json_that_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert any(said in problem for problem in refused(write(tmp_path, text, "facts.json")))


# ------------------------------------------------------------------------------------------------- files and folders


def model(name: str, top: str = "thalweg: 1\n") -> str:
    return f"{top}models: [{{namespace: a, name: {name}}}]"


def test_a_folder_is_one_source(tmp_path: Path) -> None:
    folder = tmp_path / "facts"
    folder.mkdir()
    write(folder, model("one"), "1.yaml")
    write(folder, model("two"), "2.YML")
    write(folder, '{"thalweg": 1, "models": [{"namespace": "a", "name": "three"}]}', "3.json")
    for name in (".hidden.yaml", "notes.md", "data.csv"):
        write(folder, "not a manifest", name)
    (folder / "more.yaml").mkdir()
    found = scopes(folder)
    assert found.keys() == {"model/a/one", "model/a/two", "model/a/three"}
    assert {granule.source for granule in found.values()} == {"manifest:facts"}


@pytest.mark.parametrize(
    ("given", "stated", "source"), [("x", "y", "manifest:x"), ("", "y", "manifest:y"), ("", "", "manifest:prod.eu")]
)
def test_a_source_is_named_by_who_reads_by_the_file_or_after_it(
    tmp_path: Path, given: str, stated: str, source: str
) -> None:
    file = write(tmp_path, model("one", f"thalweg: 1\nsource: {stated}\n"), "prod.eu.yaml")
    assert manifest.read(file, source=given or None).source == source


def test_two_files_of_a_folder_may_not_be_two_sources(tmp_path: Path) -> None:
    write(tmp_path, model("one", "thalweg: 1\nsource: here\n"), "1.yaml")
    write(tmp_path, model("two", "thalweg: 1\nsource: there\n"), "2.yaml")
    assert refused(tmp_path) == ["2.yaml: source: 'there' must be 'here', as in 1.yaml: a folder is one source"]


def test_two_files_of_a_folder_may_not_state_one_item(tmp_path: Path) -> None:
    write(tmp_path, model("one"), "1.yaml")
    write(tmp_path, model("one"), "2.yaml")
    assert refused(tmp_path) == ["2.yaml: model/a/one: it is stated in 1.yaml too"]


def test_the_problems_of_all_files_come_together(tmp_path: Path) -> None:
    write(tmp_path, model("1.0"), "1.yaml")
    write(tmp_path, model("true"), "2.yaml")
    assert [problem.partition(" ")[0] for problem in refused(tmp_path)] == ["1.yaml", "2.yaml"]


def test_a_place_with_nothing_to_read_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist") as error:
        manifest.read(tmp_path / "nowhere.yaml")
    assert error.value.hint
    with pytest.raises(SourceError, match="holds no manifest") as error:
        manifest.read(tmp_path)
    assert ".yaml" in error.value.hint
