"""Laboratory results as sheets of tests, and the normal ranges they are judged by."""
