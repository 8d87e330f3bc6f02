"""Archives: the same bytes for the same members, hashes as written, no unsafe or doubled name."""

import hashlib
import io
import zipfile

import pytest

from exports.zip_stream import Member, ZipStream


def archive() -> tuple[bytes, list[Member]]:
    target = io.BytesIO()
    stream = ZipStream(target)
    stream.add("README.txt", [b"read ", b"me"])
    stream.add("crf_ae.csv", (b"row\r\n" for _ in range(100_000)))
    stream.finish("manifest.json", [b"{}"])
    return target.getvalue(), stream.members


@pytest.mark.requirement("C47")
def test_the_same_members_give_the_same_bytes() -> None:
    assert archive()[0] == archive()[0]


def test_members_are_read_back_with_their_sizes_and_hashes() -> None:
    content, members = archive()
    opened = zipfile.ZipFile(io.BytesIO(content))
    assert opened.testzip() is None
    assert opened.namelist() == ["README.txt", "crf_ae.csv", "manifest.json"]
    for member in members:
        data = opened.read(member.name)
        assert (len(data), hashlib.sha256(data).hexdigest()) == (member.size, member.sha256)


def test_no_time_or_place_of_making_is_in_the_archive() -> None:
    for info in zipfile.ZipFile(io.BytesIO(archive()[0])).infolist():
        assert info.date_time == (1980, 1, 1, 0, 0, 0)
        assert info.external_attr >> 16 == 0o100644
        assert info.compress_type == zipfile.ZIP_STORED


@pytest.mark.requirement("T17")
@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/b", "a\\b", "", ".hidden", "x" * 81, "ä.csv", "a b"])
def test_an_unsafe_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no name for a file"):
        ZipStream(io.BytesIO()).add(name, [b""])


def test_members_stand_in_order_and_once() -> None:
    stream = ZipStream(io.BytesIO())
    stream.add("b.csv", [b""])
    with pytest.raises(ValueError, match="does not come after"):
        stream.add("a.csv", [b""])
    with pytest.raises(ValueError, match="does not come after"):
        stream.add("b.csv", [b""])
    with pytest.raises(ValueError, match="already"):
        stream.finish("b.csv", [b""])


def test_a_member_that_may_be_large_is_read_back() -> None:
    target = io.BytesIO()
    stream = ZipStream(target)
    stream.add("trail.jsonl", [b"x"], large=True)
    stream.finish()
    assert zipfile.ZipFile(target).read("trail.jsonl") == b"x"
