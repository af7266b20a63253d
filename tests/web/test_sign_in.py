"""Signing in and out, joining, new passwords, and forms that were sent while nobody was signed in."""

from __future__ import annotations

import html
import json
import re

import pytest
from flask.testing import FlaskClient

from tests.web.reading import read
from tests.web.standing import HTML, PASSWORD, Office, cookie_in, key_in

CARRIED = re.compile(r'name="carried" value="([^"]*)"')


def _try(client: FlaskClient, name: str, password: str = PASSWORD, **more: str) -> object:
    return client.post("/sign-in", data={"name": name, "password": password, **more}, headers=HTML)


def test_session_begins_is_kept_apart_from_scripts_and_ends(office: Office) -> None:
    account, client = office.invited(), office.visitor()
    page = client.get("/sign-in?next=/submissions%3Fstate%3Dasked", headers=HTML)
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    begun = client.post(
        "/sign-in", data={"name": account.name, "password": PASSWORD, "next": "/submissions?state=asked"}, headers=HTML
    )
    assert (begun.status_code, begun.headers["Location"]) == (303, "/submissions?state=asked")
    marks = begun.headers["Set-Cookie"]
    assert "HttpOnly" in marks
    assert "SameSite=Lax" in marks
    assert "Secure" not in marks
    assert begun.headers["Cache-Control"] == "no-store"
    assert client.get("/sign-in", headers=HTML).status_code == 303
    asked = client.get("/sign-out", headers=HTML)
    done = client.post("/sign-out", data={"form_key": key_in(asked)}, headers=HTML)
    assert (done.status_code, cookie_in(done)) == (303, "")
    client.set_cookie("p2p_session", cookie_in(begun))
    assert client.get("/account", headers=HTML).status_code == 303


def test_cookie_is_secure_where_the_request_is(office: Office) -> None:
    account = office.invited()
    begun = office.visitor().post(
        "/sign-in", base_url="https://localhost", data={"name": account.name, "password": PASSWORD}, headers=HTML
    )
    assert "; Secure" in begun.headers["Set-Cookie"]


def test_each_signing_in_has_a_new_secret_and_ends_the_last_session(office: Office) -> None:
    person = office.person()
    again = person.client.post("/sign-in", data={"name": person.account.name, "password": PASSWORD}, headers=HTML)
    assert cookie_in(again) not in ("", person.secret)
    assert office.accounts.session(person.secret) is None
    stale = person.send("/account", mail="")
    assert stale.status_code == 403


@pytest.mark.parametrize(
    "onward", ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)", ""]
)
def test_signing_in_leads_to_no_other_site(office: Office, onward: str) -> None:
    account = office.invited()
    begun = office.visitor().post(
        "/sign-in", data={"name": account.name, "password": PASSWORD, "next": onward}, headers=HTML
    )
    assert begun.headers["Location"] == "/submissions"


def test_wrong_password_is_told_without_telling_which_and_keeps_the_name(office: Office) -> None:
    account, client = office.invited(), office.visitor()
    told = [
        client.post("/sign-in", data={"name": name, "password": "wrong words in a row"}, headers=HTML)
        for name in (account.name, "nobody")
    ]
    assert [one.status_code for one in told] == [401, 401]
    pages = [read(one.get_data(as_text=True)).text for one in told]
    assert all("There is no account with this name and password." in page for page in pages)
    assert f'value="{account.name}"' in told[0].get_data(as_text=True)
    assert all("wrong words in a row" not in one.get_data(as_text=True) for one in told)


def test_too_many_wrong_passwords_lock_the_name_and_say_for_how_long(office: Office) -> None:
    account, client = office.invited(), office.visitor()
    for _ in range(8):
        client.post("/sign-in", data={"name": account.name, "password": "wrong"}, headers=HTML)
    locked = client.post("/sign-in", data={"name": account.name, "password": PASSWORD}, headers=HTML)
    assert locked.status_code == 429
    assert 200 < int(locked.headers["Retry-After"]) <= 301
    assert "try again in 5 minutes, or ask the operator" in locked.get_data(as_text=True)
    assert "Set-Cookie" not in locked.headers


def test_sign_in_sent_by_another_site_is_refused(office: Office) -> None:
    account = office.invited()
    sent = office.visitor().post(
        "/sign-in",
        data={"name": account.name, "password": PASSWORD},
        headers={**HTML, "Sec-Fetch-Site": "cross-site"},
    )
    assert sent.status_code == 403
    assert "Set-Cookie" not in sent.headers


def test_invitation_makes_an_account_in_any_language(office: Office) -> None:
    secret = office.accounts.invite("partner", "quay-reading", "Quay “Reading” <b>", mail="q@example.org").secret
    client = office.visitor()
    page = client.get(f"/pl/join/{secret}", headers=HTML)
    assert "Quay “Reading” &lt;b&gt;" in page.get_data(as_text=True)
    assert 'value="q@example.org"' in page.get_data(as_text=True)
    assert page.headers["X-Robots-Tag"] == "noindex"
    for wrong, field in (
        ({"name": "Anna K", "password": PASSWORD, "again": PASSWORD}, "name"),
        ({"name": "quay.a", "password": "short", "again": "short"}, "password"),
        ({"name": "quay.a", "password": PASSWORD, "again": PASSWORD + "s"}, "again"),
        ({"name": "quay.a", "password": PASSWORD, "again": PASSWORD, "mail": "nowhere"}, "mail"),
    ):
        refused = client.post(f"/join/{secret}", data=wrong, headers=HTML)
        assert refused.status_code == 400
        assert f'id="w-{field}"' in refused.get_data(as_text=True)
        assert f'value="{wrong["name"]}"' in refused.get_data(as_text=True)
    made = client.post(
        f"/pl/join/{secret}", data={"name": "quay.a", "password": PASSWORD, "again": PASSWORD}, headers=HTML
    )
    assert (made.status_code, made.headers["Location"]) == (303, "/pl/submissions")
    assert client.get("/account", headers=HTML).status_code == 200
    assert office.visitor().get(f"/join/{secret}", headers=HTML).status_code == 410


def test_new_password_ends_every_session_and_the_link(office: Office) -> None:
    person = office.person()
    secret = office.accounts.reset(person.account.name).secret
    client = office.visitor()
    assert client.get(f"/join/{secret}", headers=HTML).headers["Location"] == f"/new-password/{secret}"
    assert client.get(f"/new-password/{secret}", headers=HTML).status_code == 200
    fresh = "five other words not alike"
    done = client.post(f"/new-password/{secret}", data={"password": fresh, "again": fresh}, headers=HTML)
    assert done.status_code == 303
    assert person.get("/account").status_code == 303
    assert client.get("/account", headers=HTML).status_code == 200
    assert client.post(f"/new-password/{secret}", data={"password": fresh, "again": fresh}).status_code == 410
    assert office.accounts.sign_in(person.account.name, fresh).account == person.account


def test_form_of_a_lost_session_is_carried_over_signing_in(office: Office) -> None:
    person = office.person()
    office.accounts.sign_out(person.secret)
    mail = 'a"<b>&@example.org'
    lost = person.send("/account?x=1", mail=mail, other="żółć")
    assert lost.status_code == 401
    found = CARRIED.search(lost.get_data(as_text=True))
    assert found is not None
    carried = html.unescape(found[1])
    assert json.loads(carried) == [["mail", mail], ["other", "żółć"]]
    back = person.client.post(
        "/sign-in",
        data={"name": person.account.name, "password": "wrong", "carried": carried, "next": "/account?x=1"},
        headers=HTML,
    )
    assert html.escape(carried, quote=False).replace('"', "&#34;") in back.get_data(as_text=True)
    again = person.client.post(
        "/sign-in",
        data={"name": person.account.name, "password": PASSWORD, "carried": carried, "next": "/account?x=1"},
        headers=HTML,
    )
    page = again.get_data(as_text=True)
    assert again.status_code == 200
    assert 'action="/account?x=1"' in page
    assert "<b>" not in page
    sent = person.client.post("/account?x=1", data={"form_key": key_in(again), "mail": "a@example.org"}, headers=HTML)
    assert sent.status_code == 200
    assert office.accounts.mail_of(person.account.name) == "a@example.org"


def test_form_of_an_earlier_session_is_shown_again_and_nothing_is_done(office: Office) -> None:
    person = office.person()
    told = person.send("/account", key="that of another session", mail="a@example.org")
    assert told.status_code == 403
    page = told.get_data(as_text=True)
    assert 'name="mail" value="a@example.org"' in page
    assert key_in(told) == person.form_key
    assert office.accounts.mail_of(person.account.name) == ""


@pytest.mark.parametrize("carried", ["{", "[1]", '[["a"]]', "null", '{"a": 1}', "[" * 3000])
def test_what_we_did_not_carry_is_left(office: Office, carried: str) -> None:
    account = office.invited()
    begun = office.visitor().post(
        "/sign-in", data={"name": account.name, "password": PASSWORD, "carried": carried}, headers=HTML
    )
    assert begun.status_code == 303


def test_pages_of_the_desk_read_well(office: Office) -> None:
    person = office.person()
    secret = office.accounts.invite("steward", "reads-well", "Reads Well").secret
    for client, path in (
        (office.visitor(), "/sign-in"),
        (office.visitor(), f"/join/{secret}"),
        (person.client, "/account"),
        (person.client, "/sign-out"),
    ):
        page = read(client.get(path, headers=HTML).get_data(as_text=True))
        assert len(page.headings) == 1
        assert page.unlabelled == []
        assert page.inline == []
        assert len(set(page.ids)) == len(page.ids)
