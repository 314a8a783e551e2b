"""One set of pins: what pip installs from the lock files is what uv resolves to, and no file names a registry."""

from __future__ import annotations

import re
import tomllib

from dagster_project.product import product_root

PIN = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z,]*\])?(==[^ ;\\]+(?: ; [^\\]+?)?) *\\?$", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return dict(PIN.findall((product_root() / name).read_text(encoding="utf-8")))


def test_uv_has_the_pins_of_the_lock_file() -> None:
    project = tomllib.loads((product_root() / "pyproject.toml").read_text(encoding="utf-8"))
    constraints = dict(
        re.fullmatch(r"([a-z0-9._-]+)(==.*)", line).groups()  # type: ignore[union-attr]
        for line in project["tool"]["uv"]["constraint-dependencies"]
    )
    assert constraints == pins("requirements-dev.lock")
    assert len(constraints) > 100


def test_the_lock_of_the_product_is_part_of_that_of_its_development() -> None:
    development = pins("requirements-dev.lock")
    for name in ("requirements.lock", "requirements-server.lock"):
        assert {package: development.get(package) for package in pins(name)} == pins(name)


def test_spark_s_environment_shares_the_pins_that_it_has_in_common() -> None:
    product, spark = (
        {package: pin.partition(" ; ")[0] for package, pin in pins(name).items()}
        for name in ("requirements.lock", "requirements-spark.lock")
    )
    shared = {package: pin for package, pin in spark.items() if package in product}
    assert shared == {package: product[package] for package in shared}
    assert {"dbt-core", "protobuf", "pydantic"} <= shared.keys()
    assert not {"dagster", "great-expectations"} & spark.keys()
    assert "pyspark" not in pins("requirements-dev.lock"), "beside Great Expectations it may end the process"


def test_every_pin_carries_a_hash_and_no_address() -> None:
    locks = sorted(path.name for path in product_root().glob("requirements*.lock"))
    assert len(locks) == 4
    for name in locks:
        text = (product_root() / name).read_text(encoding="utf-8")
        assert text.count("--hash=sha256:") >= len(pins(name))
        assert "://" not in text
