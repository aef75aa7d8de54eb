"""The one write path: a granule is validated, prepared, and handed to the store.

Every problem names the entity, the field, the value, and what would be right; all problems of a granule are answered
together, and nothing of a bad granule is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from thalweg.ingest.known import known
from thalweg.ingest.preparation import Preparation
from thalweg.model import time
from thalweg.model.errors import BadInput, Problem, ThalwegError
from thalweg.model.facts import Caller, Granule, Pass
from thalweg.model.keys import Key
from thalweg.model.results import Written
from thalweg.store.store import Store
from thalweg.store.weave.prepared import Prepared


async def state(
    store: Store,
    granules: Sequence[Granule],
    caller: Caller,
    *,
    pass_: Pass | None = None,
    together: Sequence[Sequence[int]] | None = None,
    orderly: bool = False,
) -> list[Written | ThalwegError]:
    """States granules: each is written whole or not at all, and answered in its place: what it came to, or why not.

    orderly: refuses a run or a release that ends before it begins. Who states both himself can mend it. What a system
    kept, or the clocks of two machines say, is nobody's to mend here: it is written with a warning.

    together: for each granule the numbers of those who say it. Where one granule of a number is wrong, none of that
    number is written, but for what another number says too, of which nothing is wrong.
    """
    answers: list[Prepared | BadInput] = []
    now = time.now()
    wrong: dict[int, BadInput] = {}
    for place, granule in enumerate(granules):
        try:
            answers.append(prepare(granule, now, orderly))
        except BadInput as error:
            answers.append(error)
            if together is not None:
                for number in together[place]:
                    wrong.setdefault(number, error)
    if wrong and together is not None:
        for place, numbers in enumerate(together):
            if all(number in wrong for number in numbers):
                answers[place] = wrong[numbers[0]]
    prepared = [answer for answer in answers if isinstance(answer, Prepared)]
    written = iter(await store.write(prepared, caller, pass_=pass_) if prepared else ())
    return [next(written) if isinstance(answer, Prepared) else answer for answer in answers]


def problems(granule: Granule, orderly: bool = False) -> Sequence[Problem]:
    """What is wrong with a granule. Nothing is written. orderly: as `state` has it."""
    try:
        prepare(granule, time.now(), orderly)
    except BadInput as error:
        return error.problems
    return ()


def key_problems(key: Key) -> Sequence[Problem]:
    """What is wrong with a key, as if it were that of the only entity of a granule."""
    return [replace(problem, place=("entities", 0, "key")) for problem in known(key)[1]]


def prepare(granule: Granule, now: int, orderly: bool = False) -> Prepared:
    """Validates a granule and brings it into canonical form. Raises BadInput with every problem it has.

    orderly: as `state` has it.
    """
    return Preparation(granule, now, orderly).prepared()
