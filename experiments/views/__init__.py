"""The pages of experiments, one module per question they answer."""
