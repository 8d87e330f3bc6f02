"""The ward with its people, for pages."""

from tests.app_fixtures import app, application_url
from tests.ward import ward

__all__ = ["app", "application_url", "ward"]
