"""The acts of this room as they stand in the trail."""

from enum import StrEnum


class Act(StrEnum):
    """What an audit change of this room is called."""

    STUDY_OPEN = "study:open"
    SITE_CREATE = "site:create"
    SITE_CHANGE = "site:change"
    CONSENT_VERSION_ADD = "consent-version:add"
    LABORATORY_ADD = "laboratory:add"
    LABORATORY_CLOSE = "laboratory:close"
    BUILD_PROPOSE = "build:propose"
    BUILD_ACTIVATE = "build:activate"
    BUILD_WITHDRAW = "build:withdraw"
    RANGE_PROPOSE = "range:propose"
    RANGE_APPROVE = "range:approve"
    RANGE_END = "range:end"
    RANGE_WITHDRAW = "range:withdraw"
