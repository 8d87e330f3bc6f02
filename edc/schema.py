"""Every table of the application: import this before creating, migrating or verifying the database."""

from edc.db import Base

__all__ = ["metadata"]

metadata = Base.metadata
