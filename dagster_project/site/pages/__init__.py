"""The pages of the monitor, a module each: `pages(site)` gives the pages it is about.

What belongs here: what stands on a page, in which order. What does not: sentences and tables that more than one page
could show (`words/`), drawing (`draw/`), SQL that pages share (`queries/`).
"""
