"""The mathematics of the product: no Django, no clock, no database, no network.

`errors` names what can go wrong, `assignment` decides who sees what, `policies` answer with
probabilities, `stats` reads totals and says what they mean.
"""
