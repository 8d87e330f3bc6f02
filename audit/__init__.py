"""Who changed what, when and why: a library that knows nothing of the application.

`capture` writes the trail with each change, `append_only` makes the database refuse to rewrite it, `seal` makes
rewriting visible, `trail` reads and replays it, `verify` proves that it is whole.
"""
