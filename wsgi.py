"""The WSGI application of this installation."""

from config import Config
from edc.app import create_app

app = create_app(Config.from_environment())
