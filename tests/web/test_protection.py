"""What every answer carries; hostile requests get an answer that is no fault and gives nothing back as markup."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

import webapp
from webapp.protection import HEADERS

STATIC = Path(webapp.__file__).parent / "static"

HOSTILE_PATHS = [
    "/practice/../../etc/passwd",
    "/practice/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "/practice/..%5c..%5cwindows",
    "/static/../app.py",
    "/static/%2e%2e/app.py",
    "/static/..%2fapp.py",
    "/static/css/../../cli.py",
    "/static//etc/passwd",
    "/practice/%00",
    "/practice/a%00b",
    "/practice/%0d%0aSet-Cookie:x=1",
    "/id/practice/%0d%0aLocation:%20https://example.org",
    "/practice/<script>alert(1)</script>",
    "/practice/%3Cscript%3Ealert(1)%3C/script%3E",
    "/practice/'%20OR%20'1'='1",
    '/practice/"onmouseover="alert(1)',
    "/practice/{{7*7}}",
    "/practice/${7*7}",
    "/practice/%F0%9F%92%A9",
    "/practice/%ff%fe",
    "/practice/" + "a" * 5000,
    "/practice/" + "a-" * 2000,
    "/country/..",
    "/country/XA%3E%20%7D%20UNION%20%7B",
    "/country/XA/network.json/..",
    "/country/xx/network",
    "/vocab/<script>",
    "/vocab/role/<script>alert(1)</script>",
    "/vocab/__class__",
    "/ontology/__init__",
    "/queries/<script>alert(1)</script>",
    "/queries/../app",
    "/queries/practices-by-country.<script>",
    "/queries/__proto__.json",
    "/\\example.org",
    "/id/practice//exford-buddies",
    "/.git/config",
    "/.env",
    "/wp-login.php",
    "/tie/;ls",
]

HOSTILE_VALUES = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE names; --",
    '" OR 1=1 --',
    'x" NEAR y',
    "NOT",
    "AND OR NOT *",
    "* * *",
    "a*b*c*",
    "^:-{}()[]",
    "{{ config }}",
    "{% raw %}",
    "${jndi:ldap://127.0.0.1/a}",
    "XA> } UNION { ?s ?p ?o } #",
    "XA\u0000",
    "\u202egnp.exe",
    "\ud7ff\ue000",
    "%s%s%s%n",
    "-1",
    "1e309",
    "9" * 400,
    "a" * 20_000,
    "\r\nSet-Cookie: x=1",
    "../../../../etc/passwd",
    "javascript:alert(1)",
    "https://example.org/",
    "İıſK",
    "e\u0301" * 200,
]


@pytest.mark.parametrize("path", HOSTILE_PATHS)
def test_hostile_path_is_refused_quietly(client: FlaskClient, path: str) -> None:
    for accept in ("text/html", "*/*"):
        response = client.get(path, headers={"Accept": accept})
        assert 300 <= response.status_code < 500, (path, response.status_code)
        text = response.get_data(as_text=True)
        assert "<script>alert" not in text
        assert "root:" not in text
        assert "Traceback" not in text
        assert "49" not in response.headers.get("Location", "")
        assert "Set-Cookie" not in response.headers
        assert not response.headers.get("Location", "/").startswith(("//", "https://example", "http://example"))


@pytest.mark.parametrize("path", ["//example.org/", "//example.org/..", "///example.org", "/%2f/example.org/"])
def test_double_slash_leads_to_no_other_host(client: FlaskClient, path: str) -> None:
    response = client.get("/", environ_overrides={"PATH_INFO": path})
    assert 300 <= response.status_code < 500
    assert not response.headers.get("Location", "/").startswith(("//", "https://example", "http://example"))


@pytest.mark.parametrize("value", HOSTILE_VALUES)
def test_hostile_value_is_never_markup_or_a_fault(client: FlaskClient, value: str) -> None:
    for path, name in (
        ("/search", "q"),
        ("/practices", "country"),
        ("/practices", "kind"),
        ("/practices", "page"),
        ("/documents", "kind"),
        ("/queries/practices-by-country", "country"),
        ("/queries/practices-by-country", value[:40]),
        ("/queries/facts-of-thing", "thing"),
        ("/sparql", "query"),
        ("/sparql", "format"),
    ):
        for accept in ("text/html", "*/*"):
            response = client.get(path, query_string={name: value}, headers={"Accept": accept})
            assert response.status_code < 500, (path, name, value[:40], response.status_code)
            if response.mimetype == "text/html":
                text = response.get_data(as_text=True)
                assert "<script>alert" not in text
                assert "<img src=x" not in text
                assert 'href="javascript:' not in text
            assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/practice/exford-buddies",
        "/practice/exford-buddies.ttl",
        "/nothing",
        "/sparql",
        "/static/css/site.css",
        "/health",
    ],
)
def test_every_answer_carries_the_headers(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    for name, value in HEADERS:
        assert response.headers.getlist(name) == [value]
    assert "Set-Cookie" not in response.headers
    response.close()


def test_policy_allows_no_inline_code_and_no_other_host(client: FlaskClient) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert policy.startswith("default-src 'none'")


def test_host_header_cannot_break_out(client: FlaskClient) -> None:
    for path in ("/robots.txt", "/sitemap.xml", "/.well-known/void"):
        response = client.get(path, headers={"Host": 'a"><script>alert(1)</script>'})
        assert "<script>alert" not in response.get_data(as_text=True)


def test_assets_name_no_other_host() -> None:
    for path in [*STATIC.glob("css/*.css"), *STATIC.glob("js/*.js"), *STATIC.glob("*.svg")]:
        text = (
            path.read_text(encoding="utf-8")
            .replace("http://www.w3.org/2000/svg", "")
            .replace("http://www.w3.org/1999/xlink", "")
            .replace("http://www.w3.org/2001/XMLSchema#", "")
        )
        assert "http://" not in text, path
        assert "https://" not in text, path
        assert "url(//" not in text, path


def test_style_sheet_stays_small() -> None:
    assert (STATIC / "css" / "site.css").stat().st_size < 30_000


def test_vendored_assets_have_their_licence() -> None:
    folders = [path for path in (STATIC / "vendor").iterdir() if path.is_dir()]
    assert folders
    for folder in folders:
        assert any(path.name.upper().startswith("LICENSE") for path in folder.iterdir()), folder
        assert folder.name.rsplit("-", 1)[1][0].isdigit(), folder


def test_fonts_are_served_and_kept(client: FlaskClient) -> None:
    response = client.get("/static/vendor/source-sans-3-5.3.0/source-sans-3-latin-wght-normal.woff2")
    assert response.status_code == 200
    assert response.data[:4] == b"wOF2"
    assert "max-age=31536000" in response.headers["Cache-Control"]
    response.close()
