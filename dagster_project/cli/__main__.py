"""`python -m dagster_project.cli` is the command `opkoers`."""

from dagster_project.cli import main

if __name__ == "__main__":
    main()
