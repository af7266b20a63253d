"""The words of the graph: the ontology and its versions, a page for each term, the lists of concepts."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final, cast

from flask import Blueprint, Response, current_app, redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

from p2p_graph.errors import UnknownThing
from p2p_graph.formats import find, write
from p2p_graph.model import Triples
from p2p_graph.ontology_versions import OntologyVersion, versions
from p2p_graph.reading.store import Dataset
from p2p_graph.vocab import BASE, PREFIXES, SCHEMES
from webapp import wording
from webapp.changing import phrases, sentences
from webapp.current_graph import graph, remembered
from webapp.dataset import CLAIM
from webapp.languages import at, called
from webapp.negotiation import Told, answer_to, chosen_for_thing, fresh, linked
from webapp.problems import CORS
from webapp.structured import of_term, of_terms
from webapp.term_page import term_page

__all__ = ["pages"]

pages = Blueprint("lexicon", __name__)

_ONTOLOGY: Final = f"{BASE}ontology/"


@cache
def _read(folder: Path) -> tuple[OntologyVersion, ...]:
    return versions(folder)


def _versions() -> tuple[OntologyVersion, ...]:
    """Every version of the ontology that this site knows, the newest first."""
    return _read(cast(Path, current_app.config["P2P_ONTOLOGY"]))


# the ontology


@pages.get("/ontology/")
def ontology() -> Response:
    """Every class and property, each at its own anchor; or the whole as data for who prefers data."""
    suffix = chosen_for_thing()
    if suffix:
        return ontology_data(suffix)

    def page() -> str:
        classes, properties = remembered("terms", lambda: wording.terms(graph()))
        words = [word for address, word in graph().words.items() if address.startswith(_ONTOLOGY)]
        structured = of_terms(_ONTOLOGY, "Peer2Peer Graph ontology", CLAIM, words)
        return render_template(
            "browse/ontology.html",
            classes=classes,
            properties=properties,
            versions=_versions(),
            structured=structured,
        )

    return linked(fresh(page), _ONTOLOGY, stem="/ontology", page="/ontology/")


@pages.get("/ontology.<slug:suffix>")
def ontology_data(suffix: str) -> Response:
    """The ontology in a format."""
    return linked(_graph("ontology/p2p", suffix, "ontology"), _ONTOLOGY, suffix, "/ontology", "/ontology/")


@pages.get("/ontology/<slug:term>")
def ontology_term(term: str) -> AnyResponse:
    """The page of a class or property, or its data for who prefers data."""
    found = _known(term)
    suffix = chosen_for_thing()
    if suffix:
        return ontology_term_data(term, suffix)
    word = graph().words[PREFIXES["p2p"] + found]
    page = fresh(
        lambda: render_template("lexicon/term.html", page=term_page(found, _versions()), structured=of_term(word))
    )
    return linked(page, PREFIXES["p2p"] + term, stem=f"/ontology/{term}")


@pages.get("/ontology/<slug:term>.<slug:suffix>")
def ontology_term_data(term: str, suffix: str) -> Response:
    """What is said of a class or property, in a format."""
    address = PREFIXES["p2p"] + _known(term)
    query = graph().library.get("data-of-thing").bind(thing=address)
    response = answer_to(find(suffix, "triples"), query, told=Told(f"ontology-{term}"))
    return linked(response, address, suffix, f"/ontology/{term}")


def _known(term: str) -> str:
    if PREFIXES["p2p"] + term not in graph().words:
        raise UnknownThing(f"There is no term {term[:60]} in the ontology.", address=term)
    return term


@pages.get("/ontology/<version>/")
def ontology_version(version: str) -> AnyResponse:
    """The ontology as it was in a version: its terms, and what changed with it."""
    found = _version(version)
    suffix = chosen_for_thing()
    if suffix:
        return ontology_version_data(version, suffix)

    def page() -> str:
        told = [
            (term, sentences(changes, phrases()) if not found.is_first else ())
            for term, changes in found.changes.items()
        ]
        return render_template("lexicon/version.html", found=found, told=told, versions=_versions(), start=_ONTOLOGY)

    return fresh(page)


@pages.get("/ontology/<version>/ontology.<slug:suffix>")
def ontology_version_data(version: str, suffix: str) -> Response:
    """The ontology as it was in a version, in a format."""
    found, form = _version(version), find(suffix, "triples")
    response = fresh(lambda: write(Triples(found.triples), form.name), form.content_type, form.name)
    response.headers.extend(CORS)
    response.headers["Link"] = f'<{_ONTOLOGY}{found.version}/>; rel="describes"'
    return response


def _version(version: str) -> OntologyVersion:
    found = next((one for one in _versions() if one.version == version), None)
    if found is None:
        raise UnknownThing(f"There is no version {version[:60]} of the ontology.", address=version)
    return found


# lists of concepts


@pages.get("/vocab/")
def vocab() -> Response:
    """All lists of concepts."""
    schemes = [(name, graph().words.get(_address_of_scheme(name))) for name in SCHEMES]
    return fresh(lambda: render_template("browse/schemes.html", schemes=schemes))


def _address_of_scheme(name: str) -> str:
    """The address of a list of concepts."""
    return f"{BASE}vocab/{name}"


@pages.get("/vocab/<slug:name>")
def scheme(name: str) -> Response:
    """One list of concepts, each at its own anchor; or the list as data for who prefers data."""
    _scheme(name)
    suffix = chosen_for_thing()
    if suffix:
        return scheme_data(name, suffix)
    word = graph().words[_address_of_scheme(name)]
    page = fresh(
        lambda: render_template(
            "browse/scheme.html",
            name=name,
            scheme=word,
            concepts=remembered(("scheme", name), lambda: wording.concepts(graph(), name)),
            languages=list(wording.LANGUAGES.items()),
            structured=of_terms(word.address, called(word.labels), word.definition, graph().concepts(name)),
        )
    )
    return linked(page, word.address, stem=f"/vocab/{name}")


@pages.get("/vocab/<slug:name>.<slug:suffix>")
def scheme_data(name: str, suffix: str) -> Response:
    """A list of concepts in a format."""
    data = _graph(f"ontology/vocab/{_scheme(name)}", suffix, f"vocab-{name}")
    return linked(data, _address_of_scheme(name), suffix, f"/vocab/{name}")


def _scheme(name: str) -> str:
    if name not in SCHEMES:
        raise UnknownThing(f"There is no list of concepts called {name[:60]}.", address=name)
    return name


@pages.get("/vocab/<slug:name>/<concept>")
def concept(name: str, concept: str) -> AnyResponse:
    """A concept by its own address leads to its place in the list, or to the list as data."""
    known = {word.address.rsplit("/", 1)[-1] for word in graph().concepts(name)} if name in SCHEMES else set()
    if concept not in known:
        raise UnknownThing(f"There is no concept {concept[:60]} in the list {name[:60]}.", address=concept)
    suffix = chosen_for_thing()
    response = redirect(f"/vocab/{name}.{suffix}" if suffix else at(f"/vocab/{name}#{concept}"), 303)
    response.vary.add("Accept")
    return response


def _graph(name: str, suffix: str, file: str) -> Response:
    """A graph of the release that holds words, in a format."""
    query = graph().library.get("whole-graph").body
    return answer_to(find(suffix, "triples"), query, Dataset((f"{BASE}graph/{name}",)), told=Told(file))
