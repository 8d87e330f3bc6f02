"""What looks across features: enrolment, my day, overview, participants, the casebook matrix, queries, locks."""
