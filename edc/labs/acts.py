"""The acts of this room as they stand in the trail."""

from enum import StrEnum


class Act(StrEnum):
    """What an audit change of this room is called."""

    IMPORT = "lab:import"
    TAKE_OVER = "range:take-over"
