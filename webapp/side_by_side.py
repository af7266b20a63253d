"""Countries as a page shows them beside each other: pictures drawn to one scale, numbers, differences in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup
from pyoxigraph import Literal

from p2p_graph.model import Table
from p2p_graph.reading.comparing import FEW, Difference, PairDifference
from p2p_graph.reading.europe import Place, europe_svg
from p2p_graph.reading.matrix import matrix_svg
from p2p_graph.reading.network import FAMILIES, FORMS, Chord, Network, Pair, Wheel
from p2p_graph.reading.sectors import sectors_svg, spacing
from p2p_graph.reading.sentences import coverage_sentence, summary
from p2p_graph.reading.style import ROLES
from p2p_graph.reading.wheel import Mark, wheel_svg
from webapp.languages import NN_, apart, at, how_many
from webapp.speaking import capital, counting, words

__all__ = [
    "Behind",
    "CountryPicture",
    "DifferenceView",
    "MapPicture",
    "europe",
    "pair_rows",
    "pair_table",
    "pictures",
    "told",
    "years",
]

#: gives the address of the ties behind two families, for a mark
Behind = Callable[[str, str, str], str]

_PAIRS = NN_("%(count)s pair of roles", "%(count)s pairs of roles")
_SIZE = 230
_LARGE = 420
_MAP, _NARROW_MAP = 600, 350


@dataclass(frozen=True, slots=True)
class CountryPicture:
    """The picture of one country among others, what it shows in a sentence, and what it rests on."""

    code: str
    name: str
    svg: Markup
    sentence: str
    coverage: str
    is_empty: bool


@dataclass(frozen=True, slots=True)
class MapPicture:
    """All countries on one map, and the equal table: name, page, practices shown, practices recorded."""

    svg: Markup
    narrow: Markup
    sentence: str
    rows: tuple[tuple[str, str, int, int | None], ...]


@dataclass(frozen=True, slots=True)
class PairLine:
    """Two families in one side and the other: numbers in words, and where the ties behind them are."""

    words: str
    one: str
    other: str
    href: str


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """The difference of two countries: its picture, and what only one has, only the other, both."""

    svg: Markup
    one: str
    other: str
    groups: tuple[tuple[str, tuple[PairLine, ...]], ...]
    cautions: tuple[str, ...]


def pictures(
    kind: str, found: Mapping[str, Network], wheels: Mapping[str, Wheel], names: Mapping[str, str]
) -> tuple[CountryPicture, ...]:
    """One picture a country, all drawn to the scale of the largest."""
    largest = max((wheel.largest for wheel in wheels.values()), default=0) or None
    codes = {family: role.code for family, role in ROLES.items()}
    gap = spacing(found.values()) if kind == "networks" else None

    spoken = words()

    def drawn(code: str) -> str:
        title, sentence = names[code], summary(wheels[code], names[code], spoken)
        ident = f"picture-{code}"
        if kind == "networks":
            heading = _("Network: %(name)s", name=title)
            return sectors_svg(found[code], heading, sentence, ident=ident, size=2 * _SIZE, gap=gap, names=codes)
        if kind == "matrices":
            heading = _("Mixing matrix: %(name)s", name=title)
            return matrix_svg(wheels[code], heading, sentence, ident=ident, size=_SIZE, largest=largest, words=spoken)
        heading = _("Cooperation wheel: %(title)s", title=title)
        return wheel_svg(wheels[code], heading, sentence, ident=ident, size=_SIZE, largest=largest, words=spoken)

    # the drawing side escapes every label it writes
    return tuple(
        CountryPicture(
            code,
            names[code],
            Markup(drawn(code)),
            summary(wheels[code], names[code], spoken),
            coverage_sentence(wheels[code], spoken),
            not wheels[code].chords,
        )
        for code in wheels
    )


def europe(wheels: Mapping[str, Wheel], names: Mapping[str, str]) -> MapPicture:
    """The map: each country shaded by the practices in which the roles chosen are joined by the ties chosen."""
    rows = tuple(
        (names[code], at(f"/country/{code}"), wheel.coverage.practices_with_tie, wheel.coverage.practices)
        for code, wheel in wheels.items()
    )
    places = {
        code: Place(name, number, href, f"{name}: {_of_practices(number, recorded)}")
        for code, (name, href, number, recorded) in zip(wheels, rows, strict=True)
    }
    most = max(rows, key=lambda row: row[2], default=None)
    sentence = _("None in any country.")
    if most and most[2]:
        sentence = _("Most in %(country)s: %(practices)s.", country=most[0], practices=_of_practices(most[2], most[3]))
    svg, narrow = (
        Markup(europe_svg(places, _("Map of Europe"), sentence, ident=ident, unit=_practices, size=size))
        for ident, size in (("europe", _MAP), ("europe-narrow", _NARROW_MAP))
    )
    return MapPicture(svg, narrow, sentence, rows)


def _practices(number: float) -> str:
    return counting("practices")(int(number))


def _of_practices(number: int, recorded: int | None) -> str:
    if recorded is None:
        return counting("practices")(number)
    return _("%(practices)s of %(out_of)s practices", practices=number, out_of=recorded)


def years(networks: Iterable[Network]) -> tuple[int, int, int, int] | None:
    """The first and last year that a tie has, how many ties have one, and how many there are; None without any."""
    ties = [tie for network in networks for tie in network.ties.values()]
    known = [year for tie in ties for year in (tie.start, tie.end) if year is not None]
    dated = sum(1 for tie in ties if tie.start is not None or tie.end is not None)
    return (min(known), max(known), dated, len(ties)) if known else None


def _pair(pair: Pair) -> str:
    spoken = words()
    one, other = spoken.families[pair[0]], spoken.families[pair[1]]
    both = spoken.among.format(one=one) if one == other else spoken.and_.format(one=one, other=other)
    return capital(spoken.against.format(pair=both) if pair[2] else both)


def _all_pairs(wheels: Mapping[str, Wheel]) -> list[Pair]:
    place = {family: number for number, family in enumerate(FAMILIES)}
    found = {chord.pair for wheel in wheels.values() for chord in wheel.chords}
    return sorted(found, key=lambda pair: (place[pair[0]], place[pair[1]], pair[2]))


def pair_table(wheels: Mapping[str, Wheel]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The equal table: each pair of families that is joined anywhere, with its practices in each country."""
    return tuple(
        (_pair(pair), tuple(chord.weight if (chord := wheel.chord(*pair)) else 0 for wheel in wheels.values()))
        for pair in _all_pairs(wheels)
    )


def pair_rows(wheels: Mapping[str, Wheel]) -> Table:
    """The same to take away: country, one, other, against, practices, ties, and ties of each form."""
    columns = ("country", "one", "other", "against", "practices", "ties", *FORMS)
    rows = [
        (
            *(Literal(text) for text in (code, chord.one, chord.other)),
            Literal(chord.against),
            Literal(len(chord.practices)),
            Literal(len(chord.ties)),
            *(Literal(chord.forms.get(form, 0)) for form in FORMS),
        )
        for code, wheel in wheels.items()
        for chord in wheel.chords
    ]
    return Table(columns, tuple(rows))


def told(
    found: Difference,
    over: Wheel,
    marks: Mapping[Pair, Mark],
    one: str,
    other: str,
    sides: tuple[Wheel, Wheel],
    behind: Behind,
) -> DifferenceView:
    """A difference as a page tells it; without an `other` it is that to all others."""
    rest = other or _("all others")
    groups: tuple[tuple[str, Mark], ...] = (
        (_("Only in %(country)s", country=one), "one"),
        (_("Only in %(country)s", country=other) if other else _("Only in the others"), "other"),
        (_("In both"), "both"),
    )
    title = _("%(one)s and %(other)s laid over each other", one=one, other=rest)
    told_in_words = apart(f"{label}: {how_many(_PAIRS, len(found.having(mark)))}" for label, mark in groups)
    svg = wheel_svg(over, title, f"{told_in_words}.", ident="difference", size=_LARGE, marks=marks, words=words())
    cautions = [
        _(
            "%(country)s: only %(practices)s with a tie are shown, too few to say that what is missing there is not "
            "done there.",
            country=name,
            practices=counting("practices")(wheel.coverage.practices_with_tie),
        )
        for name, wheel in zip((one, rest), sides, strict=True)
        if wheel.coverage.practices_with_tie < FEW
    ]
    return DifferenceView(
        Markup(svg),
        one,
        rest,
        tuple((label, tuple(_line(pair, behind) for pair in found.having(mark))) for label, mark in groups),
        tuple(cautions),
    )


def _line(pair: PairDifference, behind: Behind) -> PairLine:
    return PairLine(_pair(pair.pair), _count(pair.one), _count(pair.other), behind(*pair.pair[:2], pair.mark))


def _count(chord: Chord | None) -> str:
    return f"{counting('practices')(len(chord.practices))}, {counting('ties')(len(chord.ties))}" if chord else ""
