"""Which texts become names or addresses (segments of paths) of things after a request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from .model import Exchange
from .slots import Slot, slots_of
from .texts import is_id, is_name_key, is_password_key

_NOT_FOUND = 404


def below(path: str, exchanges: Iterable[Exchange]) -> set[str]:
    """Return the segments that follow a path in requests."""
    start = path.rstrip("/") + "/"
    paths = [one.request.parts.path for one in exchanges]
    return {
        unquote(one.removeprefix(start).partition("/")[0]) for one in paths if one.startswith(start)
    } - {""}


class Addresses:
    """The segments of the paths of a recording.

    Args:
        exchanges: in order.
    """

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self.words: set[str] = set()
        """Words of routes, as they are found."""
        self._exchanges = exchanges
        self._first: dict[str, int] = {}
        self._first_found: dict[str, int] = {}
        self._missed: dict[str, int] = {}
        self._last_named: dict[str, int] = {}
        for index, one in enumerate(exchanges):
            for word in {unquote(word) for word in one.request.parts.path.split("/")}:
                self._first.setdefault(word, index)
                if one.answer.status != _NOT_FOUND:
                    self._first_found.setdefault(word, index)
                else:
                    self._missed.setdefault(word, index)
            slots = slots_of(one.request) if one.request.method in {"POST", "PUT", "PATCH"} else []
            if not any(is_password_key(slot.key) for slot in slots):
                names = [s.value for s in slots if s.where == "body" and is_name_key(s.key)]
                self._last_named.update(dict.fromkeys(names, index))

    def is_new(self, index: int, text: str) -> bool:
        """Tell whether a text becomes an address after a request: it is none before."""
        return self._first.get(text, -1) > index or self._appears(text, index)

    def is_name_later(self, index: int, text: str) -> bool:
        """Tell whether a later write gives this name to something: a form asks if it is free."""
        return self._last_named.get(text, -1) > index

    def _appears(self, text: str, index: int) -> bool:
        """Tell whether there was nothing at this address before a request, and is after it."""
        missed = self._missed.get(text, index)
        return missed < index < self._first_found.get(text, -1)

    def is_of_nothing(self, index: int, slot: Slot) -> bool:
        """Tell whether a value names nothing that earlier answers have, even if they hold it.

        That is what a write is about to make, a name under which a read finds nothing, and a word
        of a route.
        """
        if slot.where == "path":
            missed = self._exchanges[index].answer.status == _NOT_FOUND
            return self.is_word(slot) or (missed and not is_id(slot.value))
        return slot.where == "body" and self._appears(slot.value, index)

    def is_word(self, slot: Slot) -> bool:
        """Tell whether a segment is a word of a route: it stood there before any answer had it."""
        return slot.where == "path" and slot.value in self.words

    def is_made_later(self, index: int) -> bool:
        """Tell whether a request finds nothing where a later one does: others may be earlier."""
        one = self._exchanges[index]
        word = unquote(one.request.parts.path.rstrip("/").rpartition("/")[2])
        return one.answer.status == _NOT_FOUND and self._first_found.get(word, -1) > index

    def of_new(self, index: int) -> set[str]:
        """Return where later requests find what a request created, if no earlier one did."""
        path = self._exchanges[index].request.parts.path
        earlier = [one for one in self._exchanges[:index] if one.answer.status != _NOT_FOUND]
        return below(path, self._exchanges[index + 1 :]) - below(path, earlier)
