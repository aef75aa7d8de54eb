"""The examples of docs/check.md are true of the example estate."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from tests.cli.conftest import Run
from tests.cli.gate.answers import every_case
from tests.cli.test_questions import DAY
from thalweg.cli.gate import document
from thalweg.cli.gate.formats import FORMATS
from thalweg.cli.gate.waivers import PATTERNS

PAGE = (Path(__file__).parents[3] / "docs" / "check.md").read_text("utf-8")
EXAMPLES = re.findall(r"^check \$ (.+)\nexits with (\d): (.+)$", PAGE, re.MULTILINE)


def test_the_examples_are_true(run: Run, estate_store: str, tmp_path: Path) -> None:
    assert len(EXAMPLES) == PAGE.count("\ncheck $ ") == 9
    (waivers,) = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for arguments, code, word in EXAMPLES:
        if "--waivers" in arguments:
            (tmp_path / "thalweg-waivers.toml").write_text(waivers)
        ran = run("check", *shlex.split(arguments), "--as-of", DAY, "--store", estate_store)
        verdicts = re.findall(r"^([A-Z]+(?: \(NOT CHECKED\))?): ", ran.out, re.MULTILINE)
        assert (arguments, ran.code, verdicts) == (arguments, int(code), [word])
        (tmp_path / "thalweg-waivers.toml").unlink(missing_ok=True)


def test_every_field_of_the_document_is_said() -> None:
    whole = document.document(every_case())
    fields = {*whole, *whole["checks"][0], *whole["checks"][0]["findings"][0]}
    assert [field for field in sorted(fields) if f"`{field}`" not in PAGE] == []


def test_every_form_and_every_field_of_a_waiver_is_said() -> None:
    assert [form for form in FORMATS if f"| `{form}` |" not in PAGE] == []
    assert [name for name in PATTERNS if f"| `{name}` |" not in PAGE] == []
