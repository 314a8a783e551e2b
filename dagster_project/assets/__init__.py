"""Assets: the refresh as Dagster sees it. They wire and report; what happens stands in plain functions elsewhere."""
