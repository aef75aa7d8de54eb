"""The browser for the tests of the pages: one that the machine has, driven by Playwright through its path."""

import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


class NoBrowserError(Exception):
    """There is no browser to test with; the message says what to do."""


def find_chromium() -> str:
    for path in (*map(shutil.which, NAMES), *MAC):
        if path and Path(path).exists():
            return path
    raise NoBrowserError(
        f"No {', '.join(NAMES[:-1])} or {NAMES[-1]} on PATH. Install Chromium: `make system-packages` does on Debian."
    )
