"""Files to take home: each holds the whole release, and the tables with their description give it back."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from p2p_graph.csv_tables import CONCEPTS, tables, zipped
from p2p_graph.dumps import DUMPS, FOLDER, dumps
from p2p_graph.release import manifest, verify
from p2p_graph.vocab import BASE, PREFIXES, kind_and_slug

FORMATS = {
    "nq": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "ttl": RdfFormat.TURTLE,
    "jsonld": RdfFormat.JSON_LD,
}


@pytest.fixture(scope="module")
def archive(example_release: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(example_release / FOLDER / "peer2peer-graph-tables.zip")


@pytest.fixture(scope="module")
def triples(example_release: Path) -> set[Triple]:
    return {quad.triple for quad in parse(path=str(example_release / "data.nq"))}


def as_json(archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(archive.read(name))
    return found


@pytest.mark.parametrize("ending", FORMATS)
def test_each_file_holds_every_statement(example_release: Path, ending: str) -> None:
    content = gzip.decompress((example_release / FOLDER / f"peer2peer-graph.{ending}.gz").read_bytes())
    quads, whole = set(parse(content, FORMATS[ending])), set(parse(path=str(example_release / "data.nq")))
    if ending == "ttl":
        assert {quad.triple for quad in quads} == {quad.triple for quad in whole}
    else:
        assert quads == whole


def test_their_hashes_stand_in_the_manifest_and_a_changed_one_is_found(example_release: Path) -> None:
    known = manifest(example_release)["files"]
    assert {f"{FOLDER}/{dump.name}" for dump in DUMPS} <= set(known)
    assert verify(example_release) == ()


def test_same_release_gives_the_same_bytes(example_release: Path) -> None:
    lines = (example_release / "data.nq").read_text(encoding="utf-8").splitlines(keepends=True)
    version = manifest(example_release)["version"]
    for name, content in dumps(lines, version):
        assert content == (example_release / FOLDER / name).read_bytes(), name


def test_tables_and_their_metadata_give_the_triples_back(archive: zipfile.ZipFile, triples: set[Triple]) -> None:
    """As a converter of CSV on the Web makes them: address, property, language, value."""
    found = set()
    for table in as_json(archive, "csv-metadata.json")["tables"]:
        rows = csv.reader(io.StringIO(archive.read(table["url"]).decode(), newline=""))
        columns = table["tableSchema"]["columns"]
        assert next(rows) == [column["titles"] for column in columns]
        for row in rows:
            for column, cell in zip(columns[1:], row[1:], strict=True):
                values = cell.split(column["separator"]) if "separator" in column else [cell]
                found |= {(row[0], column["propertyUrl"], column.get("lang", ""), v) for v in values if cell}
    wanted = {
        (t.subject.value, t.predicate.value, getattr(t.object, "language", None) or "", getattr(t.object, "value", ""))
        for t in triples
        if isinstance(t.subject, NamedNode)
        and (kind_and_slug(t.subject.value) or t.subject.value.startswith(f"{BASE}vocab/"))
    }
    assert wanted
    assert found == wanted


def test_data_package_describes_every_column_and_leads_to_rows_that_are_there(archive: zipfile.ZipFile) -> None:
    package = as_json(archive, "datapackage.json")
    addresses = {}
    rows = {}
    for resource in package["resources"]:
        read = list(csv.DictReader(io.StringIO(archive.read(resource["path"]).decode(), newline="")))
        fields = resource["schema"]["fields"]
        assert list(read[0]) == [field["name"] for field in fields]
        assert len({field["name"] for field in fields}) == len(fields)
        rows[resource["name"]], addresses[resource["name"]] = read, {row["address"] for row in read}
        for field in fields:
            if field["type"] == "integer":
                assert all(int(row[field["name"]] or 0) >= 0 for row in read)
    keys = [(r["name"], key) for r in package["resources"] for key in r["schema"]["foreignKeys"]]
    assert ("tie", "inPractice") in {(name, key["fields"][0]) for name, key in keys}
    for name, key in keys:
        there = addresses[key["reference"]["resource"]]
        led = {row[key["fields"][0]] for row in rows[name]} - {""}
        assert led <= there, (name, key)
    fields = {f["name"]: f for r in package["resources"] if r["name"] == "practice" for f in r["schema"]["fields"]}
    assert fields["startYear"]["type"] == "integer"
    assert fields["inCountry"]["title"] == "country"
    assert fields["practiceKind"]["rdfType"] == f"{BASE}ontology/practiceKind"
    assert CONCEPTS in addresses


def test_values_with_the_sign_between_them_are_parted_by_another() -> None:
    thing, other = NamedNode(f"{BASE}id/practice/x"), NamedNode(PREFIXES["skos"] + "altLabel")
    (table,) = tables([Triple(thing, other, Literal("a|b")), Triple(thing, other, Literal('c;"d"'))])
    assert table.columns[0].between == "¦"
    assert table.rows == ((thing.value, 'a|b¦c;"d"'),)
    (read,) = list(csv.reader(io.StringIO(table.written().decode(), newline="")))[1:]
    assert read[1].split("¦") == ["a|b", 'c;"d"']
    assert zipped([table], "1", {}) == zipped([table], "1", {})
