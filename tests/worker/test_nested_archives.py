"""Archives in archives, taken in whole: every member is one item, and the figures add up."""

import random

from access.policy import OPERATOR
from tests.ingest.archive_making import Tree, many_layered_bomb, packed
from worker.taking_in import take_in

KINDS = ["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"]


def some_tree(choose: random.Random, depth: int) -> Tree:
    tree: Tree = {}
    for number in range(choose.randint(1, 3)):
        if depth and choose.random() < 0.5:
            tree[f"inner {number}"] = (choose.choice(KINDS), some_tree(choose, depth - 1))
        else:
            tree[f"note {number}.txt"] = f"Note {choose.random()} of the register.\n".encode()
    return tree


def items_in(node: "bytes | tuple[str, Tree]") -> int:
    if isinstance(node, bytes):
        return 1
    kind, tree = node
    # What is packed twice over, as .tar.gz is, is two containers.
    return 1 + kind.startswith("tar.") + sum(map(items_in, tree.values()))


def test_every_member_of_nested_archives_is_one_item_and_the_figures_add_up(archive, notice, tmp_path):
    choose = random.Random(1998)
    expected = 0
    for number in range(6):
        kind, tree = choose.choice(KINDS), some_tree(choose, 3)
        (tmp_path / f"handed over {number}").write_bytes(packed(kind, tree))
        expected += items_in((kind, tree))
    paths = sorted(str(path) for path in tmp_path.glob("handed over *"))

    outcome = take_in(archive, paths, batch="Box 1", source="Store", actor=OPERATOR)

    assert expected > 30
    assert (outcome.totals.found, outcome.totals.quarantined) == (expected, 0)
    assert outcome.totals.adds_up
    assert len({item.path for item in outcome.items}) == expected


def test_a_bomb_of_many_layers_is_one_quarantined_item(archive, notice, tmp_path):
    (tmp_path / "bomb.zip").write_bytes(many_layered_bomb())

    outcome = take_in(archive, [str(tmp_path / "bomb.zip")], batch="Box 1", source="Store", actor=OPERATOR)

    assert [(item.path, item.state) for item in outcome.items] == [("bomb.zip", "quarantined")]
