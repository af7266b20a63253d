"""Ties, readings and the like as plain sentences. Pure but for the language: facts and names in, pieces out.

English has sentences with verbs. Other languages would have to inflect the names of actors, which come from the data;
so a tie is told there by its parts: what passes along, who gives it, who receives it, all in the words of the ontology.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flask_babel import gettext as _
from pyoxigraph import Literal, NamedNode

from p2p_graph.model import Term
from p2p_graph.vocab import PREFIXES
from webapp.addresses import page_of
from webapp.languages import ENGLISH, language, listed, pause, written
from webapp.speaking import capital

__all__ = [
    "Facts",
    "Piece",
    "day",
    "first",
    "joined",
    "local",
    "plain",
    "tie_sentence",
    "title_of",
    "years",
]

_NONE: Final[Mapping[str, str]] = MappingProxyType({})

#: what is said of one thing: full address of a property → its values
Facts = Mapping[str, tuple[Term, ...]]

#: function → what a giver does to a receiver (many, one), and what both do together
_DOING: Final[dict[str, tuple[str, str, str]]] = {
    "joint-work": ("work side by side with", "works side by side with", "work together"),
    "referral": ("refer people to", "refers people to", "refer people onward"),
    "diversion": (
        "offer help instead of prosecution to",
        "offers help instead of prosecution to",
        "offer help instead of prosecution",
    ),
    "equipment": ("pass equipment to", "passes equipment to", "pass on equipment"),
    "information": ("pass information to", "passes information to", "exchange information"),
    "warning": ("warn", "warns", "give warnings"),
    "training": ("train", "trains", "train together"),
    "supervision": ("supervise", "supervises", "are joined by supervision"),
    "pay": ("pay", "pays", "are joined by payment for work"),
    "funding": ("fund", "funds", "are joined by funding"),
    "commissioning": ("commission", "commissions", "are joined by a commission"),
    "mediation": ("mediate for", "mediates for", "mediate"),
    "consultation": ("consult", "consults", "consult each other"),
    "access": ("open the way for", "opens the way for", "open the way to people or places"),
    "accompaniment": ("accompany", "accompanies", "accompany people"),
    "medical-care": ("give medical care to", "gives medical care to", "give medical care"),
    "testing": ("offer tests to", "offers tests to", "offer tests"),
    "drug-checking": ("check drugs for", "checks drugs for", "check drugs"),
    "naloxone": ("give naloxone to", "gives naloxone to", "pass on naloxone"),
    "accommodation": ("give shelter to", "gives shelter to", "give shelter"),
    "premises": ("provide premises to", "provides premises to", "share premises"),
    "protection": ("hold back prosecution of", "holds back prosecution of", "are joined by non-prosecution"),
    "order": ("keep order in public space around", "keeps order in public space around", "keep order in public space"),
    "governance": ("steer", "steers", "steer together"),
    "advocacy": ("speak up before", "speaks up before", "speak up together"),
    "research": ("do research with", "does research with", "do research together"),
    "recruitment": ("recruit", "recruits", "recruit together"),
    "control": ("check", "checks", "are joined by police checks or surveillance"),
    "exclusion": ("keep out", "keeps out", "are joined by an exclusion"),
    "other": ("have to do with", "has to do with", "have to do with each other"),
}

#: where those who receive are the people helped, and not the service they are led to
_HELPING: Final[dict[str, tuple[str, str, str]]] = {
    "referral": ("find services for", "finds services for", "find services"),
}

_AGAINST: Final[dict[str, tuple[str, str, str]]] = {
    "opposes": ("oppose", "opposes", "are at odds"),
    "blocks": ("block", "blocks", "are joined by a block"),
    "withdraws": ("withdraw support from", "withdraws support from", "end their support"),
    "ambivalent": ("support and hinder", "supports and hinders", "are joined by support and hindrance at once"),
}

_BASIS: Final[dict[str, str]] = {
    "contract": "under a contract",
    "protocol": "by a written agreement",
    "charter": "by a charter",
    "law": "by law",
    "mandate": "by mandate",
    "funding": "with funding",
    "membership": "by a seat or membership",
    "team-role": "with a fixed role in the team",
    "study-protocol": "under a study protocol",
    "word-of-mouth": "by word of mouth",
    "invitation": "by invitation",
    "trust": "on trust",
    "toleration": "by toleration",
    "house-rules": "under house rules",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a sentence: words, the page they lead to if there is one, their language if it is not the page's."""

    text: str
    href: str | None = None
    language: str | None = None


def plain(pieces: Iterable[Piece]) -> str:
    """A sentence without its links.

    >>> plain([Piece("Peers", "/group/x"), Piece(" work.")])
    'Peers work.'
    """
    return "".join(piece.text for piece in pieces)


def local(term: Term | None) -> str:
    """The last part of an address, or the text of a literal.

    >>> local(NamedNode("https://w3id.org/peer2peer/vocab/form/mixed"))
    'mixed'
    """
    return term.value.rsplit("/", 1)[-1] if isinstance(term, NamedNode | Literal) else ""


def joined(words: Sequence[str]) -> str:
    """Words as a list in a sentence.

    >>> joined(["peers", "nurses", "police"])
    'peers, nurses and police'
    """
    return listed(words)


def years(facts: Facts) -> str:
    """The years or dates something lasted, as far as they are known.

    >>> years({PREFIXES["p2p"] + "startYear": (Literal(2009),), PREFIXES["p2p"] + "endYear": (Literal(2011),)})
    '2009–2011'
    """
    start = day(first(facts, "startDate")) or first(facts, "startYear")
    end = day(first(facts, "endDate")) or first(facts, "endYear")
    if start and end:
        return start if start == end else f"{start}–{end}"
    if start:
        return _("since %(start)s", start=start)
    return _("until %(end)s", end=end) if end else ""


def first(facts: Facts, name: str) -> str:
    """The text of the first value of one of our properties, or nothing."""
    values = facts.get(PREFIXES["p2p"] + name)
    return values[0].value if values and isinstance(values[0], NamedNode | Literal) else ""


def _all(facts: Facts, name: str) -> list[str]:
    values = facts.get(PREFIXES["p2p"] + name, ())
    return [t.value for t in values if isinstance(t, NamedNode | Literal)]


def tie_sentence(facts: Facts, names: Mapping[str, str], tongues: Mapping[str, str] = _NONE) -> tuple[Piece, ...]:
    """A tie in plain words: who, what, in which form, resting on what. `tongues` are languages of foreign names.

    >>> p, v = PREFIXES["p2p"], PREFIXES
    >>> facts = {p + "participant": (NamedNode("x:peers"), NamedNode("x:nurses")),
    ...          p + "form": (NamedNode(v["form"] + "formal"),), p + "basis": (NamedNode(v["basis"] + "contract"),),
    ...          p + "function": (NamedNode(v["function"] + "joint-work"),)}
    >>> plain(tie_sentence(facts, {"x:peers": "Peers", "x:nurses": "Nurses"}))
    'Peers and nurses work together (formal, under a contract)'
    """
    if language() != ENGLISH:
        return _by_parts(facts, names, tongues)
    everyone = _all(facts, "participant")
    givers, receivers = _all(facts, "giver"), _all(facts, "receiver")
    givers = [g for g in givers if g not in receivers]
    doing = _doings(facts, bool(receivers) and all(r.endswith("-person-who-uses-drugs") for r in receivers))
    pieces: list[Piece] = []
    if givers and receivers:
        one = len(givers) == 1 and "/organisation/" in givers[0]
        verbs = list(dict.fromkeys(d[1] if one else d[0] for d in doing))
        pieces += [*_named(givers, names, start=True), Piece(f" {joined(verbs)} "), *_named(receivers, names)]
        others = [a for a in everyone if a not in givers and a not in receivers]
        if others:
            pieces += [Piece(", with "), *_named(others, names)]
    else:
        verbs = list(dict.fromkeys(d[2] for d in doing))
        pieces += [*_named(everyone, names, start=True), Piece(f" {joined(verbs)}")]
    about = _matter(facts, names)
    form = [local(t) for t in facts.get(PREFIXES["p2p"] + "form", ())]
    form = ["formal and informal" if f == "mixed" else f for f in form]
    bases = [_BASIS.get(local(t), local(t)) for t in facts.get(PREFIXES["p2p"] + "basis", ())]
    manner = ", ".join([*form, *([joined(bases)] if bases else [])])
    return (*pieces, *([Piece(about)] if about else []), *([Piece(f" ({manner})")] if manner else []))


def _by_parts(facts: Facts, names: Mapping[str, str], tongues: Mapping[str, str]) -> tuple[Piece, ...]:
    """A tie by its parts: what passes along it, from whom to whom, with whom else, in which form, resting on what."""
    givers, receivers = _all(facts, "giver"), _all(facts, "receiver")
    givers = [g for g in givers if g not in receivers]
    others = [a for a in _all(facts, "participant") if a not in givers and a not in receivers]
    stance = local(next(iter(facts.get(PREFIXES["p2p"] + "polarity", ())), None))
    said = [*(_all(facts, "polarity") if stance in _AGAINST else []), *_all(facts, "function")]
    what = ", ".join(
        dict.fromkeys(capital(names.get(a, "?")) if n == 0 else names.get(a, "?") for n, a in enumerate(said))
    )
    pieces = [Piece(f"{what}: ")] if what else []
    if givers and receivers:
        pieces += [*_side(givers, names, tongues), Piece(" → "), *_side(receivers, names, tongues)]
        pieces += [Piece(pause()), *_side(others, names, tongues)] if others else []
    else:
        pieces += _side(_all(facts, "participant"), names, tongues, " – ")
    manner = ", ".join(names.get(a, "?") for a in (*_all(facts, "form"), *_all(facts, "basis")))
    return (*pieces, *([Piece(f" ({manner})")] if manner else []))


def _side(
    actors: Sequence[str], names: Mapping[str, str], tongues: Mapping[str, str], between: str = ", "
) -> list[Piece]:
    pieces: list[Piece] = []
    for actor in actors:
        pieces += [Piece(between)] if pieces else []
        pieces.append(Piece(names.get(actor, "?"), page_of(actor), tongues.get(actor)))
    return pieces


def _doings(facts: Facts, to_those_helped: bool) -> list[tuple[str, str, str]]:
    stance = local(next(iter(facts.get(PREFIXES["p2p"] + "polarity", ())), None))
    if stance in _AGAINST:
        return [_AGAINST[stance]]
    words = _DOING | _HELPING if to_those_helped else _DOING
    found = [words.get(local(t), words["other"]) for t in facts.get(PREFIXES["p2p"] + "function", ())]
    return found or [_DOING["other"]]


def _matter(facts: Facts, names: Mapping[str, str]) -> str:
    """For a tie against somebody: in which matter."""
    stance = local(next(iter(facts.get(PREFIXES["p2p"] + "polarity", ())), None))
    matters = [names.get(a, "") for a in _all(facts, "function") if not a.endswith("/other")]
    return f", over {joined(matters)}" if stance in _AGAINST and matters else ""


def _named(actors: Sequence[str], names: Mapping[str, str], start: bool = False) -> list[Piece]:
    """Actors as links, joined; the name of a group begins small unless it begins the sentence."""
    pieces: list[Piece] = []
    for number, actor in enumerate(actors):
        name = names.get(actor, "?")
        if "/organisation/" not in actor and not (start and number == 0) and name[1:2].islower():
            name = name[0].lower() + name[1:]
        if number:
            pieces.append(Piece(" and " if number == len(actors) - 1 else ", "))
        pieces.append(Piece(name, page_of(actor)))
    return pieces


def title_of(kind: str, facts: Facts, names: Mapping[str, str]) -> str:
    """What to call a thing that has no name of its own, from what it says.

    >>> title_of("period", {PREFIXES["p2p"] + "startYear": (Literal(2009),)}, {})
    'since 2009'
    """

    def name(which: str) -> str:
        return joined([names.get(a, a) for a in _all(facts, which)])

    made = {
        "tie": lambda: plain(tie_sentence(facts, _by_role(names))),
        "reading": lambda: _(
            "%(document)s, read on %(day)s", document=name("ofDocument"), day=day(first(facts, "readOn"))
        ),
        "observation": lambda: ", ".join(p for p in (name("indicator"), name("inCountry"), first(facts, "year")) if p),
        "claim": lambda: f"{name('claimAbout')}: {name('claimProperty')} {first(facts, 'claimValue')}",
        "status-period": lambda: " ".join(p for p in (f"{name('statusOf')}: {name('status')}", years(facts)) if p),
        "period": lambda: years(facts) or _("a period"),
        "causal-link": lambda: _("%(cause)s had an effect on %(effect)s", cause=name("cause"), effect=name("effect")),
        "rule": lambda: f"{name('inAct')} {name('modality')}: {first(facts, 'task')}",
    }
    return made[kind]() if kind in made else ""


def _by_role(names: Mapping[str, str]) -> dict[str, str]:
    """Groups by their role alone, "Peers", not "Peers – C-Buddy": a title would say the practice twice or more."""
    return {address: name.split(" – ")[0] if "/id/group/" in address else name for address, name in names.items()}


def day(text: str) -> str:
    """A day, month or year as people write it.

    >>> day("2026-11-23"), day("2019-03"), day("2019")
    ('23 November 2026', 'March 2019', '2019')
    """
    return written(text)
