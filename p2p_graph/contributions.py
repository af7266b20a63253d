"""Joins the desk with the data: opens it over the curated files, and gives what is accepted as files of a release."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from p2p_graph.config import Settings
from p2p_graph.contributing import Shapes, Source, read_policy, validate, wording_faults
from p2p_graph.contributing.checking import Check, about_contributor
from p2p_graph.contributing.desk import Desk
from p2p_graph.contributing.form import Form
from p2p_graph.contributing.known import Known
from p2p_graph.contributing.ledger import Ledger, location_of
from p2p_graph.contributing.roles import Account
from p2p_graph.contributing.submissions import Accepted, accepted_in, gone_from
from p2p_graph.contributing.uploads import UploadLimits
from p2p_graph.contributing.wording import rarities
from p2p_graph.curation import Sources, quads_of, read_data, read_words
from p2p_graph.errors import NotWritable
from p2p_graph.model import Fault
from p2p_graph.turtle import write_canonical
from p2p_graph.vocab import BASE, PREFIXES, shorten

__all__ = ["Contributed", "cleared", "contributed", "export", "knowledge", "open_desk", "read_form"]

#: the graph that says of each contributed graph who gave it, when it was accepted, and under which licence
_PROVENANCE: Final = NamedNode(f"{BASE}graph/contributed/provenance")


def open_desk(
    ledger: Ledger,
    settings: Settings,
    *,
    sources: Sources | None = None,
    knows: tuple[Known, Check] | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Desk:
    """The desk of an installation. Data and shapes are read once, in about a second, unless `knows` has them."""
    known, check = knows or knowledge(sources or Sources.shared())
    return Desk(ledger, known, check, UploadLimits.of(settings), now)


def knowledge(sources: Sources) -> tuple[Known, Check]:
    """What a desk has to know: the words and the curated data, and how a contribution is checked."""
    policy = read_policy(sources.ontology)
    triples = [quad.triple for quad in read_words(sources)]
    for source in read_data(sources.data):
        triples += source.triples
    return Known(triples), Check(Shapes.load(sources.ontology / "shapes"), policy)


@dataclass(frozen=True, slots=True)
class Contributed:
    """What the ledger gives to a release: a file for each accepted contribution, what is said of each, what is gone."""

    files: tuple[Source, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    gone: Mapping[str, date] = field(default_factory=dict)
    #: contributors of the curated data, by their slugs
    known_slugs: frozenset[str] = frozenset()

    def without(self, files: Iterable[str]) -> Contributed:
        """The same without some files."""
        out = set(files)
        kept = [(f, a) for f, a in zip(self.files, self.accepted, strict=True) if f.file not in out]
        return replace(self, files=tuple(f for f, _ in kept), accepted=tuple(a for _, a in kept))

    def contributors(self) -> Source | None:
        """The file that says who the contributors are, but for those whom the curated data know."""
        known = {one.slug: one.credit for one in self.accepted if one.slug and one.slug not in self.known_slugs}
        triples = [
            triple
            for slug, credit in sorted(known.items())
            for triple in about_contributor(Account("", "partner", slug, credit))
        ]
        text = write_canonical(triples)
        return Source("contributed/contributors.ttl", text, tuple(triples)) if triples else None

    def quads(self) -> list[Quad]:
        """All of it as quads: each contribution in a graph of its own, with who the contributors are."""
        who = self.contributors()
        return [*quads_of([*self.files, *([who] if who else [])]), *self.provenance()]

    def provenance(self) -> list[Quad]:
        """Who gave each graph, when it was accepted, under which licence, and which submission it was."""
        quads = []
        for one in self.accepted:
            graph = NamedNode(f"{BASE}graph/contributed/{one.number}")
            day = Literal(one.accepted.date().isoformat(), datatype=NamedNode(PREFIXES["xsd"] + "date"))
            said: dict[str, Literal | NamedNode] = {
                "dcterms:creator": Literal(one.credit),
                "dcterms:dateAccepted": day,
                "dcterms:license": NamedNode(one.licence),
                "dcterms:identifier": Literal(str(one.number)),
            }
            for name, value in said.items():
                prefix, local = name.split(":")
                quads.append(Quad(graph, NamedNode(PREFIXES[prefix] + local), value, _PROVENANCE))
        return quads


def contributed(settings: Settings) -> Contributed:
    """What is accepted, as the ledger has it; nothing, and no ledger made, where there is none yet.

    >>> contributed(Settings(home=Path("/nowhere"))).files
    ()
    """
    location = location_of(settings)
    if location.startswith("sqlite:///") and not Path(location.removeprefix("sqlite:///")).exists():
        return Contributed()
    ledger = Ledger.open(settings)
    try:
        accepted = accepted_in(ledger)
        gone = gone_from(ledger)
    finally:
        ledger.close()
    files = tuple(
        Source(f"contributed/{one.number}.ttl", one.text, tuple(q.triple for q in parse(one.text, RdfFormat.TURTLE)))
        for one in accepted
    )
    return Contributed(files, tuple(accepted), gone)


def cleared(given: Contributed, curated: Iterable[Triple], sources: Sources) -> tuple[Contributed, tuple[Fault, ...]]:
    """What may go into a release, checked once more as a whole; and for each other contribution, why not.

    What was fine when it was accepted may be so no more: a word left the lists, something it refers to was withdrawn,
    or the curators describe it themselves by now. Leaving out one may leave another without what it refers to.
    """
    if not given.files:
        return given, ()
    context = list(curated)
    policy, shapes = read_policy(sources.ontology), Shapes.load(sources.ontology / "shapes")
    described = {triple.subject.value for triple in context if isinstance(triple.subject, NamedNode)}
    start = PREFIXES["contributor"]
    given = replace(given, known_slugs=frozenset(a.removeprefix(start) for a in described if a.startswith(start)))
    left_out: list[Fault] = []
    what = "The curated data describe this by now: the contribution is left out."
    faults = [
        Fault(source.file, None, shorten(address), "", what)
        for source in given.files
        for address in dict.fromkeys(t.subject.value for t in source.triples if isinstance(t.subject, NamedNode))
        if address in described
    ]
    while True:
        left_out += faults
        given = given.without(fault.file for fault in faults)
        who = given.contributors()
        around = [*context, *(who.triples if who else ())]
        everything = [*around, *(triple for source in given.files for triple in source.triples)]
        faults = [*validate(given.files, around, shapes), *wording_faults(given.files, everything, policy)]
        faults += rarities(given.files, everything, policy)
        if not given.files or not faults:
            return given, tuple(left_out)


def export(settings: Settings, folder: Path) -> list[Path]:
    """Writes each accepted contribution as one file in canonical order, where the repository would have it.

    `<folder>/<country>/practices/<practice>.ttl`, so that a partner can propose it as a change. Raises NotWritable.
    """
    found = contributed(settings)
    written = []
    texts: dict[Path, str] = {}
    for one in found.accepted:
        country = one.countries[0].lower() if len(one.countries) == 1 else "shared"
        kind, slug = one.main.removeprefix(f"{BASE}id/").split("/")
        place = Path(country) / ("practices" if kind == "practice" else "contributed")
        head = f"# Contribution {one.number} of {one.credit}, accepted {one.accepted.date()}. {one.licence}\n"
        texts[folder / place / f"{slug}.ttl"] = f"{head}\n{one.text}"
    who = found.contributors()
    if who is not None:
        texts[folder / "shared" / "contributors-by-form.ttl"] = who.text
    for path, text in sorted(texts.items()):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        except OSError as reason:
            raise NotWritable(f"{path} cannot be written: {reason.strerror}.", path=str(path)) from None
        written.append(path)
    return written


def read_form(sources: Sources) -> Form:
    """What partners are asked, as the shapes and the lists of words of some sources have it.

    >>> read_form(Sources.shared()).parts[0].fields[0].label()
    'Name'
    """
    paths = sorted((sources.ontology / "shapes").glob("*.ttl"))
    shapes = [quad.triple for path in paths for quad in parse(path=path)]
    return Form(shapes, [quad.triple for quad in read_words(sources)])
