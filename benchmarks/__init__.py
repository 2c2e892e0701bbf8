"""How fast the data plane is, as ratios to what the same machine could do at best."""
