"""Which of several learners is better, and how sure one can be: many seeds, many worlds.

`contestants` says what is compared, `runs` runs what is missing, `outcome` reads a score from a
run, `statistics` weighs them, `result` gathers all, and `table`, `curves` and `report` show it.
"""
