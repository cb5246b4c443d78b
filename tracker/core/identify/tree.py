"""The tree of phrases: each step is a piece of text, each end a term."""

from tracker.core.identify.reading import Term


class Node:
    """One step into the tree: which pieces may follow, and what is said by stopping here."""

    __slots__ = ("next", "term")

    def __init__(self, following: dict[str, "Node"] | None = None, term: Term | None = None) -> None:
        self.next: dict[str, Node] = {} if following is None else following
        self.term = term


class Piece:
    """One piece of text with the place in the tree where a phrase that starts with it leads; both empty for none."""

    __slots__ = ("key", "next", "number", "term")

    def __init__(self, key: str, node: Node | None = None, number: float | None = None) -> None:
        self.key = key
        self.term = node.term if node else None
        self.next = node.next if node else {}
        self.number = number

    @property
    def speaks(self) -> bool:
        """Whether any phrase starts here."""
        return self.term is not None or bool(self.next)


def merged(one: Node, other: Node) -> Node:
    """Two places of the tree as one; where both say something, the other does."""
    if one is other:
        return one
    following = {**one.next, **other.next}
    for key in one.next.keys() & other.next.keys():
        following[key] = merged(one.next[key], other.next[key])
    return Node(following, other.term or one.term)
