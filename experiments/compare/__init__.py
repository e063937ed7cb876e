"""Which of several learners is better, and how sure one can be: many seeds, many worlds.

`contestants` says what is compared, `runs` runs what is missing, `outcome` reads a score from a
run, `statistics` weighs them, `rows` and `pairs` gather all, `verdict` says it in words,
and `table`, `curves` and `report` show it.
"""
