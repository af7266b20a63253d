"""The planted disclosures: what stands in each file of `cases/` and `released/`, and how it is laid among the data."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import RdfFormat, parse

from p2p_graph.contributing import Source
from p2p_graph.curation import Sources

HERE = Path(__file__).parent
_HEAD = re.compile(r"^# (Planted|Found|Secret|File): (.*)$")


@dataclass(frozen=True)
class Planted:
    """One file: what is planted, what must be found, which strings nobody may learn, and where it would be laid."""

    name: str
    planted: str
    found: str
    secrets: tuple[str, ...]
    file: str
    text: str

    @classmethod
    def read(cls, path: Path) -> Planted:
        """A file without its head, which tells the tests and would itself be found."""
        lines = path.read_text(encoding="utf-8").split("\n")
        head = [found for line in lines if (found := _HEAD.match(line))]
        said = {found[1]: found[2] for found in head}
        secrets = tuple(found[2] for found in head if found[1] == "Secret")
        text = "\n".join(lines[len(head) :]).lstrip("\n")
        return cls(path.stem, said["Planted"], said["Found"], secrets, said.get("File", f"{path.stem}.ttl"), text)

    @property
    def source(self) -> Source:
        """The file as it is checked."""
        return Source(self.file, self.text, tuple(q.triple for q in parse(self.text, RdfFormat.TURTLE)))

    def lay(self, folder: Path) -> None:
        """Writes the file among the data."""
        path = folder / "xa" / self.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.text, encoding="utf-8", newline="\n")


CASES = [Planted.read(path) for path in sorted((HERE / "cases").glob("*.ttl"))]
RELEASED = [Planted.read(path) for path in sorted((HERE / "released").glob("*.ttl"))]
COVER = next(one for one in RELEASED if one.name == "cover")


def laid(files: list[Planted], folder: Path, sources: Sources) -> Sources:
    """The data of the invented countries with some files beside them."""
    shutil.copytree(sources.data, folder)
    for one in files:
        one.lay(folder)
    return Sources(folder, sources.ontology, sources.queries)
