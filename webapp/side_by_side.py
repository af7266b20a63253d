"""Countries as a page shows them beside each other: pictures drawn to one scale, numbers, differences in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup
from pyoxigraph import Literal

from p2p_graph.model import Table
from p2p_graph.reading.comparing import FEW, Difference, PairDifference
from p2p_graph.reading.europe import Place, europe_svg
from p2p_graph.reading.matrix import matrix_svg
from p2p_graph.reading.network import FAMILIES, FORMS, Chord, Network, Pair, Wheel
from p2p_graph.reading.sectors import sectors_svg, spacing
from p2p_graph.reading.sentences import ENGLISH, coverage_sentence, summary
from p2p_graph.reading.style import ROLES
from p2p_graph.reading.wheel import Mark, wheel_svg

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

    def drawn(code: str) -> str:
        title, sentence = names[code], summary(wheels[code], names[code])
        ident = f"picture-{code}"
        if kind == "networks":
            return sectors_svg(
                found[code], f"Network: {title}", sentence, ident=ident, size=2 * _SIZE, gap=gap, names=codes
            )
        if kind == "matrices":
            return matrix_svg(
                wheels[code], f"Mixing matrix: {title}", sentence, ident=ident, size=_SIZE, largest=largest
            )
        return wheel_svg(
            wheels[code], f"Cooperation wheel: {title}", sentence, ident=ident, size=_SIZE, largest=largest
        )

    # the drawing side escapes every label it writes
    return tuple(
        CountryPicture(
            code,
            names[code],
            Markup(drawn(code)),
            summary(wheels[code], names[code]),
            coverage_sentence(wheels[code]),
            not wheels[code].chords,
        )
        for code in wheels
    )


def europe(wheels: Mapping[str, Wheel], names: Mapping[str, str]) -> MapPicture:
    """The map: each country shaded by the practices in which the roles chosen are joined by the ties chosen."""
    rows = tuple(
        (names[code], f"/country/{code}", wheel.coverage.practices_with_tie, wheel.coverage.practices)
        for code, wheel in wheels.items()
    )
    places = {
        code: Place(name, number, href, f"{name}: {_of_practices(number, recorded)}")
        for code, (name, href, number, recorded) in zip(wheels, rows, strict=True)
    }
    most = max(rows, key=lambda row: row[2], default=None)
    sentence = f"Most in {most[0]}: {_of_practices(most[2], most[3])}." if most and most[2] else "None in any country."
    svg, narrow = (
        Markup(europe_svg(places, "Map of Europe", sentence, ident=ident, unit=_practices, size=size))
        for ident, size in (("europe", _MAP), ("europe-narrow", _NARROW_MAP))
    )
    return MapPicture(svg, narrow, sentence, rows)


def _practices(number: float) -> str:
    return ENGLISH.practices(int(number))


def _of_practices(number: int, recorded: int | None) -> str:
    return f"{number} of {ENGLISH.practices(recorded)}" if recorded is not None else ENGLISH.practices(number)


def years(networks: Iterable[Network]) -> tuple[int, int, int, int] | None:
    """The first and last year that a tie has, how many ties have one, and how many there are; None without any."""
    ties = [tie for network in networks for tie in network.ties.values()]
    known = [year for tie in ties for year in (tie.start, tie.end) if year is not None]
    dated = sum(1 for tie in ties if tie.start is not None or tie.end is not None)
    return (min(known), max(known), dated, len(ties)) if known else None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _pair(pair: Pair) -> str:
    one, other = ENGLISH.families[pair[0]], ENGLISH.families[pair[1]]
    words = ENGLISH.among.format(one=one) if one == other else ENGLISH.and_.format(one=one, other=other)
    return _capital(ENGLISH.against.format(pair=words) if pair[2] else words)


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
    """A difference as a page tells it."""
    groups: tuple[tuple[str, Mark], ...] = (
        (f"Only in {one}", "one"),
        (f"Only in {other}" if other != "all others" else "Only in the others", "other"),
        ("In both", "both"),
    )
    title = f"{one} and {other} laid over each other"
    words = "; ".join(f"{label.lower()}: {len(found.having(mark))} pairs of roles" for label, mark in groups)
    svg = wheel_svg(over, title, _capital(words) + ".", ident="difference", size=_LARGE, marks=marks)
    cautions = [
        f"Of {name} only {wheel.coverage.practices_with_tie} practices with a tie are shown: too few to say that "
        "what is missing there is not done there."
        for name, wheel in zip((one, other), sides, strict=True)
        if wheel.coverage.practices_with_tie < FEW
    ]
    return DifferenceView(
        Markup(svg),
        one,
        other,
        tuple((label, tuple(_line(pair, behind) for pair in found.having(mark))) for label, mark in groups),
        tuple(cautions),
    )


def _line(pair: PairDifference, behind: Behind) -> PairLine:
    return PairLine(_pair(pair.pair), _count(pair.one), _count(pair.other), behind(*pair.pair[:2], pair.mark))


def _count(chord: Chord | None) -> str:
    return f"{ENGLISH.practices(len(chord.practices))}, {ENGLISH.ties(len(chord.ties))}" if chord else ""
