"""Every table of the application: import this before creating, migrating or verifying the database."""

import edc.accounts.models
import edc.notices.models
import edc.queries.models
import edc.records.data_keys
import edc.records.models
import edc.study.ctcae_wording
import edc.study.lab_codes
import edc.study.models  # noqa: F401 (each import declares its tables)
import exports.models  # noqa: F401
import forms.crfs  # noqa: F401 (registers the CRFs, of which each has its tables)
from edc.db import Base
from edc.records.tables import map_crfs

__all__ = ["metadata"]

map_crfs()
metadata = Base.metadata
