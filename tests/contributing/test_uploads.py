"""What strangers upload: read within limits, nothing fetched, and each refusal says what to do."""

from __future__ import annotations

import json
import time

import pytest
from practices import practice, turtle

from p2p_graph.contributing.uploads import UploadLimits, read_upload
from p2p_graph.errors import UploadRefused

ID = "https://w3id.org/peer2peer/id/"
THING = f"<{ID}practice/port-house-x>"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"


def _refused(content: str | bytes, format_name: str, reason: str, limits: UploadLimits | None = None) -> str:
    with pytest.raises(UploadRefused) as caught:
        read_upload(content.encode() if isinstance(content, str) else content, format_name, limits)
    assert caught.value.values["reason"] == reason
    return str(caught.value)


def test_every_form_gives_the_same_triples() -> None:
    from pyoxigraph import RdfFormat, serialize

    expected = set(practice())
    assert set(read_upload(turtle().encode(), "ttl")) == expected
    for name, form in (("nt", RdfFormat.N_TRIPLES), ("jsonld", RdfFormat.JSON_LD)):
        written = serialize(practice(), format=form)
        assert written is not None
        assert set(read_upload(written, name)) == expected
        assert set(read_upload(b"\xef\xbb\xbf" + written, name)) == expected


def test_json_ld_brings_its_context_inside() -> None:
    thing = {"@context": {"name": "http://www.w3.org/2000/01/rdf-schema#label"}, "@id": f"{ID}practice/x", "name": "X"}
    assert len(read_upload(json.dumps(thing).encode(), "jsonld")) == 1


@pytest.mark.parametrize(
    "thing",
    [
        {"@context": "https://example.org/c.jsonld", "@id": f"{ID}practice/x"},
        {"@context": [{"a": "https://example.org/a"}, "//example.org/c"], "@id": f"{ID}practice/x"},
        {"@context": "file:///etc/passwd"},
        {"@context": {"@import": "https://example.org/c.jsonld"}, "@id": f"{ID}practice/x"},
        {"@id": f"{ID}practice/x", "https://example.org/a": [{"@context": "c.jsonld", "@id": f"{ID}practice/y"}]},
        {"@context": {"a": {"@id": "https://example.org/a", "@context": "https://example.org/c"}}},
    ],
)
def test_remote_context_is_refused_wherever_it_stands(thing: object) -> None:
    # the tests close all sockets, so that fetching would be another error
    assert "nothing is fetched here" in _refused(json.dumps(thing), "jsonld", "remote-context")


@pytest.mark.parametrize(
    ("content", "format_name", "reason", "told"),
    [
        ("", "ttl", "empty", "describe a practice"),
        ("{}", "jsonld", "empty", "describe a practice"),
        (f"{THING} {LABEL} 'x' .", "rdf", "format", "send one of ttl, nt, jsonld"),
        (f"{THING} {LABEL} 'x'\n{THING} .", "ttl", "syntax", "line 2"),
        ('{"a": \n}', "jsonld", "syntax", "line 2"),
        ('{"@id": "a", "@id": "b"}', "jsonld", "syntax", "stands twice"),
        ("[" * 5_000 + "]" * 5_000, "jsonld", "depth", "write it flatter"),
        ("[" * 60 + "]" * 60, "jsonld", "depth", "write it flatter"),
        ('{"@id": ' + "9" * 5_000 + "}", "jsonld", "syntax", "too many digits"),
        (b"caf\xe9", "ttl", "encoding", "UTF-8"),
        ("<a:b> <a:c> ".encode("utf-16"), "ttl", "encoding", "UTF-8"),
        (f"[] {LABEL} 'x' .", "ttl", "nameless", "give it one"),
        (f"{THING} <https://example.org/p> [ {LABEL} 'x' ] .", "ttl", "nameless", "give it one"),
        (f"{THING} <https://example.org/p> (1 2 3) .", "ttl", "nameless", "give it one"),
        (f"{THING} <https://example.org/p> <<( <{ID}practice/x> {LABEL} 'x' )>> .", "ttl", "form", "leave them out"),
        (f"<https://example.org/x> {LABEL} 'x' .", "ttl", "foreign", "begin with https://w3id.org/peer2peer/id/"),
        (f"<{ID}robot/x> {LABEL} 'x' .", "ttl", "foreign", "no thing of this graph"),
        (f"<{ID}practice/../x> {LABEL} 'x' .", "ttl", "foreign", "no thing of this graph"),
        (f"<{ID}practice/x#y> {LABEL} 'x' .", "ttl", "foreign", "no thing of this graph"),
        (f"{THING} <https://schema.org/url> <javascript:alert(1)> .", "ttl", "address", "begins with https://"),
        (f"{THING} <https://schema.org/url> <file:///etc/passwd> .", "ttl", "address", "begins with https://"),
        (f"{THING} <https://schema.org/url> <https://a:b@example.org/> .", "ttl", "address", "begins with https://"),
        (f"{THING} <https://schema.org/url> <https://e.org/{'x' * 500}> .", "ttl", "address", "shorter than"),
        (f"{THING} {LABEL} '{'x' * 6_000}' .", "ttl", "text", "shorten it"),
        (f"{THING} {LABEL} 'a\\u0000b' .", "ttl", "text", "control sign"),
        (f"{THING} {LABEL} 'a\\u202Eb' .", "ttl", "text", "control sign"),
        (
            f'{{"@id": "{ID}graph/x", "@graph": [{{"@id": "{ID}practice/x", "{LABEL[1:-1]}": "x"}}]}}',
            "jsonld",
            "graph",
            "",
        ),
    ],
)
def test_what_is_refused_says_what_to_do(content: str | bytes, format_name: str, reason: str, told: str) -> None:
    assert told in _refused(content, format_name, reason)


def test_large_files_are_refused_before_they_are_read() -> None:
    begun = time.process_time()
    assert "larger than" in _refused(b" " * 1_000_001, "ttl", "size")
    million = f"{THING} {LABEL} " + ",".join(f'"{number}"' for number in range(1_000_000)) + " ."
    assert "larger than" in _refused(million, "ttl", "size")
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("kind", ["many", "nested", "collection", "nameless", "json"])
def test_bombs_that_fit_into_the_limit_are_refused_in_a_moment(kind: str) -> None:
    content = {
        "many": f"{THING} {LABEL} " + ",".join(str(number) for number in range(120_000)) + " .",
        "nested": f"{THING} {LABEL} " + f"[ {LABEL} " * 10_000,
        "collection": f"{THING} {LABEL} " + "(" * 900_000,
        "nameless": f"_:a {LABEL} " + ",".join(f"_:b{number}" for number in range(90_000)) + " .",
        "json": "[" + ",".join('{"@id": "_:x"}' for _ in range(50_000)) + "]",
    }[kind]
    begun = time.process_time()
    with pytest.raises(UploadRefused):
        read_upload(content.encode(), "jsonld" if kind == "json" else "ttl")
    assert time.process_time() - begun < 5


def test_as_many_triples_as_may_be_are_taken_and_one_more_is_not() -> None:
    content = f"{THING} {LABEL} " + ",".join(f'"{number}"' for number in range(20)) + " ."
    assert len(read_upload(content.encode(), "ttl", UploadLimits(triples=20))) == 20
    assert "more than 19 statements" in _refused(content, "ttl", "triples", UploadLimits(triples=19))
    assert len(read_upload((content * 2).encode(), "ttl", UploadLimits(triples=20))) == 20
