"""What is found when a contribution is looked at: faults of its form, of privacy, and of whose things it describes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal as OneOf

from pyoxigraph import Literal, NamedNode, Triple

from p2p_graph.contributing.known import Known
from p2p_graph.contributing.roles import Account
from p2p_graph.contributing.validation import Shapes, Source, validate
from p2p_graph.errors import UploadRefused
from p2p_graph.model import Fault
from p2p_graph.turtle import write_canonical
from p2p_graph.vocab import KINDS, PREFIXES, kind_and_slug, mint, p2p, shorten

__all__ = ["CONTRIBUTED", "Check", "Finding", "Gate", "about_contributor", "main_of", "text_of"]

#: Looks at a source with what is known around it, and says what may not be published.
Gate = Callable[[Source, Sequence[Triple]], Iterable[Fault]]

#: kinds of things that partners describe; countries, indicators and public contacts come from the curators
CONTRIBUTED: Final = frozenset(KINDS) - {"country", "observation", "contact", "contributor", "project"}

_TYPE: Final = NamedNode(PREFIXES["rdf"] + "type")
_LABEL: Final = NamedNode(PREFIXES["rdfs"] + "label")
_NAME: Final = "contribution"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found: by which check, whether it keeps the contribution from being taken, and what it is."""

    check: OneOf["form", "privacy", "address"]
    fault: Fault
    blocks: bool = True

    def as_data(self) -> dict[str, Any]:
        """For the ledger, and for machines."""
        fault = self.fault
        return {
            "check": self.check,
            "blocks": self.blocks,
            "subject": fault.subject,
            "field": fault.field,
            "what": fault.what,
            "value": fault.value,
            "path": fault.path,
            "line": fault.line,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Finding:
        """As it was kept.

        >>> found = Finding("form", Fault("contribution", 3, "practice:x", "Name", "Give it a name."), blocks=False)
        >>> Finding.from_data(found.as_data()) == found
        True
        """
        names = ("subject", "field", "what", "value", "path")
        fault = Fault(_NAME, data["line"], **{name: data[name] for name in names})
        return cls(data["check"], fault, data["blocks"])


class Check:
    """All checks of one contribution. The shapes are read once; `gate` is that of privacy."""

    def __init__(self, shapes: Shapes, gate: Gate) -> None:
        self._shapes, self.gate = shapes, gate
        self._paths = shapes.paths() | {_TYPE.value}

    def __call__(self, triples: Sequence[Triple], known: Known, by: Account, others: Known) -> tuple[Finding, ...]:
        """Everything that was found, in the order of the things.

        `known` is what a contribution may refer to, without what it replaces itself; `others` is what it must not
        describe again: the curated data and the contributions of others.
        """
        source = Source(_NAME, text_of(triples), tuple(triples))
        whose = [Finding("address", fault) for fault in self._whose(triples, by, others)]
        around = known.around([*triples, *about_contributor(by)])
        faults = validate([source], [*around, *about_contributor(by)], self._shapes)
        form = [Finding("form", fault) for fault in (*faults, *self._strange(triples))]
        gate = self.gate(source, list(dict.fromkeys([*known.names, *around, *triples])))
        return (*whose, *form, *(Finding("privacy", fault) for fault in gate))

    def _whose(self, triples: Iterable[Triple], by: Account, others: Known) -> Iterable[Fault]:
        """Faults of whose things are described."""
        for address in dict.fromkeys(t.subject.value for t in triples if isinstance(t.subject, NamedNode)):
            kind, slug = kind_and_slug(address) or ("", "")
            what = ""
            if kind not in CONTRIBUTED and by.role != "operator":
                what = f"A {kind} is not described here: leave it out, or write to those who look after the data."
            elif address in others:
                what = "This is described already, by others: point to it and leave its description out."
            elif by.role != "operator" and slug != by.slug and not slug.startswith(f"{by.slug}-"):
                what = f"What you describe has an address that begins with {kind}:{by.slug}- : change it."
            if what:
                yield Fault(_NAME, None, shorten(address), "Address", what, "", "")

    def _strange(self, triples: Iterable[Triple]) -> Iterable[Fault]:
        """Faults of words that no shape knows, which validation lets pass as none of its business."""
        for triple in triples:
            path = triple.predicate.value
            subject = shorten(triple.subject.value) if isinstance(triple.subject, NamedNode) else ""
            if path not in self._paths and not path.startswith(PREFIXES["p2p"]):
                what = f"{shorten(path)} is not used here: leave it out."
                yield Fault(_NAME, None, subject, shorten(path), what, "", shorten(path))
            elif triple.predicate == _TYPE:
                kind = triple.object.value if isinstance(triple.object, NamedNode) else ""
                if not kind.startswith(PREFIXES["p2p"]):
                    yield Fault(
                        _NAME, None, subject, "Kind", "A thing is of no kind but ours.", shorten(kind), "rdf:type"
                    )


def text_of(triples: Iterable[Triple]) -> str:
    """Triples as the text that is kept. Raises UploadRefused for a nameless node."""
    try:
        return write_canonical(triples)
    except ValueError as reason:
        raise UploadRefused(f"Something in it {reason}.", reason="nameless") from None


def about_contributor(by: Account) -> tuple[Triple, ...]:
    """What the graph says of a sender: a name to give credit to. Nothing for one without a slug."""
    if not by.slug:
        return ()
    address = mint("contributor", by.slug)
    return (Triple(address, _TYPE, p2p("Contributor")), Triple(address, _LABEL, Literal(by.credit, language="en")))


def main_of(triples: Iterable[Triple]) -> tuple[str, str, tuple[str, ...]]:
    """What a contribution is mainly about: the address of its first practice, else of its first thing; its name in
    English or any language; the codes of its countries.
    """
    said = list(triples)
    order = list(KINDS)
    subjects = sorted(
        {t.subject.value for t in said if isinstance(t.subject, NamedNode)},
        key=lambda address: (order.index((kind_and_slug(address) or (order[-1], ""))[0]), address),
    )
    main = subjects[0] if subjects else ""
    names = {
        t.object.language or "": t.object.value
        for t in said
        if t.predicate == _LABEL and isinstance(t.object, Literal) and t.subject == NamedNode(main)
    }
    name = names.get("en") or (names[min(names)] if names else main.rsplit("/", 1)[-1])
    countries = {
        t.object.value.rsplit("/", 1)[-1]
        for t in said
        if t.predicate == p2p("inCountry") and isinstance(t.object, NamedNode) and t.subject == NamedNode(main)
    }
    return main, name, tuple(sorted(countries))
