"""What is shown where a link is shared: title, sentence and a picture of the right size."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient


def shared(client: FlaskClient, path: str) -> dict[str, str]:
    """The properties that a page gives to those who show a link to it."""
    text = client.get(path).get_data(as_text=True)
    return dict(re.findall(r'<meta property="og:([a-z:]+)" content="([^"]*)">', text))


def size_of(image: bytes) -> tuple[int, int]:
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(image[16:20]), int.from_bytes(image[20:24])


@pytest.mark.parametrize(
    ("path", "title", "picture"),
    [
        ("/", "Peer2Peer Graph", "/picture.png"),
        ("/practice/exford-buddies", "Exford Buddies", "/picture.png"),
        ("/country/XA", "Exland", "/country/XA/picture.png"),
        ("/pl/country/XA/missing", "Exland", "/pl/country/XA/picture.png"),
    ],
)
def test_page_says_what_a_link_to_it_shows(client: FlaskClient, path: str, title: str, picture: str) -> None:
    said = shared(client, path)
    assert title in said["title"] or path == "/"
    assert said["description"]
    assert said["image"] == picture
    answer = client.get(picture)
    assert answer.content_type == "image/png"
    assert size_of(answer.data) == (1200, 630) == (int(said["image:width"]), int(said["image:height"]))
    assert len(answer.data) < 300_000


def test_pictures_of_two_countries_and_of_all_differ_and_are_the_same_again(client: FlaskClient) -> None:
    first = [client.get(path).data for path in ("/picture.png", "/country/XA/picture.png", "/country/XB/picture.png")]
    assert len(set(first)) == 3
    assert client.get("/picture.png").data == first[0]
    assert client.get("/country/ZZ/picture.png").status_code == 404


def test_page_of_a_country_is_told_by_its_sentence(client: FlaskClient) -> None:
    assert "practices" in shared(client, "/country/XA")["description"]
    assert shared(client, "/country/XA")["description"] != shared(client, "/country/XB")["description"]
