"""The SQL of the roll-up: whole sets at a time, each statement one step of `events.rollup`.

Every step is written so that the result depends only on *which* counted events there are: sums,
the earliest of several, sets, sorted arrays. What changes passes through temporary tables:
`rollup_seen` is what the events of a chunk say about each unit that does not just grow in place
(see `chunk`), `rollup_was` the totals that this touches as they were, `rollup_is` what they become.
They live as long as the connection and are emptied with each chunk.

Parameters that choose events: `low` and `high` bound the chunk by `seq`, half-open on the left;
`experiment` restricts it to one experiment (a rebuild), or is NULL; `site`, `names` and `orders`
restrict it to some units of a site and to those who claim their orders (set aside), or are NULL.
"""
