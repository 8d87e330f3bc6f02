"""Frozen CRF versions, one file each: what a record says it was entered under, exactly as it was asked then."""
