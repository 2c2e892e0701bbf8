"""Other people's protocols, so that the clients that a shop already has work unchanged."""
