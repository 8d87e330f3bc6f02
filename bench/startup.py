"""How fast the command line answers, and how much a page weighs."""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
from pathlib import Path
from statistics import median

from bench.browser import Browser
from bench.forms import address
from bench.report import AT_MOST, Goal, Report
from bench.timing import milliseconds

HEAVY = ("flask", "alembic", "reportlab", "scipy", "matplotlib", "sqlalchemy")
LINKED = re.compile(r'(?:href|src)="(/static/[^"#]+)')


def measure_command(report: Report, kind: str) -> None:
    """`edc --help` against a bare start of Python."""
    edc = Path(sys.executable).with_name("edc")
    ours = median(milliseconds(lambda: subprocess.run([edc, "--help"], capture_output=True, check=True), 5))
    bare = median(milliseconds(lambda: subprocess.run([sys.executable, "-c", ""], check=True), 5))
    report.add(kind, "edc --help", "ms", ours, bare, limit_is="a bare start of Python")
    code = (
        f"import sys, edc.cli\nprint(sum(name in sys.modules for name in {HEAVY!r}), "
        f"[name for name in {HEAVY!r} if name in sys.modules])"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    number = int(loaded.split()[0])
    report.add(kind, f"of {len(HEAVY)} heavy packages, imported by it", "", number, goal=Goal(AT_MOST, 0))


def measure_weight(report: Report, kind: str, browser: Browser, code: str) -> None:
    """Compressed kilobytes and requests of the adverse event form, at the first visit and later."""
    page = browser.get(address(code))
    linked = sorted(set(LINKED.findall(page.text)) | _imported(browser, page.text))
    weight = len(gzip.compress(page.body))
    static = sum(len(gzip.compress(browser.get(path).body)) for path in linked)
    first, later = (weight + static) / 1024, weight / 1024
    report.add(kind, "page weight, first visit (gzip)", "KB", first, goal=Goal(AT_MOST, 120))
    report.add(kind, "page weight afterwards (gzip)", "KB", later, goal=Goal(AT_MOST, 20))
    report.add(kind, "requests of a first visit", "", 1 + len(linked), goal=Goal(AT_MOST, 8))


def _imported(browser: Browser, page: str) -> set[str]:
    """What the scripts of a page import by relative addresses."""
    found: set[str] = set()
    waiting = [path for path in LINKED.findall(page) if path.endswith(".js")]
    while waiting:
        path = waiting.pop()
        for name in re.findall(r'from\s+"\./([^"]+)"', browser.get(path).text):
            neighbour = f"{path.rpartition('/')[0]}/{name}"
            if neighbour not in found:
                found.add(neighbour)
                waiting.append(neighbour)
    return found
