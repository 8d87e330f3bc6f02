"""The application: people work with what `forms` declares, and `audit` remembers it."""

__version__ = "0.1.0"
