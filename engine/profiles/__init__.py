"""What is known of a visitor, folded from what they did: pure, small, the same everywhere."""
