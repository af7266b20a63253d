"""The operator's pages: invitations, roles, closing, opening, links; what is said where it cannot be."""

from __future__ import annotations

import re

import pytest

from p2p_graph.errors import LoginRefused
from tests.web.standing import HTML, PASSWORD, Office, Person

LINK = re.compile(r'class="desk-secret">http://localhost(/[a-z-]+/[\w-]+)<')


@pytest.fixture(scope="module")
def operator(office: Office) -> Person:
    return office.person("operator")


def _link(page: str) -> str:
    found = LINK.search(page)
    assert found is not None
    return found[1]


def test_invitation_is_shown_once_and_makes_the_account(office: Office, operator: Person) -> None:
    made = operator.send("/accounts", role="steward", slug="night-watch", credit="Night & Watch")
    assert made.status_code == 201
    link = _link(made.get_data(as_text=True))
    client = office.visitor()
    assert "Welcome, Night &amp; Watch" in client.get(link, headers=HTML).get_data(as_text=True)
    joined = client.post(link, data={"name": "watch", "password": PASSWORD, "again": PASSWORD}, headers=HTML)
    assert joined.status_code == 303
    assert client.get("/review", headers=HTML).status_code == 200
    page = operator.get("/accounts").get_data(as_text=True)
    assert "Night &amp; Watch" in page
    assert link not in page


@pytest.mark.parametrize(
    ("field", "value"),
    [("slug", "Night Watch"), ("slug", ""), ("credit", ""), ("role", "queen"), ("mail", "nowhere")],
)
def test_invitation_that_cannot_be_keeps_what_was_typed(operator: Person, field: str, value: str) -> None:
    given = {"role": "partner", "slug": "never-made", "credit": "Never Made", "mail": "", field: value}
    told = operator.send("/accounts", **given)
    assert told.status_code == 400
    page = told.get_data(as_text=True)
    assert f'id="w-{field}"' in page
    assert field == "credit" or 'value="Never Made"' in page


def test_account_is_closed_and_opened(office: Office, operator: Person) -> None:
    person = office.person()
    path = f"/accounts/{person.account.name}"
    assert operator.send(path, step="close").status_code == 303
    assert person.get("/account").status_code == 303
    with pytest.raises(LoginRefused):
        office.accounts.sign_in(person.account.name, PASSWORD)
    assert "Open it again" in operator.get(path).get_data(as_text=True)
    assert operator.send(path, step="open").status_code == 303
    assert office.accounts.sign_in(person.account.name, PASSWORD).account.role == "partner"


def test_locked_account_is_shown_and_unlocked(office: Office, operator: Person) -> None:
    account = office.invited()
    for _ in range(8):
        with pytest.raises(LoginRefused):
            office.accounts.sign_in(account.name, "wrong words in a row")
    path = f"/accounts/{account.name}"
    assert "locked until" in operator.get("/accounts").get_data(as_text=True)
    assert "Unlock it" in operator.get(path).get_data(as_text=True)
    assert operator.send(path, step="open").status_code == 303
    assert office.accounts.sign_in(account.name, PASSWORD).account == account


def test_new_role_holds_at_once(office: Office, operator: Person) -> None:
    person = office.person("steward")
    assert operator.send(f"/accounts/{person.account.name}", step="role", role="partner").status_code == 303
    assert person.get("/review").status_code == 303
    assert office.signed_in(person.account).get("/review").status_code == 403
    refused = operator.send(f"/accounts/{person.account.name}", step="role", role="queen")
    assert refused.status_code == 400


def test_link_for_a_new_password(office: Office, operator: Person) -> None:
    account = office.invited()
    made = operator.send(f"/accounts/{account.name}", step="password")
    assert made.status_code == 201
    fresh = "five other words not alike"
    link = _link(made.get_data(as_text=True))
    done = office.visitor().post(link, data={"password": fresh, "again": fresh}, headers=HTML)
    assert done.status_code == 303
    assert office.accounts.sign_in(account.name, fresh).account == account


def test_operator_closes_no_door_behind_themselves(office: Office, operator: Person) -> None:
    path = f"/accounts/{operator.account.name}"
    for step in ({"step": "close"}, {"step": "role", "role": "partner"}):
        assert operator.send(path, **step).status_code == 403
    assert "Close it" not in operator.get(path).get_data(as_text=True)
    assert operator.get("/accounts").status_code == 200


def test_account_that_is_not_there_is_told(operator: Person) -> None:
    assert operator.get("/accounts/nobody").status_code == 400
    assert operator.send("/accounts/nobody", step="close").status_code == 400
