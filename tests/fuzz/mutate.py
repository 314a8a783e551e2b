"""Strategies that spoil a sound file as people, programs and attackers do: bytes, lines, cells and whole structures."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from hypothesis import strategies as st

BSN = "123456782"
"""Passes the elfproef and is nobody's. It is planted everywhere, and may come out nowhere."""

TOKENS: tuple[bytes, ...] = (
    *(b'"', b"'", b";", b",", b"\t", b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\x1b[2J"),
    *(b"=1+1", b"@SUM(A1)", b"NaN", b"Infinity", b"-inf", b"1e999", b"-0", b"9" * 50, b"0" * 400, b"1,2,3", b"1.2.3"),
    *(b"31-02-2024", b"9999-12-31", b"0000-00-00", b"2024-13-01", b"1e5", b"0x10", b"1_000", b"\xd9\xa1\xd9\xa2"),
    *(b"[" * 300, b"{" * 300, b"&a [*a,*a]", b"!!python/object:os.system {}", b"<script>", b"../../etc/passwd"),
    *(b"\xe2\x80\xae", b"\xe2\x80\x8b", b"x" * 11_000, BSN.encode(), b"1234.56.782", b"\xed\xa0\x80", b"null", b"true"),
)


@st.composite
def spoilt(draw: st.DrawFn, sound: bytes) -> bytes:
    """Some bytes with up to five things done to them."""
    content = sound
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3, 5]))):  # mostly one: what is spoilt at once is refused at once
        content = draw(_once(content))
    return content


@st.composite
def _once(draw: st.DrawFn, content: bytes) -> bytes:
    start = draw(st.integers(0, len(content)))
    end = min(len(content), start + draw(st.integers(0, 60)))
    what = draw(st.sampled_from(("token", "flip", "cut", "drop", "twice", "swap", "move", "utf-16")))
    if what == "token":
        return content[:start] + draw(st.sampled_from(TOKENS)) + content[end if draw(st.booleans()) else start :]
    if what == "flip":
        return content[:start] + draw(st.binary(min_size=1, max_size=4)) + content[start + 1 :]
    if what == "cut":
        return content[:start]
    if what == "drop":
        return content[:start] + content[end:]
    if what == "twice":
        return content[:end] + content[start:]
    if what == "utf-16":
        return content.decode("utf-8", "replace").encode("utf-16")
    lines = content.split(b"\n")
    first, second = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
    if what == "swap":
        lines[first], lines[second] = lines[second], lines[first]
    else:
        lines.insert(first, lines[second])
    return b"\n".join(lines)


CELLS = st.one_of(
    st.sampled_from([token.decode("utf-8", "replace") for token in TOKENS if len(token) < 1000]),
    st.sampled_from(["GM0396", "2023", "2023-H1", "2022/2023", "12,5", "1.240", "-3", "", "ja", "%", "heemskerk-01"]),
    st.text(max_size=12),
    st.integers().map(str),
    st.floats().map(str),
)


@st.composite
def tables(draw: st.DrawFn, headers: Sequence[str]) -> bytes:
    """A text file under the headers of a contract, some left out, with cells of every sort."""
    own = draw(st.lists(st.sampled_from(list(headers)), min_size=1, max_size=len(headers), unique=True))
    own = list(headers) if draw(st.integers(0, 3)) else own
    rows = draw(st.lists(st.lists(CELLS, min_size=len(own), max_size=len(own)), max_size=5))
    delimiter = draw(st.sampled_from(";,"))
    text = "\n".join(delimiter.join(row) for row in [own, *rows])
    return text.encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"])), "replace")


@st.composite
def archives(draw: st.DrawFn, sound: bytes) -> bytes:
    """An archive that is spoilt as bytes, or put together anew with a spoilt member, one too many or one too few."""
    if draw(st.integers(0, 3)) == 0:
        return draw(spoilt(sound))
    with zipfile.ZipFile(io.BytesIO(sound)) as archive:
        members = [(member.filename, archive.read(member)) for member in archive.infolist()]
    place = draw(st.integers(0, len(members) - 1))
    name, content = members[place]
    what = draw(st.sampled_from(("content", "name", "gone", "twice")))
    if what == "content":
        members[place] = (name, draw(spoilt(content)))
    elif what == "name":
        members[place] = (draw(st.sampled_from(["../x", "/x", "a\\b", "x", name.upper(), "C:x", "\u202ex"])), content)
    elif what == "gone":
        del members[place]
    else:
        members.append((name, content))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))) as made:
        for own, body in members:
            made.writestr(zipfile.ZipInfo(own), body)
    return stream.getvalue()
