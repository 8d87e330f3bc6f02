"""The drawings of the outcomes, one file a figure; each takes plain values of `exports.outcome_shapes` and a `Look`.

matplotlib is slow to import, so only what draws imports these modules, and only at the moment of drawing.
"""
