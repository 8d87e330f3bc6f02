"""Accounts: who may sign in, in which role, at which site, and the sessions and tokens they act by."""
