"""Which of several learners is better, and how sure one can be: many seeds, many worlds.

`contestants` says which learners take part. `runs` fills a table with a line for each run.
`report` computes rows, pairs and sentences from the table by `statistics`; `curves` draws it.
"""
