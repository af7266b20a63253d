"""What the page of an organisation says beside its facts and ties: its practices, with whom it works, what it took
part in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from flask_babel import gettext as _
from markupsafe import Markup

from p2p_graph.reading import Graph
from p2p_graph.reading.graph import Entity
from p2p_graph.reading.network import FAMILIES, Network, around, joined, mixing
from p2p_graph.reading.wheel import wheel_svg
from p2p_graph.vocab import PREFIXES
from webapp.addresses import page_of
from webapp.describing import ThingPage, Value
from webapp.languages import N_, NN_, how_many
from webapp.listing import Row, rows_of
from webapp.naming import spoken_network
from webapp.speaking import words

__all__ = ["ACTIVITY_COLUMNS", "PRACTICE_COLUMNS", "OrganisationPage", "Partner", "organisation_page", "without_rows"]

_P: Final = PREFIXES["p2p"]
PRACTICE_COLUMNS: Final = ("Country", "Kind of practice", "When", "Evidence")
ACTIVITY_COLUMNS: Final = ("Kind of activity", "When", "Held by")
_WIDE, _NARROW = 380, 350
_TAKES_PART: Final = NN_(
    "%(count)s tie that it takes part in, by role.", "%(count)s ties that it takes part in, by role."
)

#: class of a thing and the property by which it points here → how the page calls that
_PARTS: Final[Mapping[tuple[str, str], str]] = {
    ("Practice", "lead"): N_("leads"),
    ("Practice", "partner"): N_("partner"),
    ("Activity", "organiser"): N_("held it"),
    ("Activity", "attendee"): N_("came"),
}


@dataclass(frozen=True, slots=True)
class Partner:
    """Another actor it has ties with: its role and family, how many ties, how many of them against each other."""

    actor: Value
    role: str
    family: str
    ties: int
    against: int


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """The sections that only an organisation has; each may be empty. Rows come with the part it takes."""

    practices: tuple[tuple[Row, str], ...]
    activities: tuple[tuple[Row, str], ...]
    partners: tuple[Partner, ...]
    wheel: Markup | None
    sentence: str


def organisation_page(graph: Graph, entity: Entity, page: ThingPage, networks: Iterable[Network]) -> OrganisationPage:
    """These sections; `networks` are those of all countries, of which it takes what it stands in."""
    own = spoken_network(graph, around(joined(n for n in networks if entity.address in n.actors), entity.address))
    wheel = None
    sentence = how_many(_TAKES_PART, len(own.ties))
    if own.ties:
        title = _("Ties of %(name)s", name=page.title)
        drawn = wheel_svg(mixing(own), title, sentence, ident="wheel", size=_WIDE, words=words())
        wheel = Markup(drawn)
    return OrganisationPage(
        _rows(graph, entity, "Practice", PRACTICE_COLUMNS),
        _rows(graph, entity, "Activity", ACTIVITY_COLUMNS),
        _partners(own, entity.address),
        wheel,
        sentence,
    )


def without_rows(page: ThingPage) -> ThingPage:
    """The page without the lists whose content stands in a table of its own."""
    told = {name for _, name in _PARTS}
    kept = [group for group in page.incoming if group.property not in told]
    # a project it is a partner of is no practice and stays a list
    others = [
        replace(group, values=values, label=_("Projects it is a partner of"))
        for group in page.incoming
        if group.property == "partner"
        and (values := tuple(v for v in group.values if "/practice/" not in (v.href or "")))
    ]
    return replace(page, incoming=(*kept, *others))


def _rows(graph: Graph, entity: Entity, kind: str, columns: tuple[str, ...]) -> tuple[tuple[Row, str], ...]:
    parts: dict[str, list[str]] = defaultdict(list)
    for reference in entity.references:
        part = _PARTS.get((kind, reference.property.removeprefix(_P)))
        if part and reference.type == kind and part not in parts[reference.address]:
            parts[reference.address].append(part)
    things = [thing for thing in parts if parts[thing]]
    rows = zip(rows_of(graph, things, columns), things, strict=True)
    return tuple(
        sorted(
            ((row, ", ".join(_(part) for part in parts[thing])) for row, thing in rows),
            key=lambda r: r[0].name.text.casefold(),
        )
    )


def _partners(network: Network, address: str) -> tuple[Partner, ...]:
    """Those it has most ties with first, then in the order of roles."""
    ties: Counter[str] = Counter()
    against: Counter[str] = Counter()
    for tie in network.ties.values():
        others = [actor for actor in tie.participants if actor != address]
        ties.update(others)
        against.update(others if tie.is_against else ())
    order = sorted(ties, key=lambda a: (-ties[a], FAMILIES.index(network.actors[a].family), network.actors[a].label))
    return tuple(
        Partner(
            Value(network.actors[a].label, page_of(a), network.actors[a].language or None),
            network.actors[a].role_label,
            network.actors[a].family,
            ties[a],
            against[a],
        )
        for a in order
    )
