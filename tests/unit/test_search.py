"""Searching an index: eight languages, slips, acronyms, hyphens, order, hostile texts, limits of time and size."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from pyoxigraph import Literal, NamedNode

from p2p_graph.errors import BadValue, EngineFailed, QueryTimeout
from p2p_graph.purged import Purged
from p2p_graph.reading.indexing import INDEX_FILE, Row, build_index
from p2p_graph.reading.search import LONGEST, Found, SearchIndex, Wish, open_index
from p2p_graph.text import words
from p2p_graph.vocab import BASE

#: a practice by its slug: names by language, a description
PRACTICES: dict[str, tuple[dict[str, str], str]] = {
    "rooms": ({"pt": "Sala de consumo assistido e saúde", "en": "Supervised consumption room"}, "A room for all."),
    "teams": ({"el": "Ομάδα προσέγγισης χρηστών", "en": "Outreach team"}, "Nurses walk with peers at night."),
    "bus": ({"pl": "Autobus wymiany igieł w Łodzi", "en": "Needle exchange bus"}, "A bus with syringes."),
    "talks": ({"lt": "Bendraamžių pokalbiai apie žalos mažinimą"}, "Talks at a railway station."),
    "house": ({"nl": "Huiskamer voor gebruikers met coördinatie"}, "A living room."),
    "nights": ({"fr": "Équipe de nuit près des fêtes"}, "Teams at parties."),
    "swaps": ({"hu": "Tűcsere és őszinte beszélgetés"}, "Swaps of needles."),
    "kit": ({"en": "Take-home naloxone kits"}, "Kits handed out by the drop-in of G.A.T., for peers."),
    "kits": ({"en": "Naloxone"}, "The thing itself."),
    "police": ({"en": "Police refer to naloxone trainers"}, "Officers hand over a card."),
}
CONCEPT = f"{BASE}vocab/service/needle"
HERE = f"{BASE}id/country/XA"


def practice(slug: str) -> str:
    return f"{BASE}id/practice/{slug}"


def rows() -> tuple[list[Row], list[Row]]:
    texts: list[Row] = []

    def say(thing: str, field: str, text: str, language: str = "") -> None:
        texts.append(
            (NamedNode(thing), Literal(field), Literal(text, language=language) if language else Literal(text))
        )

    for slug, (names, description) in PRACTICES.items():
        for language, name in names.items():
            say(practice(slug), "name", name, language)
        say(practice(slug), "description", description, "en")
    say(f"{BASE}id/organisation/union", "name", "Exland Union of Peers", "en")
    say(f"{BASE}id/organisation/union", "other-name", "EUP")
    say(f"{BASE}id/document/report", "name", "Naloxone", "en")
    say(f"{BASE}id/document/report", "authors", "Institute of Exland")
    say(HERE, "name", "Exland", "en")
    say(HERE, "name", "Ekslandia", "pl")
    say(HERE, "other-name", "XA")
    say(CONCEPT, "name", "needles and syringes", "en")
    say(CONCEPT, "name", "agulhas e seringas", "pt")
    say(f"{BASE}ontology/inPlace", "name", "in the place", "en")
    links: list[Row] = [
        (NamedNode(practice("bus")), Literal("service"), NamedNode(CONCEPT)),
        (NamedNode(practice("swaps")), Literal("service"), NamedNode(CONCEPT)),
        *((NamedNode(practice(slug)), Literal("country"), NamedNode(HERE)) for slug in ("bus", "kit", "police")),
        (NamedNode(practice("bus")), Literal("place"), NamedNode(f"{BASE}id/place/nowhere")),
    ]
    return texts, links


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    path = tmp_path_factory.mktemp("index") / INDEX_FILE
    build_index(path, *rows())
    index = SearchIndex(path)
    yield index
    index.close()


def slugs(found: Found) -> list[str]:
    return [hit.address.rsplit("/", 1)[1] for hit in found]


Search = Callable[..., list[str]]


@pytest.fixture
def search(index: SearchIndex) -> Search:
    """The slugs that a text finds."""

    def ask(text: str, language: str = "en", **more: object) -> list[str]:
        return slugs(index.find(Wish(text, language, **more)))  # type: ignore[arg-type]

    return ask


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("saude assistido", "rooms"),
        ("ομαδα προσεγγισησ", "teams"),
        ("ΟΜΑΔΑ ΧΡΗΣΤΩΝ", "teams"),
        ("igiel lodzi", "bus"),
        ("WYMIANY IGIEŁ", "bus"),
        ("bendraamziu zalos", "talks"),
        ("coordinatie", "house"),
        ("equipe pres fetes", "nights"),
        ("tucsere oszinte", "swaps"),
        ("TŰCSERE", "swaps"),
        ("consumption rooms"[:-1], "rooms"),
    ],
)
def test_a_name_is_found_with_accents_and_capitals_left_out(search: Search, text: str, slug: str) -> None:
    assert search(text) == [slug]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("asistido", "rooms"),
        ("asisstido", "rooms"),
        ("προσεγισης", "teams"),
        ("προσεγγσίης", "teams"),
        ("wyimany igiel", "bus"),
        ("bendramziu", "talks"),
        ("pokalbaii", "talks"),
        ("huiskmaer", "house"),
        ("equpie", "nights"),
        ("tucesre", "swaps"),
        ("beszelgetse", "swaps"),
        ("xupervised", "rooms"),
        ("supervisex", "rooms"),
        ("upervised", "rooms"),
        ("supervise consumptoin", "rooms"),
    ],
)
def test_a_slip_is_forgiven(index: SearchIndex, text: str, slug: str) -> None:
    found = index.find(Wish(text))
    assert slugs(found) == [slug]
    assert found.hits[0].match == "slip"
    assert any(piece.is_found for piece in found.hits[0].excerpt)
    assert found.instead


@given(st.data())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_any_one_slip_in_a_word_of_five_letters_is_forgiven(index: SearchIndex, data: st.DataObject) -> None:
    slug, word = data.draw(
        st.sampled_from([(s, w) for s, (names, _) in PRACTICES.items() for n in names.values() for w in n.split()])
    )
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("aeklmnoprstuz"))
    slipped = data.draw(
        st.sampled_from(
            [
                word[:at] + letter + word[at + 1 :],
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at:],
                word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
            ]
        )
    )
    if len(slipped) >= 5:
        assert slug in slugs(index.find(Wish(slipped, limit=100)))


def test_short_words_and_numbers_are_taken_as_they_are(search: Search) -> None:
    assert search("kots") == []
    assert search("12345") == []
    assert search("EUB") == []


def test_a_word_that_is_there_is_taken_as_meant(index: SearchIndex) -> None:
    found = index.find(Wish("teams"))
    assert slugs(found) == ["nights"]
    assert found.instead == {}


def test_words_that_are_there_but_never_together_may_hold_a_slip(index: SearchIndex) -> None:
    assert slugs(index.find(Wish("kits teams"))) == []
    found = index.find(Wish("swaps needle"))
    assert slugs(found)[0] == "swaps"


def test_acronyms_and_joined_words_are_found_in_every_spelling(search: Search) -> None:
    assert search("eup")[0] == search("EUP")[0] == search("E.U.P.")[0] == "union"
    for text in ("gat", "G.A.T.", "g.a.t", "GAT"):
        assert search(text) == ["kit"]
    for text in ("take-home", "take home", "takehome", "Take‑Home", "drop-in", "dropin", "drop in"):
        assert search(text) == ["kit"]


def test_the_first_are_called_so_then_begin_so_then_hold_it_then_tell_of_it(index: SearchIndex) -> None:
    found = index.find(Wish("naloxone"))
    assert slugs(found) == ["kits", "report", "kit", "police"]
    assert [hit.match for hit in found] == ["exact", "exact", "words", "words"]
    told = index.find(Wish("peers"))
    assert [(slug, hit.field) for slug, hit in zip(slugs(told), told, strict=True)] == [
        ("union", "name"),
        ("kit", "description"),
        ("teams", "description"),
    ]
    assert [hit.match for hit in index.find(Wish("supervised con"))] == ["beginning"]


def test_the_language_of_the_reader_goes_first_and_names_the_thing(index: SearchIndex) -> None:
    pl, en = index.find(Wish("ekslandia", "pl")).hits[0], index.find(Wish("ekslandia", "en")).hits[0]
    assert (pl.name, pl.name_language, pl.language) == ("Ekslandia", "pl", "pl")
    assert (en.name, en.name_language, en.language) == ("Exland", "en", "pl")
    assert en.excerpt[0].text == "Ekslandia"
    assert index.languages == ("el", "en", "fr", "hu", "lt", "nl", "pl", "pt")


def test_what_a_thing_is_linked_to_finds_it_after_its_own_words(index: SearchIndex) -> None:
    found = index.find(Wish("agulhas", "pt"))
    assert slugs(found) == ["needle", "bus", "swaps"]
    assert [(hit.match, hit.field) for hit in found] == [("beginning", "name"), *[("related", "service")] * 2]
    assert slugs(index.find(Wish("police exland"))) == ["police"]
    assert slugs(index.find(Wish("ekslandia kits"))) == ["kit"]


def test_kind_country_and_part_narrow_it(search: Search) -> None:
    assert search("naloxone", kinds=("document",)) == ["report"]
    assert search("naloxone", kinds=("document", "practice"), country="xa") == ["kit", "police"]
    assert search("exland", country="XA", kinds=("country",)) == ["XA"]
    assert search("naloxone", limit=1, offset=2) == ["kit"]
    assert search("in the place", kinds=("property",)) == ["inPlace"]
    assert search("naloxone", offset=900) == []


def test_excerpt_of_a_long_description_shows_the_place_and_gives_the_text_back(tmp_path: Path) -> None:
    text = (
        "Many words stand here before it. " * 9 + "Then «Naloxoné» <b>comes</b> & goes. " + "More words follow. " * 20
    )
    thing = NamedNode(practice("long"))
    build_index(
        tmp_path / "i", [(thing, Literal("name"), Literal("X")), (thing, Literal("description"), Literal(text))], []
    )
    index = SearchIndex(tmp_path / "i")
    pieces = index.find(Wish("naloxone")).hits[0].excerpt
    index.close()
    assert [piece.text for piece in pieces if piece.is_found] == ["Naloxoné"]
    assert pieces[0].text == pieces[-1].text == "…"
    shown = "".join(piece.text for piece in pieces[1:-1])
    assert shown in text
    assert "<b>comes</b> &" in shown
    assert len(shown) < 300


@pytest.mark.parametrize(
    "text",
    [
        '"', "'", "*", "a*", '"a" OR "b"', "NEAR(a b)", "words:naloxone", "naloxone AND", "NOT naloxone", "-naloxone",
        "a'; DROP TABLE texts; --", "(((((", "^nalo", "naloxone\x00", "\x00", "\ud800", "%_", "\\", "{a b}", "+" * 300,
        "a " * 40, "é" * 300, "𝔞𝔟𝔠", "👩🏽‍⚕️", "ﷺ", "\u202egnp", "a\u0301" * 150, "½ ² ㎏", "-" * 299 + "a", "__ab__",
        "A.B.C.D.E.F.G.H", "a-b-c-d" * 9,
    ],
)  # fmt: skip
def test_hostile_text_is_only_words(index: SearchIndex, text: str) -> None:
    before = index.find(Wish("naloxone"))
    index.find(Wish(text))
    assert index.find(Wish("naloxone")) == before


@given(st.text(max_size=LONGEST))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_answered_or_refused_in_a_sentence(index: SearchIndex, text: str) -> None:
    if len(words(text)) > 40:
        with pytest.raises(BadValue, match="40 words"):
            index.find(Wish(text))
        return
    found = index.find(Wish(text))
    assert found.total >= len(found)
    assert found == index.find(Wish(text))


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Wish("x" * 301), "at most 300"),
        (Wish("a " * 41), "more than 40 words"),
        (Wish("a", kinds=("people",)), "there are country, practice"),
        (Wish("a", country="Portugal"), "two letters"),
        (Wish("a", limit=0), "limit"),
        (Wish("a", limit=1001), "limit"),
        (Wish("a", offset=-1), "offset"),
    ],
)
def test_what_cannot_be_searched_is_refused_in_a_sentence(index: SearchIndex, wish: Wish, said: str) -> None:
    with pytest.raises(BadValue, match=said):
        index.find(wish)


def test_nothing_but_signs_finds_nothing(search: Search) -> None:
    assert search("") == search(" !?* ") == []


def test_what_is_purged_is_not_found_by_address_or_text(index: SearchIndex) -> None:
    gone = Purged(frozenset({practice("kits")}), frozenset({"Take-home naloxone kits"}))
    found = index.find(Wish("naloxone"), gone)
    assert slugs(found) == ["report", "police"]
    assert found.total == 2
    assert slugs(index.find(Wish("take-home exland"), gone)) == []
    everything = frozenset({"Naloxone", "Take-home naloxone kits", "Police refer to naloxone trainers"})
    assert index.find(Wish("naloxonne"), Purged(texts=everything)) == Found()
    left = index.find(Wish("drop-in"), gone).hits[0]
    assert left.name == "kit"
    assert "Take-home" not in str(left)


def test_a_search_ends_when_its_time_is_up(tmp_path: Path) -> None:
    texts: list[Row] = [
        (NamedNode(practice(f"p{n}")), Literal("description"), Literal(f"word{n} and other words of number {n % 7}"))
        for n in range(20_000)
    ]
    build_index(tmp_path / "large", texts, [])
    large = SearchIndex(tmp_path / "large")
    hostile = Wish("wo nu ot an of " * 8)
    start = time.perf_counter()
    with pytest.raises(QueryTimeout, match="longer words"):
        large.find(hostile, seconds=0.0)
    assert time.perf_counter() - start < 5
    assert large.find(Wish("word19999")).total == 1
    many = large.find(Wish("words", limit=1000, offset=1000))
    assert (many.total, many.is_complete, many.hits) == (1000, False, ())
    large.close()


def test_many_threads_find_the_same(index: SearchIndex) -> None:
    expected, seen = index.find(Wish("naloxon")), []
    threads = [threading.Thread(target=lambda: seen.append(index.find(Wish("naloxon")))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [expected] * 12


def test_same_rows_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    texts, links = rows()
    build_index(tmp_path / "one", texts, links)
    build_index(tmp_path / "other", texts[::-1], links[::-1])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_the_index_cannot_be_written(tmp_path: Path) -> None:
    build_index(tmp_path / "i", *rows())
    before = (tmp_path / "i").read_bytes()
    index = SearchIndex(tmp_path / "i")
    with index._connected() as db, pytest.raises(sqlite3.OperationalError, match="readonly"):
        db.execute("DELETE FROM things")
    index.close()
    assert (tmp_path / "i").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["i"]


@pytest.mark.parametrize("harm", ["missing", "layout", "garbage", "empty"])
def test_without_a_file_that_can_be_read_an_index_is_made_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    path = tmp_path / "search.sqlite"
    if harm == "layout":
        build_index(path, *rows())
        with sqlite3.connect(path) as db:
            db.execute("PRAGMA user_version = 99")
        db.close()
    elif harm != "missing":
        path.write_bytes(b"no index at all" * 500 if harm == "garbage" else b"")
    index = open_index(path, rows)
    assert slugs(index.find(Wish("eup"))) == ["union"]
    index.close()
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_file_that_is_damaged_inside_is_told(tmp_path: Path) -> None:
    path = tmp_path / "i"
    build_index(path, *rows())
    index = SearchIndex(path)
    index.close()
    content = bytearray(path.read_bytes())
    # all pages but the first, which says what tables there are
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    fresh = open_index(path, rows)
    assert slugs(fresh.find(Wish("eup"))) == ["union"]
    fresh.close()


def test_damage_that_comes_later_is_told_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "i"
    build_index(path, *rows())
    index = SearchIndex(path)
    with index._connected() as db:
        db.close()
    with sqlite3.connect(path) as writing:
        writing.execute("DROP TABLE links")
    writing.close()
    index._free.clear()
    with pytest.raises(EngineFailed, match="p2p verify"):
        index.find(Wish("police exland"))
    index.close()
