"""What is collected: the CRFs of this study build, their checks and derivations, the schedule, the code lists.

How to add a CRF:

1. Copy a short file of `forms/crfs/`; name the class, its `oid`, `title`, SDTM `domain` and `slug`.
2. One line declares an item: type, label, `required`, `visible_if`, `unit`, `plausible`, `sdtm`, `help`. `assess` is
   for investigators only, `identifier` is stored encrypted, `after_consent` dates a procedure. `required` may be a
   condition, such as `when("visit.kind", "SCR")`.
3. Rows that repeat inside a record are a `Group` in the CRF; records that repeat are `log=True` or `repeats=True`.
4. `@check(id, message, on=...)` declares an edit check: a function of the inputs that `on` names, in that order: own
   items, `record.`, `visit.`, `subject.`, `site.`, `study.`, other CRFs (`DM.sex`, `same:IL2A`, `all:AE`).
5. `@derive(id, item, on=...)` fills an item declared `derived`; `editable` keeps a value that a person typed. With
   `explain=`, a function of the same inputs, the arithmetic stands beside the value on the form and its item page.
6. A condition that two CRFs share belongs in `forms/checks.py`, a calculation in `forms/derive/`.
7. New code lists go to `forms/codelists.py`; the visits at which the CRF is due to `forms/schedule.py`.
8. Name the file in `forms/crfs/__init__.py`, in the order of the casebook. A misspelt name stops the import.
9. Write passing and failing cases of each check in `tests/forms/test_checks_<form>.py`.
10. Make the migration of its tables. Screens, exports, schema and documents follow from the declaration.
"""
