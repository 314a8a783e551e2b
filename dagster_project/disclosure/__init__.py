"""Small counts: which cells are hidden, and the proof that what is shown gives none of them away.

This package is the one place of that policy (`decide`), and holds the reader who tries to undo it (`prove`). Both
share only what anybody knows: how cells hang together (`relations`) and how far figures bind each other (`bounds`).
"""
