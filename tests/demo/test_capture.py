"""The picture in the README is what the demo says."""

from __future__ import annotations

from tools.capture import PICTURE, capture


def test_the_picture_is_what_the_demo_draws_and_loads_nothing_from_elsewhere() -> None:
    made = capture()
    assert PICTURE.read_text("utf-8") == made, "run `python -m tools.capture`"
    assert "production/fraud" in made
    assert "url(http" not in made
    assert "@font-face" not in made
