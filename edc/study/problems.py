"""What the study refuses, in words."""

from __future__ import annotations

from edc.errors import Problem


class FormNotActive(Problem):
    """A form that an amendment added and a site has not activated: FormNotActive(title="...", site="001")."""

    code, status = "form-not-active", 409
    what = "Nothing was stored: {title} is not in use at site {site} yet."
    why = "An amendment added it, and a site enters it once its approvals are recorded."
    next = "Ask data management to activate the form for the site."
