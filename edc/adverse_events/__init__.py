"""Adverse events of a participant: the log, one event with its grades, and the picker of dictionary terms."""
