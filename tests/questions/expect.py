"""Writes the rows of a question or a pattern as they are now, to be read by a person before they are kept.

python -m tests.questions.expect practices-by-country country=PT
python -m tests.questions.expect opposition country=HU
"""

from __future__ import annotations

import csv
import sys

from p2p_graph import open_graph
from tests.questions.test_questions import file_of, written


def main(name: str, *pairs: str) -> None:
    values = dict(pair.split("=", 1) for pair in pairs)
    file = file_of(name)
    file.parent.mkdir(exist_ok=True)
    with open_graph() as graph, file.open("w", encoding="utf-8", newline="") as out:
        out.writelines(f"# {key}={value}\n" for key, value in values.items())
        csv.writer(out, lineterminator="\n").writerows(written(graph.run(name, **values)))


if __name__ == "__main__":
    main(*sys.argv[1:])
