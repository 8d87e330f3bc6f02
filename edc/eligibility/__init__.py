"""The page of the eligibility form."""
