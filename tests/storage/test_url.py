"""URLs as given and as shown: no message, plan or result has credentials."""

from pathlib import Path

import pytest

from render.errors import UsageError
from render.storage.url import Url, is_url, place_of, without_secrets


@pytest.mark.parametrize(
    ("whole", "shown"),
    [
        ("s3://bucket/a b#c%20?.mp4", "s3://bucket/a b#c%20?.mp4"),
        ("S3://bucket/x", "s3://bucket/x"),
        ("s3://bucket/a:b@c.mp4", "s3://bucket/a:b@c.mp4"),
        ("https://me:secret@host/a.mp4", "https://host/a.mp4"),
        ("https://token@host:8080/a.mp4#t=1", "https://host:8080/a.mp4"),
        ("sftp://me:secret@host/a.mp4", "sftp://me@host/a.mp4"),
        ("abfs://container@account.dfs.x/a", "abfs://container@account.dfs.x/a"),
        ("https://h/a.mp4?X-Amz-Signature=5&X-Amz-Date=1", "https://h/a.mp4"),
        ("https://h/a.mp4?sv=1&se=2&sr=b&sp=r&sig=Zm9v", "https://h/a.mp4"),
        ("https://h/a.mp4?access_token=5", "https://h/a.mp4"),
        ("https://[half/a.mp4?sig=1", "https://[half/a.mp4"),
    ],
)
def test_what_may_be_shown(whole: str, shown: str) -> None:
    url = Url(whole)
    assert str(url) == shown and url.whole == whole
    assert "secret" not in repr(url) and "Signature" not in repr(url)


def test_queries_that_ask_for_other_things_stay_two() -> None:
    one, two = Url("https://h/get?id=pqr1"), Url("https://h/get?id=pqr2")
    again = Url("https://h/get?X-Amz-Date=9&id=pqr1")
    assert str(one) != str(two) and str(one) == str(again)
    assert "pqr" not in f"{one}{two}"


@pytest.mark.parametrize(
    ("whole", "name", "stem", "suffix"),
    [
        ("s3://b/dir/my clip.mp4", "my clip.mp4", "my clip", ".mp4"),
        ("s3://b/a%20b.mp4", "a%20b.mp4", "a%20b", ".mp4"),
        ("https://h/a%20b.mp4?x=1", "a b.mp4", "a b", ".mp4"),
        ("https://h/..%2f..%2fetc%2fx.mp4", "../../etc/x.mp4", "../../etc/x", ".mp4"),
        ("s3://b/dir/", "dir", "dir", ""),
        ("https://h/", "h", "h", ""),
        ("s3://b/.hidden", ".hidden", ".hidden", ".hidden"),
        ("s3://b/..", "..", "..", ""),
        ("s3://b/x.not a suffix", "x.not a suffix", "x", ""),
    ],
)
def test_what_it_is_called(whole: str, name: str, stem: str, suffix: str) -> None:
    url = Url(whole)
    assert (url.name, url.stem, url.suffix) == (name, stem, suffix)


def test_paths_stay_paths(tmp_path: Path) -> None:
    odd = tmp_path / "a b#c%20ü.mp4"
    assert place_of(odd.as_uri()) == odd
    assert place_of(f"file://localhost{odd.as_uri()[7:]}") == odd
    assert place_of("clip.mp4") == Path("clip.mp4")
    assert place_of(r"C:\clips\a.mp4") == Path(r"C:\clips\a.mp4")
    assert not is_url("a/b://c") and is_url("memory://b/x")
    with pytest.raises(UsageError, match="of this machine"):
        place_of("file://nas/clip.mp4")


def test_urls_of_urls_are_refused() -> None:
    with pytest.raises(UsageError, match="join several URLs"):
        Url("simplecache::s3://b/x".replace("simplecache::", "s3://x::"))
    with pytest.raises(UsageError, match="is no URL"):
        Url("clip.mp4")


def test_no_text_has_secrets() -> None:
    said = without_secrets(
        "GET https://u:pw@h/a?token=t1 failed; s3://b/k stays, a::b://x?token=t1"
    )
    assert "pw" not in said and "t1" not in said.partition(";")[0]
    assert "s3://b/k" in said
    assert without_secrets("https://h/a b?token=t1") == "https://h/a b"
    assert without_secrets("--output=sftp://me:pw@h/a b") == "--output=sftp://me@h/a b"
