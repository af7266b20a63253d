"""Pictures: what they say, that they are the same each time, and that no label can do harm in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
import pyvis
from pyoxigraph import Literal, NamedNode

from p2p_graph.model import Table
from p2p_graph.reading.drawing import HEIGHT, WIDTH, scene, scene_svg
from p2p_graph.reading.network import FAMILIES, FORMS, Chord, Network, Wheel, chord_rows, mixing, project
from p2p_graph.reading.pages import Assets, pyvis_data, pyvis_page, standalone_page
from p2p_graph.reading.sentences import ENGLISH
from p2p_graph.reading.style import NIGHT, PAPER, ROLES, dashes, outline, role_css, role_data
from p2p_graph.reading.wheel import wheel_svg

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "webapp/static"
VIS = STATIC / "vendor/vis-network-9.1.2/vis-network.min.js"
SVG = "{http://www.w3.org/2000/svg}"
ASSETS = Assets("/static/vis.js", "/static/network.js", ("/static/roles.css",))
HOSTILE = (
    '<script>alert("x")</script>',
    "</script><script>alert(1)</script>",
    '" onload="alert(1)" x="',
    "]]></title><image href=x onerror=alert(1)>",
    "\u202eesrever\u202c \u2066isolate \u0000\u0007 bell",
    "{{ 7*7 }} {% raw %} &amp; &#x3c;",
    "x" * 10_000,
    "word " * 2_000,
    "",
)


def network_of(
    *ties: tuple[str, str | None, str, str | None, tuple[str, ...]], labels: dict[str, str] | None = None
) -> Network:
    """A network from (tie, form, polarity, practice, actors); an actor is `family/name`, with `>` before a receiver."""
    rows = []
    for tie, form, polarity, practice, actors in ties:
        for actor in actors:
            family, name = actor.lstrip(">").split("/")
            one_way = any(a.startswith(">") for a in actors)
            label = (labels or {}).get(name, name)
            rows.append(
                (
                    NamedNode(f"https://w3id.org/peer2peer/id/tie/{tie}"),
                    NamedNode(f"https://w3id.org/peer2peer/id/practice/{practice}") if practice else None,
                    NamedNode(f"https://w3id.org/peer2peer/id/group/{name}"),
                    Literal(label),
                    NamedNode(f"https://w3id.org/peer2peer/vocab/role/{family}"),
                    NamedNode(f"https://w3id.org/peer2peer/vocab/form/{form}") if form else None,
                    NamedNode(f"https://w3id.org/peer2peer/vocab/polarity/{polarity}"),
                    Literal(one_way and not actor.startswith(">")),
                    Literal(actor.startswith(">")),
                )
            )
    columns = ("tie", "within", "actor", "actorLabel", "family", "form", "polarity", "gives", "receives")
    return project(Table(columns, tuple(rows)))


EXAMPLE = network_of(
    ("team", "formal", "supports", "van", ("peers/peers", "professionals/nurses")),
    ("team-2", "informal", "supports", "desk", ("peers/peers", "professionals/nurses")),
    ("table", None, "supports", "van", ("peers/peers", "police/officers", "civil-society/lantern")),
    ("kits", "informal", "supports", "van", ("dealers/dealers", ">people-who-use-drugs/clients")),
    ("ban", "formal", "blocks", None, ("authorities/city", "civil-society/lantern")),
    ("watch", "mixed", "supports", "desk", ("professionals/nurses", "professionals/doctors")),
)
EMPTY = project(Table((), ()))


def elements(svg: str, name: str, kind: str = "") -> list[ElementTree.Element]:
    found = ElementTree.fromstring(svg).iter(f"{SVG}{name}")
    return [e for e in found if not kind or kind in (e.get("class") or "").split()]


def wheel(network: Network = EXAMPLE, size: float = 720, href: bool = False) -> str:
    link = (lambda a, b: f"/ties?one={a}&other={b}") if href else None
    return wheel_svg(mixing(network), "Example", "A sentence.", size=size, href=link)


# style


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("family", FAMILIES)
def test_each_role_stands_out_from_both_pages(family: str) -> None:
    style = ROLES[family]
    assert contrast(style.line, PAPER) >= 3
    assert contrast(style.night_line, NIGHT) >= 3


def test_each_role_has_a_shape_and_a_code_of_its_own() -> None:
    assert tuple(ROLES) == FAMILIES
    assert len({style.shape for style in ROLES.values()}) == len({style.code for style in ROLES.values()}) == 9
    assert [entry["family"] for entry in role_data()] == list(FAMILIES)
    assert len(outline("pentagon")) == 5


def test_each_form_has_a_line_of_its_own() -> None:
    assert len({dashes(form, 2) for form in FORMS}) == len(FORMS)
    assert dashes("formal", 2) == ()


def test_the_style_sheet_of_the_site_is_the_one_in_python() -> None:
    assert (STATIC / "css/roles.css").read_text(encoding="utf-8") == role_css()


def test_the_script_of_the_site_is_the_one_pyvis_was_made_for() -> None:
    assert pyvis.__file__
    theirs = Path(pyvis.__file__).parent / "templates/lib/vis-9.1.2/vis-network.min.js"
    assert theirs.read_bytes() == VIS.read_bytes()


# the wheel


def test_the_wheel_says_what_its_table_says() -> None:
    drawn = mixing(EXAMPLE)
    titles = [t.text for group in elements(wheel(), "g", "chord") for t in group.iter(f"{SVG}title")]
    rows = list(chord_rows(drawn).records())
    assert len(titles) == len(rows) == len(drawn.chords)
    for row in rows:
        one, other, ties = (getattr(row[name], "value", "") for name in ("one", "other", "ties"))
        names = {ENGLISH.families[one], ENGLISH.families[other]}
        count = "1 tie" if ties == "1" else f"{ties} ties"
        fitting = [t for t in titles if t and count in t and all(n in t.lower() for n in names)]
        assert fitting, (names, count, titles)


@pytest.mark.parametrize("size", [64, 160, 360, 720])
def test_families_stand_at_the_same_places_whatever_the_data(size: float) -> None:
    def places(svg: str) -> list[tuple[str, str]]:
        groups = elements(svg, "g", "family")
        return [
            (p.get("class", "").split()[1], p.get("d") or f"{p.get('cx')} {p.get('cy')}")
            for g in groups
            for p in g.iter()
            if "role" in (p.get("class") or "").split()
        ]

    full, empty = places(wheel(size=size)), places(wheel(EMPTY, size=size))
    assert full == empty
    assert [name for name, _ in full] == [f"role-{family}" for family in FAMILIES]


@pytest.mark.parametrize(("size", "texts"), [(64, 0), (160, 9)])
def test_small_wheels_have_no_text_but_codes(size: float, texts: int) -> None:
    found = elements(wheel(size=size), "text")
    assert len(found) == texts
    assert {t.text for t in found} <= {style.code for style in ROLES.values()}


def test_a_large_wheel_has_names_and_its_coverage() -> None:
    text = " ".join(ElementTree.fromstring(wheel()).itertext())
    assert "Peers" in text
    assert "Shown: 6 ties, 2 practices" in text


def test_a_chord_is_as_wide_as_its_practices_and_in_the_form_of_its_ties() -> None:
    def chord(practices: int, form: str) -> Chord:
        names = tuple(f"p{i}" for i in range(practices))
        return Chord("peers", "police", False, names, names, 0, {form: practices}, {"supports": practices})  # type: ignore[dict-item]

    def paths(one: Chord) -> tuple[float, str | None]:
        svg = wheel_svg(Wheel((one,), mixing(EMPTY).coverage), "", "", size=720, largest=10)
        ribbon = [float(p.get("stroke-width", "0")) for p in elements(svg, "path", "ribbon")]
        return (ribbon or [0])[0], elements(svg, "path", "line")[0].get("stroke-dasharray")

    assert paths(chord(10, "formal"))[0] == pytest.approx(2 * paths(chord(5, "formal"))[0], abs=0.2)
    assert len({paths(chord(10, form))[1] for form in FORMS}) == 4
    assert paths(chord(10, "formal"))[1] is None


def test_a_chord_that_is_against_has_a_bar() -> None:
    svg = wheel()
    against = elements(svg, "g", "against")
    assert len(against) == len(elements(svg, "path", "bar")) == 1
    assert "One against the other" in " ".join(against[0].itertext())


def test_chords_lead_where_the_caller_says() -> None:
    links = elements(wheel(href=True), "a")
    assert len(links) == len(mixing(EXAMPLE).chords)
    assert "/ties?one=peers&other=professionals" in [link.get("href") for link in links]
    assert all(link[0].tag == f"{SVG}title" for link in links)


def test_a_wheel_is_an_image_unless_links_must_be_reached_in_it() -> None:
    plain, linked = ElementTree.fromstring(wheel()), ElementTree.fromstring(wheel(href=True))
    assert (plain.get("role"), linked.get("role")) == ("img", "group")
    for root in (plain, linked):
        ids = {e.get("id"): e.text for e in root.iter() if e.get("id")}
        assert ids[root.get("aria-labelledby")] == "Example"
        assert ids[root.get("aria-describedby")] == "A sentence."


def test_ids_of_two_wheels_on_a_page_differ() -> None:
    drawn = mixing(EXAMPLE)
    one, other = (set(re.findall(r'id="([^"]+)"', wheel_svg(drawn, "", "", ident=ident))) for ident in ("a", "b"))
    assert one
    assert not one & other


def test_a_wheel_without_ties_says_so() -> None:
    svg = wheel(EMPTY)
    assert not elements(svg, "path", "line")
    assert "No tie recorded" in " ".join(ElementTree.fromstring(svg).itertext())
    assert not elements(wheel(EMPTY, size=64), "text")


def test_long_names_in_other_languages_stay_inside() -> None:
    names = dict.fromkeys(FAMILIES, "Επαγγελματίεςκοινωνικήςεργασίας")
    svg = wheel_svg(mixing(EXAMPLE), "", "", size=360, names=names)
    for text in elements(svg, "text"):
        for span in text.iter(f"{SVG}tspan"):
            wide = float(span.get("textLength") or len(span.text or "") * 5.3)
            x = float(span.get("x", "0"))
            start = x - {"start": 0, "middle": wide / 2, "end": wide}[text.get("text-anchor", "start")]
            assert start >= -2
            assert start + wide <= 362


# the network


def test_the_same_seed_gives_the_same_picture_and_another_seed_another() -> None:
    one, again, other = (scene_svg(scene(EXAMPLE, seed), "", "") for seed in (7, 7, 8))
    assert one == again
    assert one != other


def test_the_order_of_rows_does_not_move_anybody() -> None:
    ties = (
        ("a", "formal", "supports", "van", ("peers/peers", "police/officers")),
        ("b", "informal", "supports", "van", ("peers/peers", "others/neighbours")),
    )
    one, other = network_of(*ties), network_of(*ties[::-1])
    assert [(m.address, m.x, m.y) for m in scene(one).marks] == [(m.address, m.x, m.y) for m in scene(other).marks]


def test_marks_stay_on_the_canvas_and_apart() -> None:
    many = network_of(
        *((f"t{i}", "formal", "supports", "p", (f"peers/a{i % 40}", f"police/b{i % 33}")) for i in range(150))
    )
    marks = scene(many).marks
    assert len(marks) == 73
    assert all(0 <= m.x <= WIDTH and 0 <= m.y <= HEIGHT for m in marks)
    for i, one in enumerate(marks):
        for other in marks[i + 1 :]:
            assert ((one.x - other.x) ** 2 + (one.y - other.y) ** 2) ** 0.5 >= one.radius + other.radius


def test_families_keep_to_their_side() -> None:
    ties = [(f"t{i}", "formal", "supports", "p", (f"professionals/a{i}", f"research/b{i}")) for i in range(12)]
    marks = scene(network_of(*ties)).marks
    means = {f: sum(m.x for m in marks if m.family == f) / 12 for f in ("professionals", "research")}
    assert means["professionals"] > means["research"] + WIDTH / 4


def test_a_network_too_large_for_forces_is_still_laid_out() -> None:
    many = network_of(*((f"t{i}", "formal", "supports", "p", (f"peers/a{i}", f"police/b{i}")) for i in range(260)))
    marks = scene(many).marks
    assert len({(m.x, m.y) for m in marks}) == 520


def test_an_arrow_stands_only_where_a_tie_is_one_way() -> None:
    drawn = scene(EXAMPLE)
    assert [(line.start.rsplit("/")[-1], line.end.rsplit("/")[-1]) for line in drawn.lines if line.arrow] == [
        ("dealers", "clients")
    ]
    assert len(elements(scene_svg(drawn, "", ""), "path", "arrow")) == 1


def test_a_tie_of_three_is_one_junction_with_three_spokes() -> None:
    drawn = scene(EXAMPLE)
    assert list(drawn.junctions) == ["https://w3id.org/peer2peer/id/tie/table"]
    assert sum(line.kind == "spoke" for line in drawn.lines) == 3


def test_pyvis_keeps_parallel_ties_and_stands_still() -> None:
    data = pyvis_data(scene(EXAMPLE))
    assert data["options"]["physics"] == {"enabled": False}
    assert all(node["fixed"] is True and node["physics"] is False for node in data["nodes"])
    ties = [e for e in data["edges"] if {e["from"], e["to"]} == {"group:peers", "group:nurses"}]
    assert len(ties) == 2
    assert len({edge["id"] for edge in data["edges"]}) == len(data["edges"])
    assert [edge["against"] for edge in data["edges"] if edge["against"]] == [True]


def test_cards_have_each_tie_as_a_sentence() -> None:
    data = pyvis_data(scene(EXAMPLE), href=lambda a: "/id/" + a.rsplit("/", 1)[-1])
    card = data["cards"]["group:dealers"]
    assert card["ties"] == ["dealers → clients (informal)"]
    assert card["href"] == "/id/dealers"
    assert set(data["cards"]) <= {node["id"] for node in data["nodes"]}


# harm


def hostile() -> Network:
    labels = {f"h{i}": label for i, label in enumerate(HOSTILE)}
    return network_of(
        *(
            (f"t{i}", "formal", "supports", "p", (f"peers/h{i}", f"police/h{(i + 1) % len(HOSTILE)}"))
            for i in range(len(HOSTILE))
        ),
        labels=labels,
    )


class Page(HTMLParser):
    """Scripts with their text, handlers and addresses of a page, as a browser would see them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.styles = 0
        self.handlers: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            self.scripts.append((dict(attrs), ""))
        self.styles += tag == "style"
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.handlers.append(f"{tag} {name}")
            if name in ("href", "src", "action", "data"):
                self.addresses.append(value or "")

    def handle_data(self, data: str) -> None:
        if self.scripts and self.lasttag == "script":
            attrs, text = self.scripts[-1]
            self.scripts[-1] = (attrs, text + data)


def pictures(network: Network) -> Iterator[str]:
    drawn = scene(network)
    for label in HOSTILE:
        for size in (64, 160, 360, 720):
            names = dict.fromkeys(FAMILIES, label)
            yield wheel_svg(mixing(network), label, label, size=size, names=names, href=lambda a, b: HOSTILE[2])
        yield scene_svg(drawn, label, label, href=lambda a: HOSTILE[2], standalone=True)


def test_no_label_can_leave_its_place_in_an_svg() -> None:
    for svg in pictures(hostile()):
        root = ElementTree.fromstring(svg)
        names = {e.tag.removeprefix(SVG) for e in root.iter()}
        assert not names & {"script", "image", "foreignObject", "iframe"}
        assert not any(name.startswith("on") for e in root.iter() for name in e.attrib)
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x07]", svg)
        assert len(svg) < 400_000


def test_no_label_can_leave_its_place_in_a_page() -> None:
    drawn = scene(hostile())
    for label in HOSTILE:
        text = pyvis_page(drawn, ASSETS, label, label, href=lambda a: "/x")
        page = Page(text)
        assert [attrs.get("src") for attrs, _ in page.scripts] == [None, ASSETS.library, ASSETS.script]
        assert page.scripts[0][0].get("type") == "application/json"
        assert not page.handlers
        data = json.loads(page.scripts[0][1])
        assert len(data["nodes"]) == len(HOSTILE)
        assert all("title" not in thing for thing in data["nodes"] + data["edges"])
        assert "49" not in text.split("<title>")[1].split("</title>")[0]


def test_the_page_has_nothing_inline() -> None:
    page = Page(pyvis_page(scene(EXAMPLE), ASSETS, "Example", "A sentence."))
    assert page.styles == 0
    assert not page.handlers
    assert all(not text.strip() for attrs, text in page.scripts if attrs.get("type") != "application/json")


def test_the_page_reads_without_scripts() -> None:
    text = pyvis_page(scene(EXAMPLE), ASSETS, "Example", "A sentence.")
    assert "<svg " in text
    for actor in EXAMPLE.actors.values():
        assert f'<th scope="row">{actor.label}</th>' in text


def standalone() -> str:
    styles = (role_css(), (STATIC / "css/network.css").read_text(encoding="utf-8"))
    script = (STATIC / "js/network.js").read_text(encoding="utf-8")
    assets = Assets(VIS.read_text(encoding="utf-8"), script, styles)
    return standalone_page(scene(EXAMPLE), assets, "Example", "A sentence.")


def test_a_page_to_take_away_holds_everything() -> None:
    page = Page(standalone())
    assert all("src" not in attrs for attrs, _ in page.scripts)
    assert not page.addresses
    assert "default-src 'none'" in standalone()
    with pytest.raises(ValueError, match="closing tag"):
        standalone_page(scene(EXAMPLE), replace(ASSETS, script="x</SCRIPT>"), "", "")


def test_no_picture_names_another_host() -> None:
    library = VIS.read_text(encoding="utf-8")
    drawn = scene(EXAMPLE)
    texts = [
        wheel(),
        wheel_svg(mixing(EXAMPLE), "", "", standalone=True),
        scene_svg(drawn, "", "", standalone=True),
        pyvis_page(drawn, ASSETS, "", ""),
        standalone().replace(library, ""),
        (STATIC / "js/network.js").read_text(encoding="utf-8"),
        (STATIC / "css/network.css").read_text(encoding="utf-8"),
    ]
    for text in texts:
        assert not re.findall(r"(?:https?:)?//[\w.-]+\.\w+", text.replace("http://www.w3.org/2000/svg", ""))
