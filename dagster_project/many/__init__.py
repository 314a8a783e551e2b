"""Many municipalities on one installation: a folder of workspaces, what they have in common, and refreshing them all.

What belongs here: finding the workspaces, the national snapshots that they share, one refresh after the other, and the
report. What does not: what a refresh of one workspace does, which is the same as when it stands alone.
"""
