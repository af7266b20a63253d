"""The server for assistants, asked by the protocol's own client over standard input and output."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from p2p_graph.assistants import Desk
from p2p_graph.purged import Purged
from p2p_graph.reading import open_graph

P2P = "PREFIX p2p: <https://w3id.org/peer2peer/ontology/>"
EXFORD = "https://w3id.org/peer2peer/id/practice/exford-buddies"


def asked(home: Path, work: Callable[[Client], Awaitable[Any]]) -> Any:
    """What came of a session with a server of its own process."""
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-c", "from p2p_graph.assistants import serve_assistants; serve_assistants()"],
        env={**os.environ, "P2P_HOME": str(home), "P2P_WORKERS": "1"},
    )

    async def session() -> Any:
        async with Client(parameters) as client:
            return await work(client)

    # in a thread of its own: tests with a browser leave a loop in this one
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, session()).result()


async def answer(client: Client, tool: str, **values: object) -> dict[str, Any]:
    """The answer of a tool, which must be none of its errors."""
    result = await client.call_tool(tool, values)
    assert not result.is_error, result.content
    told = json.loads(result.content[0].text)  # type: ignore[union-attr]
    assert isinstance(told, dict)
    assert told["version"] == "0.1.0+2026-01-07.1"
    assert told["licence"].startswith("CC BY 4.0")
    return told


def test_client_finds_describes_asks_and_reads(example_home: Path) -> None:
    async def work(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {
            "search", "describe", "list_questions", "run_question", "run_sparql", "country_profile"
        }  # fmt: skip
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools.values())
        found = await answer(client, "search", text="EXFÓRD buddies")
        assert found["answer"][0]["address"] == EXFORD
        assert found["sources"]
        thing = await answer(client, "describe", thing="practice/exford-buddies")
        assert thing["answer"]["address"] == EXFORD
        assert thing["sources"][0]["address"].startswith("https://w3id.org/peer2peer/id/document/")
        questions = await answer(client, "list_questions", words="police")
        assert "police-ties" in [question["name"] for question in questions["answer"]]
        rows = await answer(client, "run_question", name="practices-by-country", values={"country": "XA"})
        assert EXFORD in json.dumps(rows["answer"]["rows"])
        table = await answer(client, "run_sparql", query=f"{P2P} SELECT (COUNT(*) AS ?n) {{ ?s a p2p:Practice }}")
        assert table["answer"] == {"columns": ["n"], "rows": [[3]]}
        graph = await answer(client, "run_sparql", query=f"CONSTRUCT WHERE {{ <{EXFORD}> a ?type }}")
        assert "p2p:Practice" in graph["answer"] or "ontology/Practice" in graph["answer"]
        profile = await answer(client, "country_profile", country="xa")
        assert profile["answer"]["practices"]["in all"] > 0
        for address, words in (("p2p://ontology", "owl:Class"), ("p2p://data", "# The data")):
            content = (await client.read_resource(address)).contents[0]
            assert words in content.text  # type: ignore[union-attr]

    asked(example_home, work)


def test_errors_are_plain_sentences_and_nothing_is_written(example_home: Path) -> None:
    wrong = [
        ("run_question", {"name": "no-such-question"}, "no-such-question"),
        ("run_question", {"name": "practices-by-country", "values": {"country": "XA } INSERT"}}, "country"),
        ("run_sparql", {"query": "SELECT * { ?s ?p "}, "line"),
        ("run_sparql", {"query": "DELETE WHERE { ?s ?p ?o }"}, "not allowed"),
        ("run_sparql", {"query": "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"}, "SERVICE"),
        ("run_sparql", {"query": "SELECT * { ?s ?p ?o }"}, "500"),
        ("describe", {"thing": "practice/none"}, "nothing at"),
        ("country_profile", {"country": "QQ"}, "nothing at"),
        ("search", {"text": "a" * 400}, "300"),
    ]

    async def work(client: Client) -> list[Any]:
        return [await client.call_tool(tool, values) for tool, values, _ in wrong]

    for result, (tool, _, word) in zip(asked(example_home, work), wrong, strict=True):
        text = result.content[0].text
        assert result.is_error, tool
        assert word.lower() in text.lower(), text
        assert "Traceback" not in text


def test_what_was_taken_out_is_not_told(example_release: Path) -> None:
    with open_graph(example_release) as graph:
        desk = Desk(graph, Purged(frozenset({EXFORD})))
        assert EXFORD not in json.dumps(desk.search("exford"))
        told = desk.run_question("practices-by-country")
        assert EXFORD not in json.dumps(told)
        assert "withheld" in told
        assert EXFORD not in json.dumps(desk.country_profile("XA"))
        with pytest.raises(Exception, match="taken out for good"):
            desk.describe(EXFORD)
