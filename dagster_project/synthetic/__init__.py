"""Made-up exports of local registrations, for the demos and the tests: the same bytes on every machine and every day.

Everything here is counted or drawn from a hash, never by chance, and says of itself that it is synthetic: in the name
of its file and in every row. Which exports go with which sample is said in `demo.py`; real figures stand in
`sources/samples`.
"""
