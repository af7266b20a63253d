"""The words of pictures and small sentences in the reader's language: families of roles, forms, what is counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask_babel import gettext as _

from p2p_graph.reading.pattern import PatternWords
from p2p_graph.reading.sentences import Words
from webapp.languages import N_, NN_, how_many, pause

__all__ = ["FAMILY_NAMES", "capital", "controls", "counting", "families", "pattern_words", "words"]

#: families of roles in a sentence
FAMILY_NAMES: Final = {
    "peers": N_("peers"),
    "people-who-use-drugs": N_("people who use drugs"),
    "professionals": N_("professionals"),
    "civil-society": N_("civil society"),
    "police": N_("police"),
    "dealers": N_("dealers"),
    "authorities": N_("authorities"),
    "research": N_("researchers"),
    "others": N_("others"),
}

_COUNTED: Final = {
    "actors": NN_("%(count)s actor", "%(count)s actors"),
    "countries": NN_("%(count)s country", "%(count)s countries"),
    "findings": NN_("%(count)s finding", "%(count)s findings"),
    "practices": NN_("%(count)s practice", "%(count)s practices"),
    "sources": NN_("%(count)s source", "%(count)s sources"),
    "ties": NN_("%(count)s tie", "%(count)s ties"),
    "without tie": NN_("%(count)s practice has no recorded tie", "%(count)s practices have no recorded tie"),
    "one source": NN_("%(count)s rests on one source", "%(count)s rest on one source"),
    "without form": NN_("the form of %(count)s is not stated", "the form of %(count)s is not stated"),
}


def counting(what: str) -> Callable[[int], str]:
    """How a number of things is said.

    >>> counting("ties")(2)
    '2 ties'
    """
    return lambda n: how_many(_COUNTED[what], n)


def capital(text: str) -> str:
    """A text that begins a sentence.

    >>> capital("peers and police")
    'Peers and police'
    """
    return text[:1].upper() + text[1:]


def families() -> dict[str, str]:
    """The families of roles, as a sentence calls them."""
    return {family: _(name) for family, name in FAMILY_NAMES.items()}


def words() -> Words:
    """All words of pictures and of the sentences about them.

    >>> words() == Words() or words().summary
    '{subject}: {practices}; {parts}.'
    """
    return Words(
        families=families(),
        forms={
            "formal": _("formal"),
            "informal": _("informal"),
            "mixed": _("formal and informal"),
            "unstated": _("form not stated"),
        },
        polarities={
            "supports": _("supports"),
            "opposes": _("opposes"),
            "blocks": _("blocks"),
            "withdraws": _("withdraws"),
            "ambivalent": _("ambivalent"),
        },
        practices=counting("practices"),
        ties=counting("ties"),
        sources=counting("sources"),
        and_=_("%(one)s and %(other)s", one="{one}", other="{other}"),
        among=_("among %(one)s", one="{one}"),
        against=_("one against the other: %(pair)s", pair="{pair}"),
        first_part=_("%(one)s with %(other)s in %(n)s", one="{one}", other="{other}", n="{n}"),
        next_part=_("with %(other)s in %(n)s", other="{other}", n="{n}"),
        no_tie=_("no tie recorded"),
        no_tie_of=_("no tie of %(one)s recorded", one="{one}"),
        since=_("since %(start)s", start="{start}"),
        until=_("until %(end)s", end="{end}"),
        shown=_("Shown: %(ties)s, %(practices)s", ties="{ties}", practices="{practices}"),
        without_tie=counting("without tie"),
        without_form=counting("without form"),
        one_source=counting("one source"),
        pause=pause(),
        summary=f"{{subject}}: {{practices}}{pause()}{{parts}}.",
    )


def pattern_words() -> PatternWords:
    """The words for the drawing of a pattern."""
    return PatternWords(
        one_way=_("from %(one)s to %(other)s", one="{one}", other="{other}"),
        two_way=_("between %(one)s and %(other)s", one="{one}", other="{other}"),
        table=_("at one table, %(all)s", all="{all}"),
        against=_("opposed"),
        any_form=_("in any form"),
    )


def controls() -> dict[str, str]:
    """The words of the controls of a network."""
    return {
        "nearer": _("Zoom in"),
        "farther": _("Zoom out"),
        "whole": _("Show all"),
        "close": _("Close"),
        "page": _("Open the page of this actor"),
        "ties": _("Ties"),
        "keys": _("Arrow keys walk from an actor to the next, + and − zoom, 0 shows all, Escape closes."),
        "about": _("Picture of the network"),
        "table": _("The same as a table"),
    }
