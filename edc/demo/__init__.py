"""A made-up study, loaded through the same services that people use; the same seed always makes the same study.

`people` and `places` set the study up; `story` makes up participants as plain data (`dosing`, `events`, `labs` and
`tumours` are its parts); `entry` types a story into the forms; `planted` names the errors that the checks must find.
"""
