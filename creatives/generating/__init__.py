"""Many banners at once: combinations of options, the product feed, a grammar, outside generators.

Whatever is made here is a draft: it passes the checks and a review like everything else.
"""
