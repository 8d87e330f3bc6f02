"""Reference data of the study build: laboratory tests, CTCAE terms and words that point to them."""
