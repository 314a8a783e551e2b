"""Fixtures that every test may use."""

import os

from dagster_project import language

pytest_plugins = ["tests.standin.fixtures"]

# tests read the sentences as the program makes them; those of another language set it themselves
os.environ[language.VARIABLE] = "en"
