"""Every main page at the widths of phone, tablet and desk: nothing scrolls sideways, the browser complains of nothing."""

from __future__ import annotations

import pytest

from tests.browser import review_work as review
from tests.browser.conftest import AsPerson
from tests.browser.hospital import Hospital
from tests.browser.person import STUDY, Person

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)]
WIDTHS = (320, 820, 1440)
SHOCKED = 6
COORDINATOR = (
    "/my-day", "/account", "{study}/participants", "{study}/participants/new", "{study}/queries?tab=all",
    "{study}/exports", "{here}", "{here}/c1-admission-1", "{here}/informed-consent", "{here}/informed-consent/1",
    "{here}/screening/demographics", "{here}/screening/demographics/items/sex", "{here}/screening/laboratory",
    "{here}/c1-admission-1/il2-admission", "{here}/c1-admission-1/il2-doses",
    "{here}/c1-admission-1/il2-doses/dose/1", "{here}/adverse-events",
    "{here}/adverse-events/1", "{here}/adverse-events/new", "{here}/lesions", "{here}/lesions/1", "{here}/lesions/new",
    "{here}/c1-response/tumour-assessment", "{here}/c1-response/visit-header/not-done", "{here}/lesions/1/remove",
)  # fmt: skip
INVESTIGATOR = ("{here}/sign", "{here}/adverse-events/1", "{here}/c1-response/tumour-assessment", "{study}/lab-ranges")
MONITOR = (
    "{study}/", "{study}/verification", "{here}/verify", "{here}/screening/laboratory", "{here}/c1-admission-1/il2-doses",
    "{here}/c1-response/tumour-assessment", "{here}/adverse-events/1", "{study}/queries/1",
)  # fmt: skip
MANAGER = ("{study}/lock", "{here}/lock", "{study}/audit", "{study}/releases", "{study}/lab-ranges")
ADMINISTRATOR = ("/admin/users", "/admin/roles")
VISITS = {
    "r.diaz": COORDINATOR, "l.ames": INVESTIGATOR, "m.lindt": MONITOR, "p.shah": MANAGER, "t.nowak": ADMINISTRATOR
}  # fmt: skip


@pytest.mark.admitted(SHOCKED)
def test_no_page_scrolls_sideways(hospital: Hospital, as_person: AsPerson) -> None:
    """Wide tables scroll inside their own region; the page itself never does."""
    code = hospital.code
    review.raise_query(as_person("m.lindt"), code, "screening/demographics/items/sex", "Which is right?")
    here = f"{STUDY}/participants/{code}"
    too_wide = [
        f"{name} {address} at {width}: {found}"
        for name, addresses in VISITS.items()
        for address in addresses
        for width, found in widths_of(as_person(name), address.format(study=STUDY, here=here)).items()
        if found > width
    ]
    assert too_wide == []


def widths_of(person: Person, address: str) -> dict[int, int]:
    """How wide a page becomes at each width of the window."""
    answer = person.page.goto(address)
    assert answer is not None and answer.ok, f"{address}: {answer and answer.status}"
    found = {}
    for width in WIDTHS:
        person.page.set_viewport_size({"width": width, "height": 900})
        found[width] = int(person.page.evaluate("document.documentElement.scrollWidth"))
    return found


@pytest.mark.admitted(SHOCKED)
def test_dose_grid_stands_in_one_row_on_a_desk_and_in_a_list_on_a_phone(
    hospital: Hospital, as_person: AsPerson
) -> None:
    """Fourteen doses side by side at 1440 pixels, and each still reachable at 320."""
    code = hospital.code
    coordinator = as_person("r.diaz")
    coordinator.open_form(code, "c1-admission-1/il2-doses")
    cells = coordinator.page.locator("[data-slot]")
    assert len({round(cell.bounding_box()["y"]) for cell in cells.all()}) == 1  # type: ignore[index]
    coordinator.page.set_viewport_size({"width": 320, "height": 900})
    heights = [cell.bounding_box()["height"] for cell in coordinator.page.locator("[data-start]").all()]  # type: ignore[index]
    assert len(heights) == 14 and min(heights) >= 44
