"""From the rows of the tables to what the pages say of them: Dutch words, sentences, blocks and tables.

What belongs here: what a row means to a reader. What does not: which page shows it (`pages/`), coordinates (`draw/`),
SQL that pages share (`queries/`), any figure or verdict, which are computed in `models/`.
"""
