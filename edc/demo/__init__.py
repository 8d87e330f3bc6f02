"""A made-up study, loaded through the same services that people use; the same seed always makes the same study.

`people` and `places` set the study up; `story` makes up each participant of `profiles` as plain data: `screening`,
`stays` and `endings` are its chapters, `dosing`, `events`, `examinations`, `labs`, `medications`, `research`, `serious`
and `tumours` write their pages, `telling` keeps what was told so far. `entry` types a story into the forms; `planted`
lists the errors that the checks must find, and `planting` puts them there; `reviews` is what reviewers did; `load` does
all of it.
"""
