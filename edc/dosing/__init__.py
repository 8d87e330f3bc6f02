"""Doses of a stay as a grid: one page for the drug chart, filled through the same save as every form."""
