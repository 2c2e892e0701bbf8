"""The library: what finished tests have taught, found by words, tags and pictures.

It reads `Report` rows and never works a result out again.
"""
