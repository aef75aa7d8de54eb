"""SageMaker's API, asked by the real boto3: it comes to what the dump comes to, or says why not."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.importers.golden import Golden, lines
from tests.importers.sagemaker.served import NONE, Fault, Served, after_the_first, body, denied, refused, served, times
from tests.importers.sagemaker.test_sagemaker import HERE, bring, records
from thalweg.cli.main import main
from thalweg.importers import sagemaker
from thalweg.importers.reading import Reading
from thalweg.importers.sagemaker import aws
from thalweg.model import keys
from thalweg.model.errors import SourceError
from thalweg.model.facts import ANYONE, Granule
from thalweg.store.store import Store

LIVE = "aws://eu-west-1"
THROTTLED = refused("ThrottlingException", "Rate exceeded")
PAGE = b'{"TrainingJobSummaries": [], "NextToken": "1"}'


Serving = Callable[..., AbstractContextManager[Served]]


@pytest.fixture
def serving(dump: Path, monkeypatch: pytest.MonkeyPatch) -> Serving:
    """A server of what the dump holds, or another one, where boto3 asks for SageMaker."""

    @contextmanager
    def serve(faults: Mapping[str, Fault] = NONE, of: Path = dump) -> Iterator[Served]:
        with served(of, faults) as found:
            monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER", found.address)
            yield found

    return serve


def read(location: str = LIVE, source: str | None = "prod") -> tuple[list[Granule], Reading]:
    reading = sagemaker.read(location, source=source, environment="production")
    try:
        found = list(reading.granules)
    finally:
        reading.close()
    return found, reading


def test_it_comes_to_what_the_dump_comes_to_by_the_very_same_calls(
    serving: Serving, dump: Path, golden: Golden
) -> None:
    with serving() as server:
        reading = sagemaker.read(LIVE, source="prod", environment="production")
        found = list(reading.granules)
    reading.close()
    reading.close()
    golden.holds(found)
    assert (reading.source, reading.complete, reading.warnings) == ("sagemaker:prod", True, [])
    made = [json.loads(line) for line in records(dump)[:-1]]
    calls = ["".join(word.title() for word in one["operation"].split("_")) for one in made]
    assert [call for call, _ in server.asked] == calls
    assert {given.get("MaxResults") for call, given in server.asked if call.startswith("List")} == {100}
    pages = ("MaxResults", "NextToken")
    plain = [{name: value for name, value in given.items() if name not in pages} for _, given in server.asked]
    assert plain == [one["request"] for one in made]


@pytest.mark.anyio
async def test_what_is_gone_is_gone_only_where_all_could_be_read(
    store: Store, serving: Serving, dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving():
        assert await bring(store, LIVE) == (["WRITTEN"], True)
        assert await bring(store, LIVE) == (["UNCHANGED"], True)
    fewer = tmp_path / "fewer.jsonl"
    fewer.write_text("".join(one for one in records(dump) if "2026-04-02-03" not in one))
    gone = keys.run(HERE, "training-job/fraud-2026-04-02-03-00-00-123").id
    with serving({"ListEndpoints": denied("ListEndpoints")}, fewer):
        assert await bring(store, LIVE) == (["UNCHANGED"], False)
    assert (await store.get([gone], ANYONE))[gone].gone_at is None
    monkeypatch.setattr(aws, "TRIES", 1)
    cut = {"ListAssociations": after_the_first(body(PAGE, cut=20))}
    with serving(cut, fewer), pytest.raises(SourceError, match="does not answer ListAssociations as it should: it br"):
        await bring(store, LIVE)
    assert (await store.get([gone], ANYONE))[gone].gone_at is None
    with serving(of=fewer):
        assert await bring(store, LIVE) == (["UNCHANGED"], True)
    assert (await store.get([gone], ANYONE))[gone].gone_at is not None


# ---------------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("call", "said", "left"),
    [
        ("DescribeTrainingJob", "training jobs", {"model", "version", "deployment", "release"}),
        ("DescribeModel", "endpoints", {"model", "version", "run", "association"}),
        ("ListAssociations", "associations of lineage", {"model", "version", "run", "deployment", "release"}),
    ],
)
def test_a_part_that_may_not_be_read_is_left_out_with_what_rests_on_it(
    serving: Serving, golden: Golden, call: str, said: str, left: set[str]
) -> None:
    with serving({call: denied(call)}) as server:
        found, reading = read()
    assert server.count(call) == 1
    assert {granule.name.partition("/")[0] for granule in found} == left
    assert set(lines(found)) < set(golden.lines), "what is left says what it said"
    assert not reading.complete
    assert (
        f"The {said} were not read, and nothing is retired, for sagemaker:{call} is not allowed" in reading.warnings[0]
    )
    if said == "training jobs":
        assert (
            reading.warnings[1] == "The associations of lineage were not read, for they are told by the training jobs."
        )


@pytest.mark.parametrize("call", ["ListModelPackageGroups", "DescribeModelPackage"])
def test_without_the_packages_nothing_can_be_told(serving: Serving, call: str) -> None:
    with serving({call: denied(call)}), pytest.raises(SourceError) as caught:
        read()
    assert (
        f"SageMaker of eu-west-1 does not allow sagemaker:{call} (User: arn:aws:iam::123456789012:user/eve"
        in caught.value.message
    )
    assert "sagemaker:List* and sagemaker:Describe*" in caught.value.hint


def test_a_stranger_is_told_so(serving: Serving) -> None:
    expired = refused("ExpiredTokenException", "The security token included in the request is expired")
    with serving({"ListModelPackageGroups": expired}), pytest.raises(SourceError) as caught:
        read()
    assert caught.value.message.startswith(
        "SageMaker of eu-west-1 does not know who asks (ExpiredTokenException): The "
    )
    assert "AWS_PROFILE" in caught.value.hint


# --------------------------------------------------------------------------------------------------- what goes wrong


@pytest.mark.parametrize(
    "fault", [THROTTLED, refused("InternalFailure", "", 500), body(PAGE[:-5])], ids=["throttled", "500", "half"]
)
def test_what_passes_is_asked_again(serving: Serving, fault: Fault) -> None:
    with serving({"ListAssociations": times(1, fault)}) as server:
        found, reading = read()
    assert (len(found), reading.complete) == (11, True)
    assert server.count("ListAssociations") == 5, "one for each of four pages, and one again"


@pytest.mark.parametrize(
    ("fault", "asked", "said"),
    [
        (THROTTLED, 2, "refuses ListTrainingJobs (ThrottlingException): Rate exceeded."),
        (refused("InternalFailure", "oh dear", 500), 2, "refuses ListTrainingJobs (InternalFailure): oh dear."),
        (refused("ValidationException", "MaxResults is odd"), 1, "(ValidationException): MaxResults is odd."),
        (body(PAGE, cut=20), 2, "does not answer ListTrainingJobs as it should: it breaks off after 20 of 46 bytes."),
        (body(b"[1]"), 1, "as it should: it is a list, and no object."),
        (body(b"{}"), 1, "as it should: it has no TrainingJobSummaries."),
        (body(b'{"message": "hi"}'), 1, "as it should: it has message, and nothing that such answers have."),
        (body(b"<html>Sign in</html>", kind="text/html"), 1, "it is text/html, and no JSON (a page to log in?)."),
        (body(PAGE[:-5]), 2, "does not answer ListTrainingJobs as it should: it breaks off in the middle."),
        (body(PAGE), 2, "does not answer ListTrainingJobs as it should: Error during pagination: The same next token"),
    ],
    ids=["throttled", "500", "400", "cut", "list", "empty", "other", "html", "half", "endless"],
)
def test_what_does_not_pass_ends_the_pass_with_nothing_stated(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, fault: Fault, asked: int, said: str
) -> None:
    monkeypatch.setattr(aws, "TRIES", 2)
    with serving({"ListTrainingJobs": fault}) as server:
        reading = sagemaker.read(LIVE)
        with pytest.raises(SourceError) as caught:
            next(reading.granules)
        reading.close()
    assert said in caught.value.message
    assert server.count("ListTrainingJobs") == asked
    assert caught.value.message.startswith("SageMaker of eu-west-1 ")
    assert "othing was taken of it." in caught.value.hint.replace("\n", " ")


def test_what_is_removed_meanwhile_is_passed_over(serving: Serving) -> None:
    absent = {
        "DescribeTrainingJob": refused("ResourceNotFound", "Requested resource not found."),
        "DescribeModel": refused("ValidationException", 'Could not find model "m".'),
        "ListModelPackages": refused("ValidationException", "Model Package Group g does not exist."),
    }
    with serving(absent):
        found, reading = read()
    assert {granule.name.partition("/")[0] for granule in found} == {"model", "deployment", "release", "association"}
    assert reading.complete
    assert reading.warnings[0] == "What the variant main of endpoint fraud serves was not told."


def test_a_reading_can_be_stopped(serving: Serving) -> None:
    with serving() as server:
        reading = sagemaker.read(LIVE)
        reading.stop()
        with pytest.raises(SourceError, match="was stopped"):
            next(reading.granules)
        reading.close()
    assert server.asked == []


# ---------------------------------------------------------------------------------------------------- who asks, where


def test_a_profile_and_a_region_may_be_named_or_be_set(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "credentials").write_text("[prod]\naws_access_key_id = AKIAPROD\naws_secret_access_key = hunter2\n")
    (tmp_path / "config").write_text("[profile prod]\nregion = us-east-1\n")
    expected = {
        "aws://prod@eu-west-1": ("AKIAPROD", "sagemaker:prod@eu-west-1"),
        "aws://prod@": ("AKIAPROD", "sagemaker:prod@us-east-1"),
        "aws://": ("AKIATEST", "sagemaker:eu-north-1"),
    }
    for location, (key, source) in expected.items():
        if "prod" not in location:
            monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
        with serving() as server:
            found, reading = read(location, None)
        assert (server.keys, reading.source) == ({key}, source)
        assert "hunter2" not in str((found, reading.warnings))


def test_a_role_is_taken_on_as_the_profile_says(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text(
        "[profile audit]\nrole_arn = arn:aws:iam::123456789012:role/audit\ncredential_source = Environment\n"
    )
    with serving() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", server.address)
        assert read("aws://audit@eu-west-1")[1].complete
        assert server.keys == {"ASIAROLE"}
        server.role = False
        with pytest.raises(
            SourceError, match=r"cannot be asked, for nobody logs in: .* calling the AssumeRole"
        ) as caught:
            read("aws://audit@eu-west-1")
    assert "AWS_PROFILE" in caught.value.hint


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("aws://", "No region is named. Write it like aws://eu-west-1, or set AWS_DEFAULT_REGION."),
        ("aws://eve@eu-west-1", "The config profile (eve) could not be found. "),
        ("aws://key:hunter2@eu-west-1", "That is no address of SageMaker's API. Write it like aws://eu-west-1, or "),
        ("aws://eu-west-1/fraud", "That is no address of SageMaker's API."),
        ("aws://eu-west-1:80", "That is no address of SageMaker's API."),
    ],
)
def test_an_address_that_is_none(location: str, said: str) -> None:
    with pytest.raises(SourceError) as caught:
        sagemaker.read(location)
    assert said in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_nobody_is_let_in(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with (
        serving(),
        pytest.raises(SourceError, match="cannot be asked, for nobody logs in: Unable to locate credentials"),
    ):
        read()


def test_where_nothing_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws, "TRIES", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER", "http://127.0.0.1:9")
    with pytest.raises(SourceError, match=r'Could not connect to the endpoint URL: "http://127\.0\.0\.1:9/"\. Nothing'):
        read()


def test_where_boto3_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "thalweg.importers.sagemaker.aws", raising=False)
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(SourceError) as caught:
        sagemaker.read(LIVE)
    assert str(caught.value) == (
        "aws://eu-west-1 is read by boto3, which is not installed. Install it with `pip install 'thalweg[aws]'`."
    )


# ------------------------------------------------------------------------------------------------- the command line


def test_it_is_imported_kept_in_step_and_recognised(
    serving: Serving, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ("--store", f"sqlite:///{tmp_path}/store.db")
    with serving():
        assert main(("import", "sagemaker", LIVE, "--environment", "production", "--source", "prod", *store)) == 0
        assert capsys.readouterr().out.startswith("sagemaker:prod: 11 scopes: 11 written")
        (tmp_path / "sources.toml").write_text(
            '[[source]]\nname = "prod"\nimporter = "sagemaker"\nlocation = "aws://eu-west-1"\n'
            'options = {environment = "production"}\n'
        )
        assert main(("sync", str(tmp_path / "sources.toml"), "--once", *store)) == 0
        said = capsys.readouterr()
        assert "prod: read well 0 s ago, 11 scopes\n" in said.out
    assert main(("import", "auto", LIVE)) == 0
    assert capsys.readouterr().out == f"thalweg import sagemaker {LIVE}  SageMaker, asked by boto3\n"
