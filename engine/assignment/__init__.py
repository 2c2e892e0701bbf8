"""Who sees what: a keyed hash, integer bucket ranges, and one function that puts them together."""
