"""Sentences about networks: ties, chords and wheels in words, English unless a translation is passed. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from p2p_graph.reading.network import FAMILIES, FORMS, Chord, Network, Tie, Wheel

__all__ = ["ENGLISH", "Words", "chord_sentence", "coverage_sentence", "describe", "summary"]


def _english_practices(n: int) -> str:
    return "1 practice" if n == 1 else f"{n} practices"


def _english_ties(n: int) -> str:
    return "1 tie" if n == 1 else f"{n} ties"


def _english_sources(n: int) -> str:
    return "1 source" if n == 1 else f"{n} sources"


def _english_without_tie(n: int) -> str:
    return "1 practice has no recorded tie" if n == 1 else f"{n} practices have no recorded tie"


def _english_one_source(n: int) -> str:
    return "1 rests on one source" if n == 1 else f"{n} rest on one source"


def _english_without_form(n: int) -> str:
    return f"the form of {n} is not stated"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of the sentences below; a translation passes its own. Numbers come as functions, for their plurals."""

    families: Mapping[str, str] = field(
        default_factory=lambda: {
            "peers": "peers",
            "people-who-use-drugs": "people who use drugs",
            "professionals": "professionals",
            "civil-society": "civil society",
            "police": "police",
            "dealers": "dealers",
            "authorities": "authorities",
            "research": "researchers",
            "others": "others",
        }
    )
    forms: Mapping[str, str] = field(
        default_factory=lambda: {
            "formal": "formal",
            "informal": "informal",
            "mixed": "formal and informal",
            "unstated": "form not stated",
        }
    )
    polarities: Mapping[str, str] = field(
        default_factory=lambda: {
            "supports": "supports",
            "opposes": "opposes",
            "blocks": "blocks",
            "withdraws": "withdraws",
            "ambivalent": "ambivalent",
        }
    )
    practices: Callable[[int], str] = _english_practices
    ties: Callable[[int], str] = _english_ties
    sources: Callable[[int], str] = _english_sources
    and_: str = "{one} and {other}"
    among: str = "among {one}"
    against: str = "one against the other: {pair}"
    summary: str = "{subject}: {practices}; {parts}."
    first_part: str = "{one} with {other} in {n}"
    next_part: str = "with {other} in {n}"
    no_tie: str = "no tie recorded"
    no_tie_of: str = "no tie of {one} recorded"
    since: str = "since {start}"
    until: str = "until {end}"
    from_to: str = "{start}–{end}"
    pause: str = "; "
    one_way: str = "{givers} → {receivers}"
    shown: str = "Shown: {ties}, {practices}"
    without_tie: Callable[[int], str] = _english_without_tie
    without_form: Callable[[int], str] = _english_without_form
    one_source: Callable[[int], str] = _english_one_source


ENGLISH: Final = Words()


def summary(wheel: Wheel, subject: str, words: Words = ENGLISH, focus: str = "peers") -> str:
    """One sentence on a wheel: with whom a family works, in how many practices; police are always named.

    >>> from p2p_graph.model import Table
    >>> from p2p_graph.reading.network import mixing, project
    >>> summary(mixing(project(Table((), ()), practices=Table(("within",), ()))), "Malta")
    'Malta: 0 practices; no tie recorded.'
    """
    coverage = wheel.coverage
    practices = words.practices(coverage.practices_with_tie if coverage.practices is None else coverage.practices)
    counts = {
        (chord.other if chord.one == focus else chord.one): len(chord.practices)
        for chord in wheel.chords
        if focus in (chord.one, chord.other) and chord.one != chord.other and not chord.against and chord.practices
    }
    ranked = sorted(counts, key=lambda family: (-counts[family], FAMILIES.index(family)))
    shown = ranked[:2] + [family for family in ranked[2:] if family == "police"]
    if not wheel.chords:
        parts = words.no_tie
    elif not shown:
        parts = words.no_tie_of.format(one=words.families[focus])
    else:
        templates = [words.first_part] + [words.next_part] * (len(shown) - 1)
        parts = ", ".join(
            template.format(one=words.families[focus], other=words.families[family], n=counts[family])
            for template, family in zip(templates, shown, strict=True)
        )
    return words.summary.format(subject=subject, practices=practices, parts=parts)


def chord_sentence(chord: Chord, words: Words = ENGLISH) -> str:
    """One chord in words: who, in how many practices, how many ties of which form.

    >>> chord_sentence(Chord("peers", "police", False, ("t",), ("p",), 0, {"informal": 1}, {"supports": 1}))
    'peers and police: 1 practice, 1 tie (informal 1)'
    """
    one, other = words.families[chord.one], words.families[chord.other]
    pair = words.among.format(one=one) if chord.one == chord.other else words.and_.format(one=one, other=other)
    if chord.against:
        pair = words.against.format(pair=pair)
    forms = ", ".join(f"{words.forms[form]} {chord.forms[form]}" for form in FORMS if chord.forms.get(form))
    return f"{pair}: {words.practices(len(chord.practices))}, {words.ties(len(chord.ties))} ({forms})"


def describe(tie: Tie, network: Network, words: Words = ENGLISH) -> str:
    """One tie in words, for a card or a list.

    >>> from p2p_graph.model import Table
    >>> from p2p_graph.reading.network import project
    >>> network = project(Table((), ()))
    >>> describe(Tie("t", (), functions=("referral",), start=2015, readings=2), network)
    'referral (form not stated, since 2015, 2 sources)'
    """
    labels = {p: network.actors[p].label for p in tie.participants}
    if tie.is_directed:
        givers, receivers = (
            (", ".join(labels[p] for p in group if p in labels)) for group in (tie.givers, tie.receivers)
        )
        who = words.one_way.format(givers=givers, receivers=receivers)
    else:
        who = " – ".join(labels.values())
    what = ", ".join(
        ([words.polarities.get(tie.polarity, tie.polarity)] if tie.polarity != "supports" else []) + list(tie.functions)
    )
    facts = [words.forms[tie.form]]
    if tie.start and tie.end:
        facts.append(str(tie.start) if tie.start == tie.end else words.from_to.format(start=tie.start, end=tie.end))
    elif tie.start:
        facts.append(words.since.format(start=tie.start))
    elif tie.end:
        facts.append(words.until.format(end=tie.end))
    if tie.readings:
        facts.append(words.sources(tie.readings))
    return f"{': '.join(part for part in (who, what) if part)} ({', '.join(facts)})"


def coverage_sentence(wheel: Wheel, words: Words = ENGLISH) -> str:
    """What a picture rests on and what it cannot show; parts that are zero or unknown are left out.

    >>> from p2p_graph.model import Table
    >>> from p2p_graph.reading.network import mixing, project
    >>> coverage_sentence(mixing(project(Table((), ()))))
    'Shown: 0 ties, 0 practices.'
    """
    coverage = wheel.coverage
    parts = [words.shown.format(ties=words.ties(coverage.ties), practices=words.practices(coverage.practices_with_tie))]
    for template, n in (
        (words.without_tie, coverage.practices_without_tie),
        (words.without_form, coverage.ties_without_form),
        (words.one_source, coverage.ties_on_one_reading),
    ):
        if n:
            parts.append(template(n))
    return words.pause.join(parts) + "."
