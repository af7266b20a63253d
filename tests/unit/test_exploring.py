"""Exploring step by step: what is shown, what would come, ways, filters, and that nobody moves."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode

from p2p_graph.model import Table
from p2p_graph.reading.exploring import Course, Filters, Ground, explore, grounded, meeting, narrowed, sizes
from p2p_graph.reading.network import FAMILIES, Actor, Network, Tie, joined, project
from p2p_graph.reading.placing import columns, crowd, joining

ACTORS = {
    "peers": "peers",
    "nurses": "professionals",
    "police": "police",
    "city": "authorities",
    "users": "people-who-use-drugs",
    "far": "civil-society",
    "alone": "research",
    "friend": "research",
}


def made(*ties: Tie, members: tuple[tuple[str, str], ...] = (), traits: Table | None = None) -> Ground:
    actors = {name: Actor(name, name.title(), family, family, family) for name, family in ACTORS.items()}
    empty = project(Table((), ()))
    network = joined([Network(empty.graph, actors, {tie.address: tie for tie in ties}, members)])
    return grounded(network, [traits] if traits else ())


def tie(address: str, *participants: str, **more: object) -> Tie:
    return Tie(address, tuple(sorted(participants)), **more)  # type: ignore[arg-type]


GROUND = made(
    tie("team", "peers", "nurses", form="formal", practices=("p",), start=2010, end=2014),
    tie("talk", "peers", "police", form="informal", practices=("q",)),
    tie("table", "police", "city", "nurses", form="formal", start=2016),
    tie("help", "nurses", "users", form="mixed", polarity="opposes"),
    tie("last", "city", "far"),
    tie("other", "alone", "friend"),
    members=(("far", "alone"),),
)


def test_ego_network_holds_the_ties_of_the_centre_and_among_those_it_meets() -> None:
    shown = explore(GROUND, Course("peers"))
    assert set(shown.network.actors) == {"peers", "nurses", "police"}
    # the table of three is not shown by halves
    assert set(shown.network.ties) == {"team", "talk"}
    deeper = explore(GROUND, Course("peers", depth=2))
    assert set(deeper.network.actors) == {"peers", "nurses", "police", "city", "users"}
    assert set(deeper.network.ties) == {"team", "talk", "table", "help"}


def test_growth_counts_by_family_what_opening_shows() -> None:
    before = explore(GROUND, Course("peers"))
    growth = before.growth["nurses"]
    assert (growth.ties, growth.actors, growth.total) == (2, (("people-who-use-drugs", 1), ("authorities", 1)), 2)
    after = explore(GROUND, Course("peers", opened=(("nurses", ""),)))
    came = set(after.network.actors) - set(before.network.actors)
    assert len(came) == growth.total
    assert len(after.network.ties) - len(before.network.ties) == growth.ties
    assert "nurses" not in after.growth
    assert "peers" not in before.growth


def test_opening_by_family_shows_whole_ties_with_that_family_alone() -> None:
    shown = explore(GROUND, Course("peers", opened=(("nurses", "authorities"),)))
    assert set(shown.network.ties) == {"team", "talk", "table"}
    assert "users" not in shown.network.actors


def test_belonging_to_an_organisation_is_a_step() -> None:
    shown = explore(GROUND, Course("far"))
    assert set(shown.network.actors) == {"far", "city", "alone"}
    assert shown.network.affiliations == (("far", "alone"),)
    assert explore(GROUND, Course("city")).growth["far"].actors == (("research", 1),)


def test_start_of_ties_shows_these_and_grows_by_what_is_opened() -> None:
    course = Course(ties=frozenset({"team"}))
    assert set(explore(GROUND, course).network.ties) == {"team"}
    opened = explore(GROUND, Course(ties=frozenset({"team"}), opened=(("peers", ""),)))
    assert set(opened.network.ties) == {"team", "talk"}


def test_actor_that_is_not_shown_cannot_be_opened() -> None:
    assert set(explore(GROUND, Course("peers", opened=(("friend", ""),))).network.actors) == {
        "peers",
        "nurses",
        "police",
    }


def test_nobody_moves_when_something_is_opened_or_filtered() -> None:
    steps = [(), (("nurses", ""),), (("nurses", ""), ("city", "")), (("nurses", ""), ("city", ""), ("far", ""))]
    stood: dict[str, tuple[float, float]] = {}
    for opened in steps:
        shown = explore(GROUND, Course("peers", opened=opened))
        assert {a: shown.places[a] for a in stood} == stood
        stood = dict(shown.places)
    filtered = explore(GROUND, Course("peers", opened=steps[-1]), Filters({"form": ("formal",)}))
    assert set(filtered.network.ties) == {"team", "table"}
    assert all(stood[a] == place for a, place in filtered.places.items())


def test_known_places_stay_and_newcomers_find_free_ones() -> None:
    base = {"peers": (100.0, 100.0), "nurses": (500.0, 380.0)}
    shown = explore(GROUND, Course(ties=frozenset({"team"}), opened=(("nurses", ""),)), base=base)
    assert {a: shown.places[a] for a in base} == base
    places = list(shown.places.values())
    assert all(abs(x - u) > 50 or abs(y - v) > 40 for n, (x, y) in enumerate(places) for u, v in places[:n])


def test_shortest_ways_are_counted_and_all_shown() -> None:
    shown = explore(GROUND, Course("peers", "city"))
    assert shown.ways is not None
    assert (shown.ways.length, shown.ways.number) == (2, 2)
    assert shown.ways.layers == (("peers",), ("nurses", "police"), ("city",))
    assert set(shown.network.ties) == {"team", "talk", "table"}
    across = explore(GROUND, Course("peers", "friend")).ways
    assert across is not None
    # by the city, the far organisation, what it belongs to, and its friend
    assert (across.length, across.layers[-2]) == (5, ("alone",))


def test_no_way_is_said_to_be_none() -> None:
    ways = explore(made(tie("t", "peers", "police"), tie("u", "far", "city")), Course("peers", "far")).ways
    assert ways is not None
    assert (ways.length, ways.number) == (None, 0)
    filtered = explore(GROUND, Course("peers", "city"), Filters({"form": ("informal",)}))
    assert filtered.ways is not None
    assert filtered.ways.length is None


def test_very_many_ways_are_one_shown_and_all_counted() -> None:
    middle = [f"m{n}" for n in range(90)]
    actors = {n: Actor(n, n, "peer", "peer", "peers") for n in ["a", "z", *middle]}
    ties = {f"{m}-{end}": Tie(f"{m}-{end}", tuple(sorted((m, end)))) for m in middle for end in ("a", "z")}
    network = joined([Network(project(Table((), ())).graph, actors, ties)])
    shown = explore(grounded(network), Course("a", "z"))
    assert shown.ways is not None
    assert (shown.ways.length, shown.ways.number) == (2, 90)
    assert set(shown.network.actors) == {"a", "m0", "z"}


TRAITS = Table(
    ("tie", "trait", "value"),
    tuple(
        (NamedNode(t), Literal(trait), NamedNode(f"https://example.org/x/{value}"))
        for t, trait, value in (
            ("https://t.example/1", "country", "PT"),
            ("https://t.example/1", "function", "referral"),
            ("https://t.example/1", "source", "report"),
            ("https://t.example/2", "country", "PL"),
            ("https://t.example/2", "function", "referral"),
        )
    ),
)


def test_filters_by_trait_form_role_and_year() -> None:
    ground = made(
        tie("https://t.example/1", "peers", "police", form="formal", start=2010, end=2012),
        tie("https://t.example/2", "peers", "nurses", "police", polarity="blocks", start=2015),
        tie("https://t.example/3", "city", "far"),
        traits=TRAITS,
    )

    def left(since: int | None = None, until: int | None = None, undated: bool = False, **wanted: str) -> list[str]:
        filters = Filters({k: tuple(v.split()) for k, v in wanted.items()}, since, until, undated)
        return sorted(address[-1] for address in narrowed(ground, filters).network.ties)

    assert ground.choices("function") == {"referral": 2}
    assert left() == ["1", "2", "3"]
    assert left(country="PT") == ["1"]
    assert left(country="PT PL") == ["1", "2"]
    assert left(country="PT", function="referral", source="report") == ["1"]
    assert left(country="PL", source="report") == []
    assert left(polarity="blocks") == ["2"]
    assert left(form="unstated") == ["2", "3"]
    assert left(role="peers professionals") == ["2"]
    assert left(since=2011) == ["1", "2"]
    assert left(since=2013) == ["2"]
    assert left(until=2014) == ["1"]
    assert left(until=2014, undated=True) == ["1", "3"]
    roles = narrowed(ground, Filters({"role": ("peers", "professionals")})).network
    assert roles.ties["https://t.example/2"].participants == ("nurses", "peers")


def test_meeting_counts_actors_that_work_with_police() -> None:
    found = meeting(GROUND.network)
    assert (found.actors, found.joined, found.practices) == (1, 1, ("q",))
    assert meeting(GROUND.network, "people-who-use-drugs", "professionals").joined == 0


@pytest.mark.parametrize(
    ("measure", "most"), [("ties", "nurses"), ("practices", "peers"), ("actors", "nurses"), ("between", "nurses")]
)
def test_sizes_stand_for_what_they_say(measure: str, most: str) -> None:
    found = sizes(GROUND.network, measure)
    assert set(found) == set(GROUND.network.actors)
    assert max(sorted(found), key=found.__getitem__) == most


def test_crowd_stands_by_family_and_apart() -> None:
    families = {f"{family}-{n}": family for family in FAMILIES for n in range(200)}
    places = crowd(families)
    spots = set(places.values())
    assert len(spots) == len(families)
    tops = [y for a, (_, y) in places.items() if families[a] == "peers"]
    bottoms = [y for a, (_, y) in places.items() if families[a] == "police"]
    assert max(tops) < min(bottoms)


def test_places_are_free_and_the_same_again() -> None:
    comers = [(f"{family}-{n}", family) for family in FAMILIES for n in range(12)]
    places = joining({}, comers)
    assert len(set(places.values())) == len(comers)
    assert joining({}, comers) == places
    assert columns([["a"]]) == {"a": (500.0, 380.0)}
