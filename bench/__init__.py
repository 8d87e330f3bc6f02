"""Measurements by hand: `make bench`, or `python -m bench --quick`; one table of ours, limit, ratio and goal.

Every limit is measured in the same run, so that the ratios hold on any machine. The figures of other systems are those
of the design notes, taken on another machine, and are not measured again.
"""
