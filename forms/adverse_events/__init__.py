"""The edit checks of adverse events, by what they are about; forms/crfs/adverse_events.py adopts them."""
