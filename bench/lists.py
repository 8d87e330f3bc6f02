"""Lists and pages of one participant, in a small study and in a large one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.browser import Browser
from bench.forms import address, must
from bench.report import AT_MOST, Goal, Report
from bench.stage import WORKERS, Stage
from bench.timing import counted, interleaved
from tests.app_fixtures import PASSWORD
from tests.casebook.study import CODE, STUDY, client_of

SHOWN = 25
GROWTH = Goal(AT_MOST, 1.2)
# Page, whose it is, address; `{after}` is the code behind which the last 25 participants stand.
PAGES = (
    ("participant list", "r.diaz", f"{STUDY}/participants?after={{after}}", "34>90/54>74; 20>31/17>28"),
    ("casebook matrix", "r.diaz", f"{STUDY}/participants/{CODE}", ""),
    ("log of adverse events", "r.diaz", f"{STUDY}/participants/{CODE}/adverse-events", ""),
    ("my day", "r.diaz", "/my-day", ""),
    ("queries", "p.shah", f"{STUDY}/queries?tab=all", ""),
    ("verification worklist", "m.lindt", f"{STUDY}/verification", ""),
    ("lock board", "p.shah", f"{STUDY}/lock?after={{after}}", ""),
    ("trail, first page", "p.shah", f"{STUDY}/audit", ""),
    ("overview of sites", "p.shah", f"{STUDY}/", ""),
    # Of an event that was not saved hundreds of times before, which would be a longer page in one of the studies.
    ("history of one item", "r.diaz", f"{address(CODE, 2)}/items/verbatim", "19.9/35.4; 7.5/10.2"),
)


@dataclass(frozen=True)
class Study:
    """A study of some size, served on a port."""

    stage: Stage
    port: int
    participants: int

    def path(self, pattern: str) -> str:
        """The address of a page that shows the last participants."""
        behind = self.participants - SHOWN
        return pattern.format(after=f"001-{behind:05}" if behind else "")


def measure(report: Report, small: Study, large: Study) -> None:
    """Time and statements of each page in both studies, taking turns; the small one is the limit of the large one."""
    kind, counts = large.stage.kind, {}
    for page, name, pattern, others in PAGES:
        works = {study.participants: _opener(study, name, pattern) for study in (small, large)}
        found = interleaved(works, rounds=large.stage.rounds, times=max(large.stage.times // 3, 5))
        report.add(
            kind, f"{page}, {large.participants:,} participants", "ms", found[large.participants],
            found[small.participants], limit_is=f"the same with {SHOWN}", goal=GROWTH, others=others,
        )  # fmt: skip
        counts[page] = tuple(_statements(study, name, pattern) for study in (small, large))
    grown = [page for page, (few, many) in counts.items() if few != many]
    report.add(kind, "pages whose number of SQL statements grew", "", len(grown), goal=Goal(AT_MOST, 0))
    most = max(counts, key=lambda page: counts[page][1])
    report.remarks.append(
        f"{kind}: most statements: {most} with {counts[most][1]}; grown: {', '.join(grown) or 'none'}."
    )


def _opener(study: Study, name: str, pattern: str) -> Callable[[], object]:
    browser, path = Browser(study.port), study.path(pattern)
    browser.sign_in(name, PASSWORD)
    # Both workers have seen the page once.
    for _ in range(WORKERS * 2):
        must(browser.get(path), 200)
    return lambda: must(browser.get(path), 200)


def _statements(study: Study, name: str, pattern: str) -> int:
    client, path = client_of(study.stage.app, name), study.path(pattern)
    client.get(path)
    with counted(study.stage.engine) as counts:
        assert client.get(path).status_code == 200
    return counts.statements
