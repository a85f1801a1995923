"""Every thing and every link has its place, and no two share one."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from lottrack.drawing.graphs.graph import Graph, Node
from lottrack.drawing.graphs.layout import ARROW, DOWN, LEFT, RIGHT, Box, Layout, Route, layout
from lottrack.drawing.graphs.picture import picture

A4_POINTS = (841, 595)  # 297 by 210 mm (ISO 216)

KINDS = st.sampled_from(["donor", "lot", "container", "infusion", "hold", "centrifuge"])
FLAGS = st.sampled_from(["", "", "", "warning", "stop", "root"])


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    count = draw(st.integers(1, 12))
    texts = st.text(max_size=60)
    nodes = tuple(
        Node(draw(KINDS), f"X{number}", draw(texts), draw(texts), draw(FLAGS))
        for number in range(count)
    )
    names = st.sampled_from([node.id for node in nodes])
    edges = draw(st.lists(st.tuples(names, names), max_size=30))
    return Graph("X0", nodes, tuple(edges))


def chain(count: int) -> Graph:
    nodes = tuple(Node("passage", f"P{number}", "") for number in range(count))
    return Graph("P0", nodes, tuple((f"P{n}", f"P{n + 1}") for n in range(count - 1)))


def is_apart(one: Box, other: Box) -> bool:
    return (
        one.x + one.width < other.x
        or other.x + other.width < one.x
        or one.y + one.height < other.y
        or other.y + other.height < one.y
    )


def boxes_of(drawn: Layout) -> dict[str, Box]:
    return {box.node.id: box for box in drawn.boxes}


def spots(route: Route) -> list[tuple[float, float]]:
    """Points along a route, by the definition of a cubic curve."""
    begin, found = route.begin, []
    for one, two, end in route.curves:
        for step in range(9):
            t = step / 8
            shares = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            corners = (begin, one, two, end)
            x, y = (sum(s * c[a] for s, c in zip(shares, corners, strict=True)) for a in (0, 1))
            found.append((x, y))
        begin = end
    return found


@settings(deadline=None)
@given(graphs())
def test_no_two_boxes_overlap_and_all_lie_within_the_picture(graph: Graph) -> None:
    drawn = layout(graph)
    assert [box.node for box in drawn.boxes] == list(graph.nodes)
    assert all(is_apart(one, other) for one, other in combinations(drawn.boxes, 2))
    for box in drawn.boxes:
        assert 0 <= box.x < box.x + box.width <= drawn.width
        assert 0 <= box.y < box.y + box.height <= drawn.height


@settings(deadline=None)
@given(graphs())
def test_every_link_runs_from_its_one_thing_to_the_other_and_past_all_others(graph: Graph) -> None:
    drawn = layout(graph)
    boxes = boxes_of(drawn)
    assert {(route.start_id, route.end_id) for route in drawn.routes} == set(graph.edges)
    assert len(drawn.routes) == len(set(graph.edges))
    for route in drawn.routes:
        assert touches(boxes[route.start_id], route.begin)
        assert touches(boxes[route.end_id], tip(route))
        for x, y in spots(route):
            assert not any(
                box.x < x < box.x + box.width and box.y < y < box.y + box.height
                for box in drawn.boxes
            )


def tip(route: Route) -> tuple[int, int]:
    x, y = route.curves[-1][-1]
    across, down = {RIGHT: (ARROW, 0), LEFT: (-ARROW, 0), DOWN: (0, ARROW)}[route.heading]
    return x + across, y + down


def touches(box: Box, point: tuple[int, int]) -> bool:
    """Whether a point lies on the rim of a box, or on the outline that the root has around it."""
    x, y = point
    rim = 4 if box.is_root else 0
    is_beside = x in (box.x - rim, box.x + box.width + rim) and box.y < y < box.y + box.height
    is_above = y in (box.y - rim, box.y + box.height + rim) and box.x < x < box.x + box.width
    return is_beside or is_above


@settings(deadline=None)
@given(graphs())
def test_text_stays_within_its_box(graph: Graph) -> None:
    for part in picture(graph).parts:
        if part.role == "node":
            box = next(s for s in part.shapes if type(s).__name__ == "Rounded" and s.fill)
            for text in (shape for shape in part.shapes if type(shape).__name__ == "Text"):
                assert box.x < text.x
                assert text.x + text.width < box.x + box.width
                assert box.y < text.baseline - text.size + 2
                assert text.baseline < box.y + box.height


@settings(deadline=None)
@given(graphs())
def test_the_same_graph_is_always_placed_the_same_way(graph: Graph) -> None:
    assert layout(graph) == layout(graph)


def test_what_something_came_from_stands_to_its_left_or_above_it(whole_course: Graph) -> None:
    drawn = layout(whole_course)
    boxes = boxes_of(drawn)
    for start, end in whole_course.edges:
        one, other = boxes[start], boxes[end]
        is_left = one.x + one.width < other.x
        is_above = one.x == other.x and one.y + one.height < other.y
        assert is_left or is_above


def test_bags_of_a_fill_stand_in_one_column(whole_course: Graph) -> None:
    boxes = boxes_of(layout(whole_course))
    assert len({box.x for box in boxes.values() if box.node.kind == "container"}) == 1


def test_a_whole_course_prints_on_one_sheet_with_its_smallest_text_above_five_points(
    whole_course: Graph,
) -> None:
    drawn = picture(whole_course)
    scale = min(A4_POINTS[0] / drawn.width, A4_POINTS[1] / drawn.height)
    sizes = [s.size for p in drawn.parts for s in p.shapes if type(s).__name__ == "Text"]
    assert scale * min(size for size in sizes if size > 6) > 5.5
    assert max(sizes) <= 15


def test_a_short_chain_is_not_folded_where_it_fits_the_sheet_as_it_is() -> None:
    assert len({box.x for box in layout(chain(4)).boxes}) == 4


def test_a_long_chain_is_folded_to_print_larger() -> None:
    assert len({box.x for box in layout(chain(24)).boxes}) <= 8


def test_six_hundred_things_need_few_columns_and_a_bounded_picture() -> None:
    nodes = [Node("donor", "D", "")]
    edges = []
    for lot in range(6):
        nodes += [Node("lot", f"L{lot}", ""), Node("fill", f"F{lot}", "")]
        edges += [("D", f"L{lot}"), (f"L{lot}", f"F{lot}")]
        for bag in range(33):
            names = [f"{kind}{lot}-{bag}" for kind in "BPI"]
            nodes += [
                Node(kind, name, "label")
                for kind, name in zip(("container", "preparation", "infusion"), names, strict=True)
            ]
            edges += [(f"F{lot}", names[0]), (names[0], names[1]), (names[1], names[2])]
            edges.append((names[2], f"PT{bag % 5}"))
    nodes += [Node("patient", f"PT{number}", "") for number in range(5)]
    drawn = layout(Graph("D", tuple(nodes), tuple(edges)))
    assert len(drawn.boxes) == 612
    assert drawn.column_count <= 7
    tallest = max(box.height for box in drawn.boxes)
    assert drawn.height <= 612 * (tallest + 20)


def test_a_chain_of_six_hundred_is_drawn_in_at_most_a_hundred_columns() -> None:
    assert layout(chain(600)).column_count <= 100


def test_a_circle_is_drawn_with_its_arrow_back() -> None:
    nodes = tuple(Node("lot", name, "") for name in "ABC")
    drawn = layout(Graph("A", nodes, (("A", "B"), ("B", "C"), ("C", "A"))))
    headings = {(route.start_id, route.end_id): route.heading for route in drawn.routes}
    assert headings == {("A", "B"): RIGHT, ("B", "C"): RIGHT, ("C", "A"): LEFT}


def test_two_things_that_came_from_each_other_have_an_arrow_each_way() -> None:
    nodes = tuple(Node("lot", name, "") for name in "AB")
    drawn = layout(Graph("A", nodes, (("A", "B"), ("B", "A"))))
    assert [route.heading for route in drawn.routes] == [RIGHT, LEFT]


def test_a_thing_that_came_from_itself_has_a_loop() -> None:
    drawn = layout(Graph("A", (Node("lot", "A", ""),), (("A", "A"),)))
    assert len(drawn.routes) == 1
    assert drawn.width > drawn.boxes[0].width


def test_nothing_at_all_is_placed_without_complaint() -> None:
    assert layout(Graph("X", (), ())) == Layout((), (), 0, 0, 0)
