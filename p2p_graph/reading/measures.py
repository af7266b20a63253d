"""The measures of networks: each with a plain sentence, formula, reference and range. Pages and docs are made from it.

What is computed from a network stands in `measuring.py`. No I/O.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal as OneOf

__all__ = ["GROUPS", "MEASURES", "Level", "Measure", "Null", "measure", "measures_of"]

Level = OneOf["actor", "network"]
#: what a value is compared with: random networks with the same numbers of ties, or roles dealt out anew
Null = OneOf["", "rewired", "dealt"]

#: the groups of measures in their order, by the name that addresses use
GROUPS: Final = {
    "standing": "Standing",
    "brokerage": "Brokerage",
    "size": "Size",
    "cohesion": "Cohesion",
    "roles": "Roles",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure: what it is called, what it says in one sentence, how it is computed, by whom, and what it can be.

    `digits` are the decimals that a page shows; files hold all. `null` says what it is compared with.
    """

    name: str
    title: str
    level: Level
    group: str
    sentence: str
    formula: str
    reference: str
    span: str
    digits: int = 3
    null: Null = ""


_FREEMAN: Final = "Freeman 1979, Social Networks 1:215–239"
_BURT: Final = "Burt 1992, Structural Holes, Harvard University Press"
_NEWMAN: Final = "Newman 2003, Physical Review E 67:026126"
_BROKERS: Final = "Gould and Fernandez 1989, Sociological Methodology 19:89–126"
_WASSERMAN: Final = "Wasserman and Faust 1994, Social Network Analysis, Cambridge University Press"


def _actor(name: str, title: str, group: str, texts: tuple[str, str, str, str], digits: int = 3) -> Measure:
    return Measure(name, title, "actor", group, *texts, digits=digits)


def _network(
    name: str, title: str, group: str, texts: tuple[str, str, str, str], digits: int = 3, null: Null = ""
) -> Measure:
    return Measure(name, title, "network", group, *texts, digits=digits, null=null)


def _broker(name: str, told: str, roles: str) -> tuple[Measure, Measure]:
    formula = f"pairs (a, c) with a → i → c and no a → c, where {roles}"
    title, one = name.capitalize(), _BROKERS
    return (
        _actor(name, title, "brokerage", (f"Pairs that the actor {told}.", formula, one, "0 and more"), 0),
        _network(
            f"{name}s",
            f"{title} positions",
            "roles",
            (f"Pairs that some actor {told}, in the whole network.", f"Σ over all i of {formula}", one, "0 and more"),
            0,
            "dealt",
        ),
    )


_BROKERAGE: Final = (
    _broker("coordinator", "leads from one to the other, all three of one role", "all three have one role"),
    _broker(
        "itinerant",
        "leads from one to the other, both of a role not its own",
        "a and c alone have one role",
    ),
    _broker("gatekeeper", "leads from another role into its own", "i and c alone have one role"),
    _broker("representative", "leads from its own role to another", "a and i alone have one role"),
    _broker("liaison", "leads from one to the other, all three of different roles", "all three differ in role"),
)

_STANDING: Final = (
    _actor(
        "degree",
        "Degree",
        "standing",
        ("With how many others the actor cooperates.", "d(i) = number of j tied to i", _FREEMAN, "0 to n − 1"),
        0,
    ),
    _actor(
        "strength",
        "Strength",
        "standing",
        (
            "How many ties the actor has with each of its partners, added up.",
            "s(i) = Σj w(i,j), w(i,j) the number of ties that join i and j",
            "Barrat, Barthélemy, Pastor-Satorras and Vespignani 2004, PNAS 101:3747–3752",
            "the degree and more",
        ),
        0,
    ),
    _actor(
        "closeness",
        "Closeness",
        "standing",
        (
            "How few steps away all others are, on average.",
            "c(i) = r/(n − 1) · r/Σ d(i,j) over the r others that i reaches, d the steps to them",
            f"{_FREEMAN}; for networks of several parts {_WASSERMAN}, p. 200",
            "0 (no tie) to 1 (a step to everybody)",
        ),
    ),
    _actor(
        "betweenness",
        "Betweenness",
        "standing",
        (
            "On which share of the shortest ways between two others the actor lies.",
            "b(i) = 2/((n − 1)(n − 2)) · Σ σ(s,t|i)/σ(s,t) over all pairs of others, σ the number of shortest ways",
            "Freeman 1977, Sociometry 40:35–41; algorithm of Brandes 2001, J. Mathematical Sociology 25:163–177",
            "0 to 1",
        ),
    ),
    _actor(
        "eigenvector",
        "Eigenvector",
        "standing",
        (
            "Whether the actor is tied to others who are well tied themselves.",
            "λ·x(i) = Σ x(j) over all j tied to i, λ the largest eigenvalue, the largest x set to 1",
            "Bonacich 1972, Journal of Mathematical Sociology 2:113–120",
            "0 to 1; 0 outside the part of the network to which λ belongs",
        ),
    ),
    _actor(
        "pagerank",
        "PageRank",
        "standing",
        (
            "How often one who walks from tie to tie at random comes by.",
            "x(i) = (1 − α)/n + α Σ x(j)/d(j) over all j tied to i, α = 0.85",
            "Brin and Page 1998, Computer Networks 30:107–117",
            "0 to 1; all add up to 1",
        ),
        4,
    ),
    _actor(
        "core",
        "k-core",
        "standing",
        (
            "The largest k such that the actor has k partners among actors who all have k among each other.",
            "largest k with i in the k-core",
            "Seidman 1983, Social Networks 5:269–287",
            "0 to the largest degree",
        ),
        0,
    ),
    _actor(
        "component",
        "Part",
        "standing",
        (
            "In which connected part of the network the actor stands; 1 is the largest.",
            "number of the connected component of i",
            f"{_WASSERMAN}, p. 109",
            "1 to the number of parts",
        ),
        0,
    ),
    _actor(
        "community",
        "Community",
        "standing",
        (
            "In which group, tied more among each other than to others, the actor stands; 1 is the largest.",
            "number of the group of i in the division of largest modularity that Leiden finds",
            "Traag, Waltman and van Eck 2019, Scientific Reports 9:5233",
            "1 to the number of communities; none without a tie",
        ),
        0,
    ),
)

_HOLES: Final = (
    _actor(
        "effective_size",
        "Effective size",
        "brokerage",
        (
            "How many partners that are not joined among each other the actor has.",
            "e(i) = d − 2t/d, d the degree, t the number of pairs among the partners that are tied",
            f"{_BURT}, p. 52; Borgatti 1997, Connections 20:35–38",
            "1 to the degree; none without a tie",
        ),
        2,
    ),
    _actor(
        "efficiency",
        "Efficiency",
        "brokerage",
        (
            "Which share of the partners is not redundant.",
            "effective size / degree",
            f"{_BURT}, p. 53",
            "above 0 to 1; none without a tie",
        ),
        2,
    ),
    _actor(
        "constraint",
        "Constraint",
        "brokerage",
        (
            "How far all ties lead to the same people; little means room to broker.",
            "C(i) = Σj (p(i,j) + Σq p(i,q)·p(q,j))² over partners, p(i,j) = 1/d(i)",
            f"{_BURT}, p. 54",
            "above 0 to 1.125; none without a tie",
        ),
    ),
    _actor(
        "hierarchy",
        "Hierarchy",
        "brokerage",
        (
            "Whether the constraint comes from one partner rather than from all alike.",
            "H(i) = Σj r ln r / (N ln N), r = c(i,j)/(C(i)/N), N the number of partners",
            f"{_BURT}, p. 70",
            "0 to 1; none with fewer than two partners",
        ),
    ),
    _actor(
        "ei",
        "E-I index",
        "brokerage",
        (
            "Whether the actor is tied to other roles or to its own.",
            "(E − I)/(E + I), E partners of another role, I of its own",
            "Krackhardt and Stern 1988, Social Psychology Quarterly 51:123–140",
            "−1 (own alone) to 1 (others alone); none without a tie",
        ),
        2,
    ),
)

_SIZE: Final = (
    _network("actors", "Actors", "size", ("Organisations and groups.", "n", _WASSERMAN, "0 and more"), 0),
    _network(
        "isolates",
        "Actors without a tie",
        "size",
        (
            "Actors that no cooperation joins to another: they oppose, or stand here for a group that belongs to them.",
            "number of i with d(i) = 0",
            _WASSERMAN,
            "0 to n",
        ),
        0,
    ),
    _network(
        "pairs",
        "Tied pairs",
        "size",
        ("Pairs of actors that at least one tie joins.", "m", _WASSERMAN, "0 to n(n − 1)/2"),
        0,
    ),
    _network(
        "table_pairs",
        "Pairs from tables alone",
        "size",
        (
            "Which share of the tied pairs is joined by nothing but a tie of three or more.",
            "pairs joined by no tie of two / m",
            "own count",
            "0 to 1",
        ),
        2,
    ),
    _network(
        "density",
        "Density",
        "size",
        ("Which share of all pairs is tied.", "2m/(n(n − 1))", f"{_WASSERMAN}, p. 101", "0 to 1"),
        4,
    ),
    _network(
        "mean_degree",
        "Mean degree",
        "size",
        ("With how many others an actor cooperates, on average.", "2m/n", _WASSERMAN, "0 to n − 1"),
        2,
    ),
)

_COHESION: Final = (
    _network(
        "components",
        "Parts",
        "cohesion",
        (
            "Into how many parts, unconnected with each other, the network falls; an actor without a tie is one.",
            "number of connected components",
            f"{_WASSERMAN}, p. 109",
            "1 to n",
        ),
        0,
    ),
    _network(
        "largest_component",
        "Share in the largest part",
        "cohesion",
        ("Which share of all actors stands in the largest part.", "its size / n", f"{_WASSERMAN}, p. 109", "0 to 1"),
        2,
    ),
    _network(
        "mean_distance",
        "Mean distance",
        "cohesion",
        (
            "How many steps it takes from one actor to another, over all pairs that are connected at all.",
            "Σ d(i,j) / number of connected pairs",
            "Watts and Strogatz 1998, Nature 393:440–442",
            "1 and more",
        ),
        2,
    ),
    _network(
        "deepest_core",
        "Deepest core",
        "cohesion",
        ("The largest k with a k-core.", "max over i of its k-core", "Seidman 1983, Social Networks 5:269–287", "0 up"),
        0,
    ),
    _network(
        "degree_centralisation",
        "Degree centralisation",
        "cohesion",
        (
            "How far one actor has all the ties.",
            "Σ (max d − d(i)) / ((n − 1)(n − 2))",
            _FREEMAN,
            "0 (all alike) to 1 (a star)",
        ),
    ),
    _network(
        "betweenness_centralisation",
        "Betweenness centralisation",
        "cohesion",
        (
            "How far all ways lead by one actor.",
            "Σ (max b − b(i)) / (n − 1)",
            _FREEMAN,
            "0 (all alike) to 1 (a star)",
        ),
    ),
    _network(
        "transitivity",
        "Transitivity",
        "cohesion",
        (
            "Of all two that share a partner, which share is tied.",
            "3 · triangles / paths of two ties",
            f"{_WASSERMAN}, p. 243; Newman, Watts and Strogatz 2002, PNAS 99:2566–2572",
            "0 to 1",
        ),
        null="rewired",
    ),
    _network(
        "degree_assortativity",
        "Degree assortativity",
        "cohesion",
        (
            "Whether actors with many partners are tied to each other.",
            "correlation of the degrees at both ends of tied pairs",
            "Newman 2002, Physical Review Letters 89:208701",
            "−1 to 1",
        ),
        null="rewired",
    ),
    _network(
        "communities",
        "Communities",
        "cohesion",
        (
            "Into how many groups the actors with a tie fall, as Leiden finds them.",
            "number of groups in the division of largest modularity found",
            "Traag, Waltman and van Eck 2019, Scientific Reports 9:5233",
            "1 to n",
        ),
        0,
    ),
    _network(
        "modularity",
        "Modularity",
        "cohesion",
        (
            "How many more of the tied pairs lie within communities than their degrees alone would give.",
            "Q = Σ over groups (m(g)/m − (D(g)/2m)²), D(g) the sum of degrees in g",
            "Newman and Girvan 2004, Physical Review E 69:026113",
            "−0.5 to below 1",
        ),
        null="rewired",
    ),
    _network(
        "mean_constraint",
        "Mean constraint",
        "cohesion",
        ("Burt's constraint, on average.", "mean of C(i)", f"{_BURT}, p. 54", "above 0 to 1.125"),
    ),
    _network(
        "open_triads",
        "Open triads",
        "cohesion",
        (
            "Threes of actors with two ties among them.",
            "number of threes with two tied pairs",
            "Holland and Leinhardt 1970, American Journal of Sociology 76:492–513",
            "0 and more",
        ),
        0,
    ),
    _network(
        "closed_triads",
        "Closed triads",
        "cohesion",
        (
            "Threes of actors that are all tied.",
            "number of triangles",
            "Holland and Leinhardt 1970, American Journal of Sociology 76:492–513",
            "0 and more",
        ),
        0,
    ),
)

_ROLES: Final = (
    _network(
        "role_assortativity",
        "Role assortativity",
        "roles",
        (
            "Whether actors are tied to their own role more than chance would give.",
            "r = (Σ e(a,a) − Σ s(a)²)/(1 − Σ s(a)²), e(a,b) the share of ends that join a to b, s(a) of ends at a",
            _NEWMAN,
            "below 0 (own role avoided) to 1 (own role alone)",
        ),
        null="dealt",
    ),
    _network(
        "ei_index",
        "E-I index",
        "roles",
        (
            "Whether ties lead across roles or stay within one.",
            "(E − I)/(E + I), E tied pairs of two roles, I of one",
            "Krackhardt and Stern 1988, Social Psychology Quarterly 51:123–140",
            "−1 (within alone) to 1 (across alone)",
        ),
        2,
        "dealt",
    ),
)

#: every measure, in the order of its level's tables
MEASURES: Final[tuple[Measure, ...]] = (
    *_STANDING,
    *_HOLES,
    *(actor for actor, _ in _BROKERAGE),
    *_SIZE,
    *_COHESION,
    *_ROLES,
    *(network for _, network in _BROKERAGE),
)


def measures_of(level: Level, group: str = "") -> tuple[Measure, ...]:
    """The measures of a level, or of a group of it, in their order.

    >>> [measure.name for measure in measures_of("network", "roles")][:2]
    ['role_assortativity', 'ei_index']
    """
    return tuple(m for m in MEASURES if m.level == level and group in ("", m.group))


def measure(name: str) -> Measure:
    """A measure by its name. Raises KeyError.

    >>> measure("degree").title
    'Degree'
    """
    return _BY_NAME[name]


_BY_NAME: Final = {one.name: one for one in MEASURES}
