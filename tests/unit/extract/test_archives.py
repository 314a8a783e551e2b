"""An archive that could hurt is refused by name before anything of it is read."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from dagster_project.errors import UnsoundData
from dagster_project.extract import archives, limits

PLAIN = {"a.csv": b"x;y\n1;2\n", "map/b.csv": b"z\n"}


def zipped(path: Path, members: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] = lambda _: None) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            change(info)
            archive.writestr(info, content)
    return path


def refused(path: Path) -> str:
    with pytest.raises(archives.BadArchive) as caught, archives.opened(path, "x.zip"):
        pytest.fail("it was opened")
    return str(caught.value)


def test_a_plain_archive_is_read_and_copied(tmp_path: Path) -> None:
    target = io.BytesIO()
    with archives.opened(zipped(tmp_path / "a.zip", PLAIN), "x.zip") as archive:
        assert archives.read(archive, "a.csv", "x.zip", 100) == PLAIN["a.csv"]
        archives.copy(archive, "map/b.csv", target, "x.zip")
        with pytest.raises(archives.BadArchive, match="expected 3 bytes at most"):
            archives.read(archive, "a.csv", "x.zip", 3)
        with pytest.raises(archives.BadArchive, match=r"c\.csv cannot be unpacked"):
            archives.read(archive, "c.csv", "x.zip", 100)
    assert target.getvalue() == PLAIN["map/b.csv"]


@pytest.mark.parametrize(
    "name", ["../a.csv", "map/../../a.csv", "/etc/passwd", "C:a.csv", "c:\\a.csv", "..\\a.csv", "\\\\host\\a.csv"]
)
def test_a_name_that_leaves_its_folder(tmp_path: Path, name: str) -> None:
    assert "would leave its folder" in refused(zipped(tmp_path / "a.zip", {name: b"x"}))


def test_a_link(tmp_path: Path) -> None:
    def link(info: zipfile.ZipInfo) -> None:
        info.create_system = 3
        info.external_attr = (stat.S_IFLNK | 0o777) << 16

    assert "is a link or a device" in refused(zipped(tmp_path / "a.zip", {"a.csv": b"/etc/passwd"}, link))


def test_a_member_that_is_there_twice(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.csv": b"1", "A.CSV": b"2"})
    assert "stands in it twice" in refused(path)


def test_a_member_with_a_password(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.csv": b"1"})
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\x01\x02") + 8
    content[place] |= 1
    path.write_bytes(content)
    assert "is locked with a password" in refused(path)


def test_a_member_packed_in_an_unusual_way(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.csv", b"1")
    assert "is packed in an unusual way" in refused(tmp_path / "a.zip")


def test_a_name_that_could_clear_a_terminal_is_shown_in_sight(tmp_path: Path) -> None:
    assert r"'../\x1b[2J'" in refused(zipped(tmp_path / "a.zip", {"../\x1b[2J": b""}))


def test_more_members_or_bytes_than_may_be(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {f"{n}": b"x" for n in range(5)})
    with pytest.raises(UnsoundData, match="holds 5 files, expected 4"), archives.opened(path, "x.zip", members=4):
        pass
    with pytest.raises(UnsoundData, match="unpacks to 5 bytes, expected 4"), archives.opened(path, "x.zip", most=4):
        pass


def test_an_archive_that_bursts(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.csv": bytes(limits.RATIO_MATTERS + 1)})
    assert path.stat().st_size < 20_000
    assert "times its size, expected 250 times at most" in refused(path)


def test_a_size_that_is_a_lie_gives_no_more_bytes_than_were_checked(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.csv": bytes(1 << 20)})
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", content, content.index(mark) + place, 10)
    path.write_bytes(content)
    target = io.BytesIO()
    with archives.opened(path, "x.zip") as archive, pytest.raises(archives.BadArchive, match="cannot be unpacked"):
        archives.copy(archive, "a.csv", target, "x.zip")
    assert len(target.getvalue()) <= 10


def test_what_is_no_archive(tmp_path: Path) -> None:
    for content in (b"", b"PK", b"PK\x05\x06" + bytes(18) + b"x", os.urandom(100)):
        (tmp_path / "a.zip").write_bytes(content)
        with pytest.raises(archives.BadArchive), archives.opened(tmp_path / "a.zip", "x.zip") as archive:
            archives.read(archive, "a.csv", "x.zip", 10)
