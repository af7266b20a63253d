"""Pictures for pages: wheels and networks from the drawing side, each with its sentence and its equal tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask_babel import gettext as _
from markupsafe import Markup
from pyoxigraph import Literal, NamedNode

from p2p_graph.model import Table, Term
from p2p_graph.reading import Graph
from p2p_graph.reading.drawing import Scene, scene, scene_svg
from p2p_graph.reading.network import FAMILIES, Actor, Network, Wheel, chord_rows, mixing, mixing_matrix, network_rows
from p2p_graph.reading.pages import pyvis_data
from p2p_graph.reading.sentences import coverage_sentence, summary
from p2p_graph.reading.style import ROLES, symbol
from p2p_graph.reading.wheel import Link, wheel_svg
from webapp.addresses import address_of_path, page_of
from webapp.languages import apart, at, listed
from webapp.listing import CountryRow
from webapp.naming import common_language, partners, spoken_network
from webapp.speaking import capital, controls, counting, families, words

__all__ = [
    "ActorRow",
    "Legend",
    "NetworkPicture",
    "SmallWheel",
    "WheelPicture",
    "example_wheels",
    "laid_out",
    "large_wheel",
    "legend",
    "network",
    "network_data",
    "practice_wheel",
    "small_wheels",
    "whole_wheel",
]


@dataclass(frozen=True, slots=True)
class SmallWheel:
    """The wheel of one country among others."""

    code: str
    name: str
    svg: Markup
    sentence: str
    practices: int
    ties: int


@dataclass(frozen=True, slots=True)
class Legend:
    """How a role family looks: its symbol, code and name."""

    family: str
    svg: Markup
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class WheelPicture:
    """A wheel with its sentence, coverage and equal tables; `narrow` is drawn for a small screen."""

    svg: Markup
    narrow: Markup
    sentence: str
    coverage: str
    heads: tuple[tuple[str, str], ...]
    matrix: tuple[tuple[str, tuple[str, ...]], ...]
    chords: tuple[tuple[str, str, bool, tuple[str, ...], str], ...]


def legend() -> tuple[Legend, ...]:
    """The nine role families as they look in every picture."""
    names = families()
    return tuple(Legend(family, _symbol(family), ROLES[family].code, capital(names[family])) for family in FAMILIES)


def _symbol(family: str) -> Markup:
    frame = 'class="symbol" width="18" height="18" viewBox="0 0 18 18" aria-hidden="true"'
    return Markup(f"<svg {frame}>{symbol(family, 9, 9, 6.2)}</svg>")


def small_wheels(graph: Graph, countries: Iterable[CountryRow], size: int = 230) -> tuple[SmallWheel, ...]:
    """The wheels of all countries, drawn to one scale so that they can be compared."""
    found = [(country, graph.wheel(country=country.code)) for country in countries]
    largest = max((wheel.largest for _, wheel in found), default=0) or None
    return tuple(
        SmallWheel(
            country.code,
            country.name,
            _svg(wheel, country.name, f"wheel-{country.code}", size, largest=largest),
            summary(wheel, country.name, words()),
            country.practices,
            country.ties,
        )
        for country, wheel in found
    )


def _svg(
    wheel: Wheel, title: str, ident: str, size: int, href: Link | None = None, largest: int | None = None
) -> Markup:
    # The drawing side escapes every label it writes.
    drawn = wheel_svg(
        wheel,
        _("Cooperation wheel: %(title)s", title=title),
        summary(wheel, title, words()),
        ident=ident,
        size=size,
        href=href,
        largest=largest,
        words=words(),
    )
    return Markup(drawn)


def large_wheel(graph: Graph, code: str) -> WheelPicture:
    """The wheel of a country; a click on a chord asks for the ties behind it."""

    def href(one: str, other: str) -> str:
        return at("/queries/ties-between-roles?" + urlencode({"one": one, "other": other, "country": code}))

    name = graph.label(_country(code))
    wheel = graph.wheel(country=code)
    return _picture(wheel, name, summary(wheel, name, words()), 620, href)


def _country(code: str) -> str:
    return address_of_path("country", code)


def practice_wheel(wheel: Wheel, name: str) -> WheelPicture:
    """The wheel of one practice."""
    met = {family for chord in wheel.chords for family in (chord.one, chord.other)}
    names, number = families(), counting("ties")(wheel.coverage.ties)
    roles = capital(listed(names[family] for family in FAMILIES if family in met))
    sentence = _("%(roles)s, joined by %(ties)s.", roles=roles, ties=number)
    return _picture(wheel, name, sentence, 380, None)


def _picture(wheel: Wheel, name: str, sentence: str, size: int, href: Link | None) -> WheelPicture:
    matrix = mixing_matrix(wheel)
    names = families()
    rows = tuple((capital(names[_plain(row[0])]), tuple(_plain(cell) for cell in row[1:])) for row in matrix.rows)
    heads = tuple((ROLES[family].code, capital(names[family])) for family in FAMILIES)
    return WheelPicture(
        _svg(wheel, name, "wheel", size, href),
        _svg(wheel, name, "wheel-narrow", 350, href),
        sentence,
        coverage_sentence(wheel, words()),
        heads,
        rows,
        _chords(chord_rows(wheel), href),
    )


def _chords(table: Table, href: Link | None) -> tuple[tuple[str, str, bool, tuple[str, ...], str], ...]:
    rows = []
    for one, other, against, *numbers in table.rows:
        names = _plain(one), _plain(other)
        link = href(*names) if href else None
        said = [capital(families()[name]) for name in names]
        rows.append((said[0], said[1], _plain(against) == "true", tuple(_plain(n) for n in numbers), link or ""))
    return tuple(rows)


def _plain(term: object) -> str:
    return term.value if isinstance(term, Literal) else ""


def whole_wheel(graph: Graph) -> Markup:
    """The wheel of all countries together."""
    return _svg(graph.wheel(), _("All countries"), "whole", 350)


def example_wheels(graph: Graph) -> tuple[Markup, ...]:
    """One wheel in its three levels of detail."""
    wheel = graph.wheel()
    return tuple(_svg(wheel, _("All countries"), f"example-{size}", size) for size in (64, 230, 520))


@dataclass(frozen=True, slots=True)
class ActorRow:
    """One actor in the equal table of a network; `language` is that of its label where it is not the page's.

    `others_language` is the same of those it is tied with, if it is the same for all.
    """

    href: str
    label: str
    role: str
    symbol: Markup
    ties: int
    others: str
    language: str = ""
    others_language: str = ""


@dataclass(frozen=True, slots=True)
class NetworkPicture:
    """A network drawn on the server, and the table that says the same."""

    svg: Markup
    sentence: str
    rows: tuple[ActorRow, ...]


def network(graph: Graph, code: str, laid: Scene) -> NetworkPicture | None:
    """The actor network of a country, once it is laid out; None if no tie is recorded there."""
    found = spoken_network(graph, graph.network(country=code))
    if not found.ties:
        return None
    name = graph.label(_country(code))
    joined = _(
        "%(actors)s, joined by %(ties)s.",
        actors=counting("actors")(len(found.actors)),
        ties=counting("ties")(len(found.ties)),
    )
    sentence = f"{joined} {coverage_sentence(mixing(found), words())}"
    title = _("Network of actors: %(name)s", name=name)
    svg = Markup(scene_svg(laid, title, sentence, ident=f"network-{code}", href=page_of, words=words()))
    symbols = {role.family: role.svg for role in legend()}
    met = partners(found)
    rows = tuple(_actor_row(row, found, met, symbols) for row in network_rows(found).rows)
    return NetworkPicture(svg, sentence, rows)


def laid_out(graph: Graph, code: str) -> Scene:
    """Where every actor of a country stands: as its release brings it, or laid out now, which may take a second."""
    return scene(spoken_network(graph, graph.network(country=code)), words=words(), laid=graph.places(code))


def network_data(laid: Scene) -> bytes:
    """What the interactive twin of a picture is drawn from."""
    return json.dumps(
        pyvis_data(laid, href=page_of, words=words(), controls=controls()), ensure_ascii=False, separators=(",", ":")
    ).encode()


def _actor_row(
    row: tuple[Term | None, ...],
    found: Network,
    met: Mapping[str, tuple[Actor, ...]],
    symbols: Mapping[str, Markup],
) -> ActorRow:
    address, label, role, family, ties, _others = row
    assert isinstance(address, NamedNode)
    others = met[address.value]
    return ActorRow(
        page_of(address.value) or "",
        _plain(label),
        _plain(role),
        symbols[_plain(family)],
        int(_plain(ties)),
        apart(one.label for one in others),
        found.actors[address.value].language,
        common_language(others),
    )
