"""What works elsewhere and is missing in a country: a page, its numbers, and a brief of two pages, also as PDF."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, Response, render_template
from flask_babel import gettext as _
from markupsafe import Markup
from pyoxigraph import Literal, NamedNode

from p2p_graph.errors import UnknownThing
from p2p_graph.formats import write
from p2p_graph.reading.gaps import Elsewhere, Gap, Profile, gap_rows, gaps, profiles
from p2p_graph.reading.pattern import LEAST, Basis
from p2p_graph.vocab import PREFIXES
from webapp import instances, pictures
from webapp.addresses import address_of_path
from webapp.current_graph import graph, remembered, remembered_in_all_languages
from webapp.describing import Namer, Told, Value, tell
from webapp.kept import all_countries, all_networks, all_patterns
from webapp.languages import N_, NN_, apart, at, called, how_many, language, listed, number, percent
from webapp.negotiation import file_named, format_of_suffix, formats_for, fresh
from webapp.printing import day_of, on_paper, pdf
from webapp.speaking import capital, counting, words as words_of_pictures

__all__ = ["pages"]

pages = Blueprint("missing", __name__)

#: practices that a page names of one gap, and gaps of one kind that a brief holds
_NAMED = 6
_BRIEF = 4
#: the sides of a brief on paper; the sizes of its letters in points and gaps of one kind that are tried to keep to them
_SIDES = 2
_TRIED = ((10.0, 5), (9.6, 5), (9.2, 5), (9.2, 4), (8.8, 4), (8.8, 3), (8.4, 2))
#: practices named as examples, and documents cited for each
_EXAMPLES, _CITED = 2, 2
#: patterns found in the country itself that a brief lists
_LISTED = 9
#: findings behind a gap
_ABOUT_THESE = NN_("%(count)s finding about these practices.", "%(count)s findings about these practices.")
_HEADS = {
    "pattern": (
        N_("Patterns"),
        N_("Small networks of roles and ties that others have and that are not recorded here: %(name)s."),
    ),
    "practice-kind": (N_("Kinds of practice"), N_("What others do and what is not recorded here: %(name)s.")),
    "pair": (N_("Pairs of roles"), N_("Who works with whom elsewhere, but not as far as is recorded here: %(name)s.")),
}


@dataclass(frozen=True, slots=True)
class GapView:
    """One gap as a page tells it: what it is, its drawing, where it is found, on what evidence, why it is near."""

    title: str
    href: str
    svg: Markup | None
    words: str
    where: str
    evidence: str
    near: str
    #: each with its country and its address
    practices: tuple[tuple[Value, str, str], ...]
    more: int


@dataclass(frozen=True, slots=True)
class Section:
    """The gaps of one kind."""

    title: str
    sentence: str
    gaps: tuple[GapView, ...]


def _profiles() -> dict[str, Profile]:
    return remembered_in_all_languages(
        "profiles", lambda: profiles(graph().run("practice-traits"), graph().run("law-and-roles"))
    )


def _findings() -> dict[str, int]:
    rows = graph().run("findings-of-practices").records()
    return {
        row["practice"].value: int(row["findings"].value)
        for row in rows
        if isinstance(row["practice"], NamedNode) and isinstance(row["findings"], Literal)
    }


def _gaps(code: str) -> tuple[Gap, ...]:
    if code not in {row.code for row in all_countries()}:
        raise UnknownThing(f"No practice of a country {code[:20]} is recorded.", address=code)
    designs = {word.address.rsplit("/", 1)[-1]: word.order for word in graph().concepts("study-design")}
    return remembered_in_all_languages(
        ("gaps", code), lambda: gaps(code, all_patterns(), all_networks(), _profiles(), _findings(), designs)
    )


@pages.get("/country/<slug:code>/missing")
def missing(code: str) -> Response:
    """What others have that a country lacks, strongest evidence first."""
    found = _gaps(code)
    return fresh(lambda: _page("missing/missing.html", code, found))


@pages.get("/country/<slug:code>/brief")
def brief(code: str) -> Response:
    """The same on two pages of paper, with the wheel, for who meets a city or a ministry."""
    found = _gaps(code)
    return fresh(lambda: _page("missing/brief.html", code, found, _BRIEF))


@pages.get("/country/<slug:code>/brief.pdf")
def brief_on_paper(code: str) -> Response:
    """The same as a file to send or to print."""
    found = _gaps(code)
    response = fresh(lambda: remembered(("brief", code), lambda: _paper(code, found)), "application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="brief-{code}-{graph().version}.pdf"'
    return response


@pages.get("/country/<slug:code>/missing.<slug:suffix>")
def missing_data(code: str, suffix: str) -> Response:
    """The same as values."""
    form = format_of_suffix(suffix, "table")
    found = _gaps(code)
    response = fresh(lambda: write(gap_rows(found), form.name, datetime.now(UTC)), form.content_type)
    response.headers["Content-Disposition"] = file_named(f"missing-{code}", form)
    return response


def _page(template: str, code: str, found: tuple[Gap, ...], most: int | None = None) -> str:
    name = next(row.name for row in all_countries() if row.code == code)
    basis = all_patterns().bases.get(code)
    return render_template(
        template,
        code=code,
        name=name,
        sections=_sections(found, name, most),
        total=len(found),
        basis=basis,
        least=LEAST,
        wheel=pictures.large_wheel(graph(), code),
        downloads=[(f.title, f"/country/{code}/missing.{f.suffix}") for f in formats_for("table")],
        version=graph().version,
    )


def _paper(code: str, found: tuple[Gap, ...]) -> bytes:
    """The brief as PDF, in the largest letters and with the most gaps that stay on its two sides."""
    made = b""
    for size, most in _TRIED:
        made, sides = pdf("missing/brief.typ", _told(code, found, size, most), day_of(graph().version))
        if sides <= _SIDES:
            break
    return made


def _told(code: str, found: tuple[Gap, ...], size: float, most: int) -> dict[str, object]:
    name = next(row.name for row in all_countries() if row.code == code)
    sections, wheel, version = _sections(found, name, most), pictures.large_wheel(graph(), code), graph().version
    basis = all_patterns().bases.get(code)
    practices = [p[2] for section in sections for gap in section.gaps for p in gap.practices[:_EXAMPLES]]
    said = tell(graph(), (), practices)
    cites = _renumbered(practices, said)
    return {
        "title": _("%(name)s: who cooperates, and what works elsewhere", name=name),
        "language": language(),
        "heads": _heads(),
        "size": size,
        "lead": wheel.sentence,
        "wheel": on_paper(wheel.narrow),
        "key": _(
            "A line joins two roles that work together, as wide as the practices are many: solid formal, dashed "
            "informal, dash and dot both, dotted not stated; a bar across it stands for ties against each other."
        ),
        "use": _use(code, name, basis, bool(sections)),
        "has": [
            {"title": shown.title, "words": shown.words}
            for shown in instances.of_country(graph(), all_patterns(), code).found[:_LISTED]
        ],
        "sections": [
            {"title": section.title, "gaps": [_gap_told(gap, cites) for gap in section.gaps]} for section in sections
        ],
        "break_before": 1,
        "sources": _sources_told(said, cites),
        "footer": _(
            "Peer2Peer Graph, release %(version)s. Data and text CC BY 4.0. %(address)s",
            version=version,
            address=address_of_path("country", code),
        ),
    }


def _heads() -> dict[str, str]:
    return {
        "use": _("How to use this brief"),
        "has": _("Patterns recorded here"),
        "sources": _("Sources"),
        "examples": _("For example:"),
    }


def _use(code: str, name: str, basis: Basis | None, has_gaps: bool) -> list[str]:
    """What the brief is good for, and what it rests on."""
    use = [
        _(
            "It names what other European countries do in drug outreach work that is not recorded in %(name)s, with "
            "the evidence it has there. Not recorded does not mean not done, and what works elsewhere need not be "
            "lawful or fitting here.",
            name=name,
        ),
        _(
            "It rests on %(practices)s recorded practices of %(name)s, %(with_tie)s of them with a tie between "
            "actors. The strongest evidence comes first, then countries most like this one.",
            practices=basis.practices if basis else 0,
            with_tie=basis.with_tie if basis else 0,
            name=name,
        ),
        _("All that others have, with every document: %(address)s", address=address_of_path("country", code)),
    ]
    if not has_gaps:
        use.append(
            _(
                "Nothing is called missing here: too little is recorded of %(name)s, or it has all that others have.",
                name=name,
            )
        )
    return use


def _gap_told(gap: GapView, cites: Mapping[str, tuple[int, ...]]) -> dict[str, object]:
    return {
        "title": gap.title,
        "words": gap.words,
        "svg": on_paper(gap.svg) if gap.svg else "",
        "where": gap.where,
        "evidence": gap.evidence,
        "examples": [
            {"label": practice.text, "country": country, "cites": cites[address]}
            for practice, country, address in gap.practices[:_EXAMPLES]
        ],
    }


def _renumbered(practices: Iterable[str], said: Told) -> dict[str, tuple[int, ...]]:
    """The first few sources of each practice, by numbers that leave none out; see `_sources_told`."""
    numbers: dict[int, int] = {}
    return {
        practice: tuple(numbers.setdefault(n, len(numbers) + 1) for n in said.cites.get(practice, ())[:_CITED])
        for practice in practices
    }


def _sources_told(said: Told, cites: Mapping[str, tuple[int, ...]]) -> list[dict[str, object]]:
    """The documents behind these numbers, in their order."""
    documents = {source.number: source for source in said.sources}
    old = [n for practice in cites for n in said.cites.get(practice, ())[:_CITED]]
    used = [documents[n] for n in dict.fromkeys(old)]
    return [
        {"number": number, "title": source.title, "by": source.by, "year": source.year, "url": source.url}
        for number, source in enumerate(used, start=1)
    ]


def _sections(found: Iterable[Gap], country: str, most: int | None) -> tuple[Section, ...]:
    kept = {kind: [gap for gap in found if gap.kind == kind][:most] for kind in _HEADS}
    things = {practice for shown in kept.values() for gap in shown for e in gap.elsewhere for practice in e.practices}
    namer = Namer(graph()).learn(sorted(things))
    names = {row.code: row.name for row in all_countries()}
    return tuple(
        Section(_(title), _(sentence, name=country), tuple(_view(gap, namer, names, country) for gap in kept[kind]))
        for kind, (title, sentence) in _HEADS.items()
        if kept[kind]
    )


def _view(gap: Gap, namer: Namer, names: dict[str, str], country: str) -> GapView:
    title, href, svg, words = _named(gap)
    practices = [(namer.value(p), names[e.country], p) for e in gap.elsewhere for p in e.practices]
    where = listed(f"{names[e.country]} ({counting('practices')(len(e.practices))})" for e in gap.elsewhere)
    return GapView(
        title,
        href,
        svg,
        words,
        _("Recorded in: %(places)s.", places=where),
        _evidence(gap, names),
        _near(gap.nearest, names, country),
        tuple(practices[:_NAMED]),
        max(0, len(practices) - _NAMED),
    )


def _named(gap: Gap) -> tuple[str, str, Markup | None, str]:
    """The title of a gap, where to read of it, its drawing, and what it is."""
    if gap.kind == "pattern":
        saved = graph().library.pattern(gap.name)
        words = _(saved.pattern.definition) if saved.pattern else ""
        svg = instances.drawing(saved, graph(), 120, ident=f"gap-{gap.name}")
        return _(saved.title), at(f"/patterns/{gap.name}"), svg, words
    if gap.kind == "practice-kind":
        word = graph().words[PREFIXES["practice-kind"] + gap.name]
        title = capital(called(word.labels) or gap.name)
        return title, at(f"/vocab/practice-kind#{gap.name}"), None, word.definition
    spoken = words_of_pictures()
    one, other = (spoken.families[family] for family in gap.name.split(" "))
    title = spoken.among.format(one=one) if one == other else spoken.and_.format(one=one, other=other)
    fields = "one={}&other={}".format(*gap.name.split(" "))
    return capital(title), at(f"/queries/ties-between-roles?{fields}"), None, ""


def _evidence(gap: Gap, names: dict[str, str]) -> str:
    strongest = gap.elsewhere[0]
    studied = sum(e.findings for e in gap.elsewhere)
    if strongest.evidence in ("", "none-stated"):
        text = _("No study of it is recorded.")
    else:
        label = _word("study-design", strongest.evidence)
        text = _("Strongest evidence: %(design)s (%(country)s).", design=label, country=names[strongest.country])
    return f"{text} {how_many(_ABOUT_THESE, studied)}"


def _near(nearest: Elsewhere, names: dict[str, str], country: str) -> str:
    """Why a country that has it is like this one, in words and with the number behind them."""
    near, parts = nearest.nearness, []
    if near.setting is not None and near.settings:
        parts.append(
            _(
                "its practices stand in much the same settings (%(settings)s; likeness %(likeness)s)",
                settings=listed(_word("setting", name) for name in near.settings[:3]),
                likeness=number(round(near.setting, 2)),
            )
        )
    if near.law is not None:
        rules = [f"{_word('modality', modality)} {_word('role', role)}" for modality, role in near.rules[:2]]
        alike = _("of its recorded rules of law %(share)s are alike", share=percent(near.law))
        parts.append(f"{alike} ({listed(rules)})" if rules else alike)
    else:
        parts.append(_("too little law is recorded to compare"))
    told = apart(parts)
    return _(
        "Nearest to %(country)s: %(other)s; %(reasons)s.", country=country, other=names[nearest.country], reasons=told
    )


def _word(scheme: str, name: str) -> str:
    word = graph().words.get(PREFIXES[scheme] + name)
    return called(word.labels) or name if word else name
