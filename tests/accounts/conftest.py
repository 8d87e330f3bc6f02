"""The fixtures of an application with people in it."""

from tests import app_fixtures

app, application_url = app_fixtures.app, app_fixtures.application_url
