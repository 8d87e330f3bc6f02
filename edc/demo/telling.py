"""What one participant's story needs while it is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from edc.demo import labs
from edc.demo.entry import Page
from edc.demo.labs import Sample
from edc.demo.places import PLACES
from edc.demo.profiles import Profile


@dataclass(frozen=True)
class Reading:
    """One response scan as the investigator read it."""

    visit: str
    day: dt.date
    overall: str


@dataclass
class Teller:
    """The participant, and what was told of them so far."""

    profile: Profile
    seed: int
    has_events: bool = False
    has_drugs: bool = False
    reconsented: bool = False
    last_day_35: dt.date = dt.date.min
    readings: list[Reading] = field(default_factory=list)

    def rng(self, *part: object) -> Random:
        """Chance for one part of the story, so that a change of another part leaves it as it is."""
        return Random(" ".join(map(str, (self.seed, self.profile.code, *part))))  # nosec B311 # noqa: S311 (made-up data)

    @property
    def laboratory(self) -> str:
        """Where the samples of the site go."""
        return next(place.laboratory for place in PLACES if place.code == self.profile.site)

    def header(self, visit: str, day: dt.date, contact: str = "") -> Page:
        """The header of a visit that took place."""
        typed = {"visit_occurred": "Y", "visit_date": day.isoformat()}
        if contact:
            typed["contact_mode"] = contact
        return Page(f"{visit}/VISIT", "VISIT", typed, visit=visit)

    def sample(self, visit: str, day: dt.date, panels: tuple[str, ...], *, is_whole: bool = False) -> Page:
        """The sample of a visit in the morning."""
        rng = self.rng(visit, "sample")
        taken = dt.datetime.combine(day, dt.time(8, 5 * rng.randrange(12)))
        return labs.sample_page(
            rng, self.profile, Sample(f"{visit}/LAB", visit, taken, panels, self.laboratory, is_whole=is_whole)
        )

    def medication(self, line: Page) -> Iterator[Page]:
        """A line of the medications, the first one with the answer that there are some."""
        if not self.has_drugs:
            self.has_drugs = True
            yield Page("CMYN", "CMYN", {"any_cm": "Y"})
        yield line
