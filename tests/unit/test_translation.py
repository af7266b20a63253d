"""The words of partners in nine languages: all are there, agree with each other, and hold no word of the trade."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from p2p_graph.config import share
from p2p_graph.contributing.constraints import DATATYPES, PROBLEMS, parameter_of
from p2p_graph.errors import StepRefused
from p2p_graph.message import Message
from p2p_graph.model import Fault
from p2p_graph.privacy import COARSER, WORDS
from p2p_graph.translation import LANGUAGES, catalogue, error_in, fault_in, translated
from p2p_graph.vocab import KINDS, PREFIXES

SH = PREFIXES["sh"]
SHAPES = [
    triple
    for path in sorted((share("ontology") / "shapes").glob("*.ttl"))
    for triple in (quad.triple for quad in parse(path=path, format=RdfFormat.TURTLE))
]
#: what shapes are written with besides rules: words, order, where they apply
BESIDE = {"property", "path", "message", "order", "name", "description", "group", "targetClass"}
PACKAGE = Path(__file__).resolve().parents[2] / "p2p_graph"
HOLE = re.compile(r"\{(\w+)\}")
#: words of the trade, and signs of addresses and names that only machines use
TRADE = re.compile(
    r"\b(?:[IU]RIs?|RDF|SHACL|OWL|SKOS|literals?|triples?|datatypes?|predicates?|blank nodes?|ontolog\w*|namespaces?"
    r"|shapes?|constraints?|class|property|minCount|maxCount|nodeKind|langString|xsd|rdfs?|owl|skos|foaf|dcterms|p2p)\b"
    r"|\w+://\w|\b(?:role|practice|tie|group|document):[a-z]",
)


def _of_shapes() -> Iterator[tuple[str, str]]:
    contexts = {"name": "field", "description": "help", "message": "", "example": "example", "label": "field"}
    for triple in SHAPES:
        local = re.split(r"[/#]", triple.predicate.value)[-1]
        if local in contexts and isinstance(triple.object, Literal) and triple.object.language == "en":
            yield contexts[local], triple.object.value


#: what is called with a text for people: messages, and refusals that hold one
SAYING = re.compile(r"Message|_refused|_broken|\w+(?:Refused|Allowed|Locked|Submission|Contribution)")


def _of_code() -> Iterator[tuple[str, str]]:
    """The texts of messages and refusals in the code of the desk, wherever in a file they are named."""
    for path in sorted((PACKAGE / "contributing").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named: dict[str, set[str]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    if isinstance(target, ast.Name):
                        named.setdefault(target.id, set()).update(_constants(node.value))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and SAYING.fullmatch(node.func.id):
                for argument in node.args:
                    inner = argument.value if isinstance(argument, ast.Subscript) else argument
                    texts = named.get(inner.id, set()) if isinstance(inner, ast.Name) else _constants(inner)
                    yield from (("", text) for text in texts if " " in text and text[-1:] in ".”")


def _constants(node: ast.expr) -> set[str]:
    """The texts that an expression may be: a text, one of two, or the values of a dictionary."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return _constants(node.body) | _constants(node.orelse)
    if isinstance(node, ast.Dict):
        return {text for value in node.values for text in _constants(value)}
    return set()


MESSAGES = sorted(
    {
        *_of_shapes(),
        *_of_code(),
        *(("", text) for text in (*WORDS.values(), *COARSER.values(), *PROBLEMS.values(), *DATATYPES.values())),
        *(("kind", kind) for kind in KINDS),
    }
)


def test_the_texts_are_found() -> None:
    assert len(MESSAGES) > 450
    assert ("", "There is no submission {number}.") in MESSAGES


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_text_is_in_every_language(language: str) -> None:
    words = catalogue(language)
    missing = []
    for context, text in MESSAGES:
        entry = words.get(text, context or None)
        if HOLE.sub("", text).strip() and (entry is None or not str(entry.string).strip()):
            missing.append((context, text))
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_holes_agree_and_no_word_of_the_trade_is_used(language: str) -> None:
    for context, text in MESSAGES:
        entry = catalogue(language).get(text, context or None)
        said = str(entry.string) if entry else text
        assert sorted(set(HOLE.findall(said))) == sorted(set(HOLE.findall(text))), said
        bare = re.sub(r"https?://(?=\W)|https?://example\.org\S*", "", said)
        assert not (found := TRADE.search(bare)), (found, said)
        assert said == said.strip()


def test_every_rule_of_the_shapes_has_words() -> None:
    """A rule of a kind that has no sentence, or a shape without a message, breaks the build here."""
    known = {parameter_of(f"{SH}{name}ConstraintComponent") for name in PROBLEMS}
    used = {t.predicate.value.removeprefix(SH) for t in SHAPES if t.predicate.value.startswith(SH)}
    assert used - BESIDE <= known, used - BESIDE - known
    ruled: dict[str, set[str]] = {}
    for triple in SHAPES:
        if triple.predicate.value.startswith(SH):
            ruled.setdefault(str(triple.subject), set()).add(triple.predicate.value.removeprefix(SH))
    # what lies within an "or" is told by the shape around it
    within = {str(t.object) for t in SHAPES if isinstance(t.object, BlankNode)}
    about_datatypes = {
        t.object.value.rpartition("#")[2]
        for t in SHAPES
        if t.predicate.value == f"{SH}datatype" and "path" in ruled[str(t.subject)] and isinstance(t.object, NamedNode)
    }
    assert about_datatypes <= DATATYPES.keys()
    for subject, names in ruled.items():
        if names - BESIDE and ("path" in names or "targetClass" in names) and subject not in within:
            assert "message" in names, subject


def test_every_field_has_a_value_that_would_pass() -> None:
    """An example stands on every field, and one of a list of words is an entry of that list."""
    said: dict[str, dict[str, list[object]]] = {}
    for triple in SHAPES:
        local = re.split(r"[/#]", triple.predicate.value)[-1]
        said.setdefault(str(triple.subject), {}).setdefault(local, []).append(triple.object)
    fields = {s: them for s, them in said.items() if "path" in them and "name" in them}
    bare = [s for s, them in fields.items() if "example" not in them and them.get("maxCount") != [Literal(0)]]
    assert bare == []
    for subject, them in fields.items():
        for node in them.get("node", []):
            scheme = str(getattr(node, "value", "")).rpartition("concept-")[2]
            words = (share("ontology") / "vocab" / f"{scheme}.ttl").read_text(encoding="utf-8")
            example = them["example"][0]
            assert isinstance(example, Literal)
            assert f'"{example.value}"@en' in words, (subject, example)


def test_a_fault_and_an_error_are_told_in_a_language() -> None:
    said = (Message("This number is below {limit}, so that a slip is likely, or that people could be known by it."),)
    fault = Fault(
        "a.ttl", 1, "practice:x", "Country", "", "", "", (Message("For example: “{example}”", example="Portugal"),)
    )
    assert fault_in(fault, "pl").field == "Kraj"
    assert fault_in(fault, "pl").what == "Na przykład: „Portugalia”"
    assert fault_in(fault, "en").what == "For example: “Portugal”"
    assert translated(said[0], "xx") == said[0].text
    state = Message("Submission {number} was refused.", number=7)
    error = StepRefused(Message("{state} {step}", state=state, step=Message("This step is not possible any more.")))
    assert error_in(error, "el") == "Η υποβολή 7 απορρίφθηκε. Αυτό το βήμα δεν είναι πια δυνατό."
    assert str(error) == "Submission 7 was refused. This step is not possible any more."
