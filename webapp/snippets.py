"""Programs that ask a saved question: a few lines of Python, R and shell that run as they stand."""

from __future__ import annotations

import json
import keyword
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from p2p_graph.reading.library import SavedQuery
from webapp.asking import stem
from webapp.languages import N_

__all__ = ["Snippet", "snippets"]


@dataclass(frozen=True, slots=True)
class Snippet:
    """One program: its name in addresses, its language, what it needs, its text."""

    name: str
    title: str
    needs: str
    code: str


def snippets(query: SavedQuery, values: Mapping[str, Sequence[str] | str], root: str) -> list[Snippet]:
    """The programs for a question with some values, asked of the site at an address that ends with a slash.

    Whatever stands in a value is quoted for its language, and in an address as addresses want it.

    >>> query = SavedQuery("all", "questions", "All", "", {}, {}, "")
    >>> print(snippets(query, {}, "https://example.org/")[-1].code)
    curl --fail --output all.csv https://example.org/queries/all.csv
    """
    many = {name: [given] if isinstance(given, str) else list(given) for name, given in values.items()}
    address = f"{root}queries/{query.name}.csv" + (f"?{urlencode(many, doseq=True)}" if many else "")
    file = f"{stem(query, many)}.csv"
    quoted = json.dumps(address, ensure_ascii=False)
    command = f"curl --fail --output {shlex.quote(file)} {shlex.quote(address)}"
    return [
        Snippet("python", "Python", N_("the package p2p-graph, with pandas"), _python(query, many, root)),
        Snippet("pandas", N_("Python with pandas alone"), N_("pandas"), _PANDAS.format(address=quoted)),
        Snippet("r", "R", N_("nothing but R"), _R.format(address=quoted)),
        Snippet("curl", "curl", N_("nothing but curl"), command),
    ]


_PANDAS = """\
import pandas

answer = pandas.read_csv(
    {address},
    keep_default_na=False,
    na_values=[""],
)
print(answer)"""

_R = """\
answer <- read.csv(
  {address},
  na.strings = "", encoding = "UTF-8"
)
print(answer)"""


def _python(query: SavedQuery, values: Mapping[str, Sequence[str]], root: str) -> str:
    given = {name: many[0] if len(many) == 1 else list(many) for name, many in values.items()}
    plain = all(name.isidentifier() and not keyword.iskeyword(name) for name in given)
    # whatever JSON writes of texts and lists, Python reads
    written = {name: json.dumps(value, ensure_ascii=False) for name, value in given.items()}
    asked = [f"{name}={value}" for name, value in written.items()]
    if not plain:
        asked = [f"**{json.dumps(given, ensure_ascii=False)}"]
    call = ", ".join([json.dumps(query.name), *asked])
    return (
        "from p2p_graph import open_graph\n\n"
        f"with open_graph({json.dumps(root + 'sparql', ensure_ascii=False)}) as graph:\n"
        f"    answer = graph.run({call})\n"
        "    print(answer.to_pandas(labels=graph.labels))"
    )
