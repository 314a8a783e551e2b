"""News of how a run ended, by e-mail and webhook, for those who asked for it under `[notify]` in `opkoers.toml`.

What belongs here: whom to tell, in which words, and the sending. What does not: how a run ends (`conclusion.py`).
"""
