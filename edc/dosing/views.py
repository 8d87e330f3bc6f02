"""The page of a dose grid, for every CRF that the study declares as one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from flask import Blueprint, Flask
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response

from edc.db import Session
from edc.dosing.grid_page import render_grid
from edc.dosing.posting import GridPosting
from edc.permissions import Permission
from edc.records.draft_views import keep_as_draft
from edc.records.form_page import open_form, this_place
from edc.records.views import note_opening
from edc.web import ExpiredPost, keep_draft, needs
from forms.dose_grids import DOSE_GRIDS, DoseGrid

blueprint = Blueprint("dosing", __name__)
P = Permission
GRIDS = {grid.crf.slug: grid for grid in DOSE_GRIDS}


def at_grids(method: str) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """Register a view at the address of each dose grid; the segment of the form wins over those of all forms."""

    def register(view: Callable[..., object]) -> Callable[..., object]:
        for slug in GRIDS:
            blueprint.add_url_rule(
                f"/participants/<code>/<visit_slug>/{slug}", view.__name__, view, methods=[method],  # type: ignore[arg-type]
                defaults={"form_slug": slug},
            )  # fmt: skip
        return view

    return register


@at_grids("GET")
@needs(P.RECORD_READ)
def grid(**segments: Any) -> str:
    """The doses of one stay: to fill in for the site, to read for everybody else."""
    place = this_place(segments)
    page = render_grid(_grid(segments), open_form(place))
    note_opening(place.record)
    return page


@at_grids("POST")
@needs(P.RECORD_ENTER)
def save(**segments: Any) -> Response:
    """Store what can be stored of a grid, and the end of dosing with it."""
    return GridPosting(_grid(segments), segments).answer()


def _grid(segments: dict[str, Any]) -> DoseGrid:
    return GRIDS[segments["form_slug"]]


def keep_expired(session: Session, post: ExpiredPost) -> bool:
    """Keep the body of a grid whose session had timed out as a draft of its owner."""
    return post.endpoint == f"{blueprint.name}.{save.__name__}" and keep_as_draft(session, post)


def _offer_to_keep(state: BlueprintSetupState) -> None:
    keep_draft(cast(Flask, state.app), keep_expired)


blueprint.record_once(_offer_to_keep)
