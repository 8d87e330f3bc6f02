"""Clinical derivations as pure functions on plain values; numbers are decimals, comparisons use unrounded values."""
