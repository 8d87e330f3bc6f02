"""Lesions and their assessments: the register, and a page per time point with sums against baseline and lowest."""
