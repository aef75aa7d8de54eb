"""Names are looked up in a store that holds more than the shop."""

from __future__ import annotations

import pytest

from tests.facts import granule, key, thing
from tests.graphql.conftest import Ask, Refuse, State
from thalweg.model import keys
from thalweg.model.facts import EntityFact

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("shop_store")]


async def test_a_bare_name_that_several_bear_lists_them(state: State, refuse: Refuse) -> None:
    await state(granule("other", EntityFact(keys.model("elsewhere", "fraud"))))
    error = await refuse('{ model(name: "fraud") { id } }')
    assert error["extensions"]["code"] == "BAD_INPUT"
    for key_ in (keys.model("elsewhere", "fraud"), key("fraud:")):
        assert f"model:{key_.parts[0]} fraud ({key_.id})" in error["message"]
    error = await refuse('{ entity(of: "fraud") { id } }')
    assert error["extensions"]["code"] == "BAD_INPUT"


async def test_a_dataset_is_named_by_its_uri(state: State, ask: Ask) -> None:
    lake = keys.dataset("s3://lake", "raw/tx")
    await state(granule("lake", EntityFact(lake)))
    for text in ("s3://lake/raw/tx", "dataset:s3a://lake/raw//tx/"):
        assert await ask("query ($of: String!) { entity(of: $of) { id } }", of=text) == {"entity": {"id": lake.id}}
    assert await ask('{ dataset(name: "s3://lake/raw/tx") { id } }') == {"dataset": {"id": lake.id}}


async def test_a_status_without_a_name_here_is_unknown_and_fails_nothing(state: State, ask: Ask) -> None:
    await state(granule("bare", thing("*bare")))
    assert await ask('{ run(runId: "bare") { status } }') == {"run": {"status": "UNKNOWN"}}
