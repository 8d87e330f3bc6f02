"""What stands beside a calculated value: its arithmetic, on the form and on the page of the item."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.app_fixtures import BROWSER, app, application_url
from tests.records.test_form_pages import ADMISSION, item_of, nurse, save
from tests.ward import Ward, ward

__all__ = ["app", "application_url", "nurse", "ward"]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

ARITHMETIC = "72 kg x 600,000 IU/kg = 43,200,000 IU"


def test_the_arithmetic_of_a_calculated_value_stands_beside_it(ward: Ward, nurse: FlaskClient) -> None:
    page = item_of(nurse.get(ADMISSION, headers=BROWSER).text, "calculated_dose_iu")
    assert ARITHMETIC in page and '<span class="cb-value">43,200,000</span>' in page
    assert ARITHMETIC in nurse.get(f"{ADMISSION}/items/calculated_dose_iu", headers=BROWSER).text


def test_nothing_stands_beside_a_value_that_waits_for_its_inputs(ward: Ward, nurse: FlaskClient) -> None:
    changed = {"dosing_weight_kg": "", "dosing_weight_kg.reason": "Entry error"}
    page = item_of(save(ward, nurse, ADMISSION, **changed), "calculated_dose_iu")
    assert "IU/kg =" not in page and "nothing calculated yet" in page
