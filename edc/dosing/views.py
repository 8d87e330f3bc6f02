"""The page of a dose grid, for every CRF that the study declares as one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from flask import Blueprint, Flask
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response

from edc.db import Session
from edc.dosing.grid_page import render_dose, render_grid
from edc.dosing.posting import DosePosting, GridPosting
from edc.permissions import Permission
from edc.records.draft_views import keep_as_draft
from edc.records.form_page import View, at_slugs, open_form, this_place
from edc.records.views import note_opening
from edc.web import ExpiredPost, keep_draft, needs
from forms.dose_grids import DOSE_GRIDS, DoseGrid

blueprint = Blueprint("dosing", __name__)
P = Permission
DOSE = "/dose/<int(min=1):slot>"
GRIDS = {grid.crf.slug: grid for grid in DOSE_GRIDS}


def at_grids(method: str, suffix: str = "") -> Callable[[View], View]:
    """Register a view at the address of each dose grid, with a suffix."""
    return at_slugs(blueprint, GRIDS, f"/participants/<code>/<visit_slug>/{{slug}}{suffix}", method=method)


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


@at_grids("GET", DOSE)
@needs(P.RECORD_ENTER)
def dose(slot: int, **segments: Any) -> str:
    """One dose at the bedside: given now, held, or given at another time."""
    return render_dose(_grid(segments), open_form(this_place(segments)), slot)


@at_grids("POST", DOSE)
@needs(P.RECORD_ENTER)
def save_dose(slot: int, **segments: Any) -> Response:
    """Store one dose by the save of the grid."""
    return DosePosting(_grid(segments), segments, slot).answer()


def _grid(segments: dict[str, Any]) -> DoseGrid:
    return GRIDS[segments["form_slug"]]


def keep_expired(session: Session, post: ExpiredPost) -> bool:
    """Keep the body of a grid, or of one dose, whose session had timed out as a draft of its owner."""
    if post.endpoint == f"{blueprint.name}.{save_dose.__name__}":
        segments = {name: value for name, value in post.view_args.items() if name != "slot"}
        return keep_as_draft(session, replace(post, view_args=segments), part=f"dose {post.view_args['slot']}")
    return post.endpoint == f"{blueprint.name}.{save.__name__}" and keep_as_draft(session, post)


def _offer_to_keep(state: BlueprintSetupState) -> None:
    keep_draft(cast(Flask, state.app), keep_expired)


blueprint.record_once(_offer_to_keep)
