"""What is found when a contribution is looked at: faults of its form, of privacy, and of whose things it describes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal as OneOf
from weakref import WeakKeyDictionary

from pyoxigraph import Literal, NamedNode, Triple

from p2p_graph.contributing.known import Known
from p2p_graph.contributing.roles import Account
from p2p_graph.contributing.uploads import NAMELESS
from p2p_graph.contributing.validation import Shapes, Source, validate
from p2p_graph.contributing.wording import discreet, made_coarser, rarities_of, wording_faults
from p2p_graph.errors import UploadRefused
from p2p_graph.message import Message
from p2p_graph.model import Fault
from p2p_graph.privacy import Crowd, Policy
from p2p_graph.translation import fault_in
from p2p_graph.turtle import write_canonical
from p2p_graph.vocab import KINDS, PREFIXES, kind_and_slug, mint, p2p, shorten

__all__ = ["CONTRIBUTED", "NOT_OURS", "Check", "Finding", "about_contributor", "main_of", "text_of"]

#: kinds of things that partners describe; countries, indicators and public contacts come from the curators
CONTRIBUTED: Final = frozenset(KINDS) - {"country", "observation", "contact", "contributor", "project"}

_TYPE: Final = NamedNode(PREFIXES["rdf"] + "type")
_LABEL: Final = NamedNode(PREFIXES["rdfs"] + "label")
_NAME: Final = "contribution"
#: the property that says where something was read
_SOURCE: Final = shorten(p2p("readIn").value)

#: of a kind that the curators look after
NOT_OURS: Final = (
    "Things of this kind ({kind}) are not described here: leave it out, or write to those who look after the data."
)
_BY_OTHERS: Final = Message("This is described already, by others: point to it and leave its description out.")
_NOT_YOURS: Final = (
    "What you describe has an address that begins with {start}, so that nobody writes over what others said: change it."
)
_NOT_USED: Final = Message("This field is not used here, so that nobody would find what stands in it: leave it out.")
_STRANGE_KIND: Final = Message(
    "There is no such kind of thing: choose one from the list, such as “{kind}”.", kind="practice"
)


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
            "said": [[message.text, dict(message.values)] for message in fault.said],
            "blocks": self.blocks,
            "subject": fault.subject,
            "field": fault.field,
            "what": fault.what,
            "value": fault.value,
            "path": fault.path,
            "line": fault.line,
        }

    def told(self, language: str) -> Finding:
        """The same, in a language: such as `pl`.

        >>> found = Finding("form", Fault("contribution", 3, "practice:x", "Name", "Choose from the list."))
        >>> found.told("pl").fault.field
        'Nazwa'
        """
        return replace(self, fault=fault_in(self.fault, language))

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Finding:
        """As it was kept.

        >>> found = Finding("form", Fault("contribution", 3, "practice:x", "Name", "Give it a name."), blocks=False)
        >>> Finding.from_data(found.as_data()) == found
        True
        """
        names = ("subject", "field", "what", "value", "path")
        said = tuple(Message(text, **values) for text, values in data.get("said", ()))
        fault = Fault(_NAME, data["line"], **{name: data[name] for name in names}, said=said)
        return cls(data["check"], fault, data["blocks"])


class Check:
    """All checks of one contribution. The shapes are read once; what they are held against is looked up once."""

    def __init__(self, shapes: Shapes, policy: Policy) -> None:
        self._shapes, self._policy = shapes, policy
        self._paths = shapes.paths() | {_TYPE.value}
        #: the groups of what is known, so looked up that a few more are held against them in a moment
        self._crowds: WeakKeyDictionary[Known, Crowd] = WeakKeyDictionary()

    def __call__(self, triples: Sequence[Triple], known: Known, by: Account, others: Known) -> tuple[Finding, ...]:
        """Everything that was found, in the order of the things.

        `known` is what a contribution may refer to, without what it replaces itself; `others` is what it must not
        describe again: the curated data and the contributions of others. What is shown of a value is masked where it
        could lead to a person: findings are kept, sent and printed.
        """
        source = Source(_NAME, text_of(triples), tuple(triples))
        around = [*known.around([*triples, *about_contributor(by)]), *about_contributor(by)]
        everything = list(dict.fromkeys([*known.names, *around, *triples]))
        told = [Finding("address", fault) for fault in self._whose(triples, by, others)]
        told += [Finding("form", fault) for fault in validate([source], around, self._shapes)]
        told += [Finding("form", fault) for fault in self._strange(triples)]
        if told:
            shown = discreet((finding.fault for finding in told), everything, self._policy)
            told = [replace(finding, fault=fault) for finding, fault in zip(told, shown, strict=True)]
        said = list(wording_faults([source], everything, self._policy))
        told += [Finding("privacy", self._called(fault)) for fault in said]
        # What is published may be rare: before a source is named, nothing can be said of that.
        if not any(finding.blocks and finding.fault.path == _SOURCE for finding in told):
            rare = self._crowd(known).told([*triples, *known.more], known.gone)
            told += [Finding("privacy", self._called(fault)) for fault in rarities_of(source, rare)]
            told += [Finding("privacy", self._called(f), blocks=False) for f in made_coarser(source, rare)]
        return tuple(told)

    def _called(self, fault: Fault) -> Fault:
        """The same with its property as the forms call it; one that no form has keeps its short name."""
        prefix, _colon, end = fault.path.partition(":")
        is_plain = fault.field == fault.path and prefix in PREFIXES
        return replace(fault, field=self._shapes.name(PREFIXES[prefix] + end)) if is_plain else fault

    def _crowd(self, known: Known) -> Crowd:
        base = known.below or known
        if base not in self._crowds:
            self._crowds[base] = Crowd(base.triples(), self._policy)
        return self._crowds[base]

    def _whose(self, triples: Iterable[Triple], by: Account, others: Known) -> Iterable[Fault]:
        """Faults of whose things are described."""
        for address in dict.fromkeys(t.subject.value for t in triples if isinstance(t.subject, NamedNode)):
            kind, slug = kind_and_slug(address) or ("", "")
            said = None
            if kind not in CONTRIBUTED and by.role != "operator":
                said = Message(NOT_OURS, kind=kind)
            elif address in others:
                said = _BY_OTHERS
            elif by.role != "operator" and slug != by.slug and not slug.startswith(f"{by.slug}-"):
                said = Message(_NOT_YOURS, start=f"{kind}:{by.slug}-")
            if said:
                yield Fault(_NAME, None, shorten(address), "Address", str(said), said=(said,))

    def _strange(self, triples: Iterable[Triple]) -> Iterable[Fault]:
        """Faults of words that no shape knows, which validation lets pass as none of its business."""
        for triple in triples:
            path = triple.predicate.value
            subject = shorten(triple.subject.value) if isinstance(triple.subject, NamedNode) else ""
            if path not in self._paths and not path.startswith(PREFIXES["p2p"]):
                field = re.split(r"[/#:]", path)[-1]
                yield Fault(_NAME, None, subject, field, str(_NOT_USED), "", shorten(path))
            elif triple.predicate == _TYPE:
                kind = triple.object.value if isinstance(triple.object, NamedNode) else ""
                if not kind.startswith(PREFIXES["p2p"]):
                    yield Fault(
                        _NAME, None, subject, "Kind", str(_STRANGE_KIND), shorten(kind), "rdf:type", (_STRANGE_KIND,)
                    )


def text_of(triples: Iterable[Triple]) -> str:
    """Triples as the text that is kept. Raises UploadRefused for a nameless node."""
    try:
        return write_canonical(triples)
    except ValueError:
        raise UploadRefused(NAMELESS, reason="nameless") from None


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
