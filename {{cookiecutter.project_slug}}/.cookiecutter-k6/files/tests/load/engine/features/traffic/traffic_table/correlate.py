"""Which value of a request comes from where: an earlier answer, a person, the client, a secret."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from .addresses import Addresses
from .model import Exchange
from .reading.prescripts import dynamic
from .routes import Routes, graphql
from .secrecy import Guard, request_cookies
from .slots import Part, Parts, Slot, Template, random_values, template_of
from .sources import Source, between, sources_of, spoken
from .texts import is_id, is_id_key, is_random, is_secret_key, is_strong, names_thing
from .typed import Typed
from .values import Values

_INLINE = re.compile(r'(\w+)\s*:\s*(?:"([^"\\]{1,200})"|(\d+)\b)')
_CREATING = re.compile(
    r"^(create|add|insert|new|register|signup|sign_up|upload|start|open)", re.IGNORECASE
)
_VARIABLE = re.compile(r"\{\{\s*([^{}\s]+)\s*\}\}")
_LIMITS = re.compile(
    r"^(page|limit|offset|size|per_?page|count|first|last|sort|order|v)$", re.IGNORECASE
)
_MOST_TEXTS = 200


class Step:
    """An exchange of the journey, and what was decided for its request."""

    def __init__(self, exchange: Exchange, template: Template, ids: Sequence[int]) -> None:
        self.exchange = exchange
        self.template = template
        self.ids = ids
        self.cookies: dict[str, Parts] = {}
        self.foreign: list[str] = []
        """Slots with an ID of something that the journey did not create."""
        self.own: list[str] = []
        """Slots with an ID of something that the journey created."""
        self.owned: list[str] = []
        """Values in those slots."""
        self.made_later = False
        """It finds nothing, but might if another user was faster."""


class Correlator:
    """Goes through a recording in order, request by request.

    Args:
        exchanges: that are replayed.
        guard: knows the secrets.
        values: takes the values found.
        differs: (step, place) -> whether a second recording of the same session had another value.
    """

    def __init__(
        self,
        exchanges: Sequence[Exchange],
        guard: Guard,
        values: Values,
        differs: Mapping[tuple[int, str], bool],
    ) -> None:
        self.exchanges = exchanges
        self.values = values
        self.differs = differs
        self._addresses = Addresses(exchanges)
        self.typed = Typed(values, guard, self._addresses)
        self.routes = Routes()
        self._sources: dict[str, list[Source]] = {}
        self._links: dict[tuple[int, str], Part] = {}
        self._random: list[str] = []
        self._wanted = random_values([one.request for one in exchanges])
        self._own: set[str] = set()
        self._owned: dict[str, Part] = {}
        self._set_cookies: set[str] = set()
        self._names: list[str] = []
        self._given: dict[str, Part] = {}
        self._makes: dict[str, dict[str, Any]] = {}

    def steps(self) -> list[Step]:
        """Return the steps of the journey."""
        found = []
        for index, one in enumerate(self.exchanges):
            self.typed.begin(index, one)
            step = self._step(index, one)
            found.append(step)
            self._names.append(self.routes.name(one, step.ids))
            self._remember(index, one)
        return found

    def _step(self, index: int, one: Exchange) -> Step:
        ids: list[int] = []
        foreign: list[str] = []
        own: list[str] = []
        owned: list[str] = []
        gql = graphql(one)
        for name, definition in one.makes.items():
            self._makes[name] = definition
            self._given.pop(name, None)

        def decide(slot: Slot) -> Parts:
            if (
                gql
                and slot.key in {"query", "operationName", "sha256Hash"}
                and slot.where == "body"
            ):
                return self._inline(index, slot) if slot.key == "query" else [slot.value]
            was_made = self._is_made(slot)
            parts = self._decide(index, slot)
            if slot.where == "path" and (parts != [slot.value] or is_id(slot.value)):
                ids.append(int(slot.place.rpartition(".")[2]))
            elif slot.where == "path":
                self._addresses.words.add(slot.value)
            linked = slot.where == "path" and parts != [slot.value]
            if linked or self._names_a_thing(slot) or was_made:
                is_own = self._is_own(parts, slot)
                below_own = slot.where == "path" and any(p.startswith("path.") for p in own)
                if is_own or not below_own:
                    (own if is_own else foreign).append(slot.place)
                owned.extend(self.values.used(parts) if is_own else [])
            return parts

        step = Step(one, template_of(one.request, decide), ids)
        step.foreign, step.own, step.owned = foreign, own, owned
        step.made_later = self._addresses.is_made_later(index)
        for name, value in request_cookies(one):
            if name not in self._set_cookies:
                parts = self._cookie(index, name, value)
                if parts:
                    step.cookies[name] = parts
        return step

    def _inline(self, index: int, slot: Slot) -> Parts:
        """Take IDs in the text of a GraphQL operation apart."""
        parts: Parts = []
        at = 0
        for match in _INLINE.finditer(slot.value):
            group = 2 if match[2] else 3
            inner = Slot(f"{slot.place}.{match[1]}", match[1], match[group], slot.kind)
            link = self._link(index, inner)
            if link is not None:
                parts += [slot.value[at : match.start(group)], link]
                at = match.end(group)
        return [*parts, slot.value[at:]]

    # --- one value --------------------------------------------------------------------------------

    def _decide(self, index: int, slot: Slot) -> Parts:
        if not slot.value:
            return [slot.value]
        if "{{" in slot.value:
            return self._variables(slot)
        known = self.typed.known(slot)
        if known is not None:
            return [known]
        link = self._link(index, slot)
        if link is not None:
            return [link]
        inside = self._inside(index, slot)
        if inside is not None:
            return inside
        of = [] if self._is_of_nothing(index, slot) else self._sources.get(slot.value, [])
        named = any(one.key == slot.key and one.place["in"] == "json" for one in of)
        return self.typed.decide(slot, has_source=bool(of), is_named=named)

    def _variables(self, slot: Slot) -> Parts:
        """Put values for the variables of a collection, which its scripts or nobody sets."""
        parts: Parts = []
        at = 0
        for match in _VARIABLE.finditer(slot.value):
            parts += [slot.value[at : match.start()], self._variable(match[1], slot)]
            at = match.end()
        return [part for part in [*parts, slot.value[at:]] if part != ""]

    def _variable(self, name: str, slot: Slot) -> Part:
        found = self._given.get(name)
        if found is not None:
            return found
        anew = dynamic(name)
        if anew is not None:  # at each use
            return self.values.add(slot.key or name, anew, f"a variable of the tool, {name}")
        if name in self._makes:
            why = "set by a script before the request"
            found = self.values.add(name, dict(self._makes[name]), why)
        else:
            found = self.typed.unset(name, slot)
        self._given[name] = found
        return found

    def _link(self, index: int, slot: Slot) -> Part | None:
        candidates = self._sources.get(slot.value, [])
        differs = self.differs.get((index, slot.place))
        if self._is_of_nothing(index, slot):
            return None
        strong = is_random(slot.value) or (differs is True and len(slot.value) > 0)
        owned = self._owned.get(slot.value)
        if owned is not None and (slot.kind == "path" or is_id_key(slot.key)):
            return owned
        usable = [c for c in candidates if strong or self._suits(slot, c)]
        if differs is False and not is_random(slot.value):
            return None
        if not usable:
            return None
        best = min(usable, key=lambda c: self._preference(slot, c))
        return self._taken(best, slot)

    def _is_of_nothing(self, index: int, slot: Slot) -> bool:
        return slot.value not in self._own and self._addresses.is_of_nothing(index, slot)

    def _suits(self, slot: Slot, source: Source) -> bool:
        """Tell whether a value that may be there by accident is the same one all the same."""
        where = source.place
        same = source.key.lower() == slot.key.lower()
        if slot.where == "query" and slot.key.lower() in {"v", "version", "key"}:
            return False
        if where["in"] == "option" or _LIMITS.match(slot.key):
            return False
        if where["in"] == "field":
            return same and (is_strong(slot.value) or is_id_key(slot.key))
        by_id = is_id_key(source.key) and (where["in"] in {"json", "header", "meta", "attribute"})
        if slot.kind == "path":
            if not is_id(slot.value):
                # A name or a slug: only of something that was created or listed under this name.
                return len(slot.value) >= 4 and where["in"] == "json" and source.key in {
                    "slug", "name", "username", "login", "code", "path", "filename",
                }  # fmt: skip
            return by_id or ("segment" in where and same)
        if slot.where == "header":
            # What a cookie holds is sent again in a header to show that the page may read it.
            repeats = where["in"] == "cookie" and is_secret_key(slot.key)
            return (repeats or where["in"] == "header") and len(slot.value) > 2
        if is_id_key(slot.key):
            return by_id or "segment" in where or same
        return is_strong(slot.value) and same

    def _preference(self, slot: Slot, source: Source) -> tuple[bool, int, bool, int]:
        where = source.place
        listed = where["in"] == "json" and any(isinstance(p, int) for p in where["path"])
        # An ID stays what it was; versions and ETags are those of the latest answer.
        stays = slot.kind == "path" or names_thing(slot.key)
        own = stays and source.value in self._own and self.creates(self.exchanges[source.step])
        same = source.key.lower() == slot.key.lower()
        return (not own, source.rank + 2 * listed, not same, -source.step)

    def _taken(self, source: Source, slot: Slot) -> Part:
        found = self._links.get((source.step, source.where))
        if found is None:
            where, anchored = self._anchored(source)
            if anchored:
                self._own.add(source.value)
            key = slot.key if slot.kind != "path" or not slot.key else f"{slot.key} id"
            why = f"{spoken(where)} of {self._names[source.step]}"
            found = self.values.add(key, {"from": source.step, "where": where}, why)
            self._links[source.step, source.where] = found
            if source.value in self._own:
                self._owned.setdefault(source.value, found)
        return found

    def _anchored(self, source: Source) -> tuple[dict[str, Any], bool]:
        """Return where a value is; of several things, the one with a name that this run made."""
        where = source.place
        text = where.pop("text", "")
        if where["in"] == "link":
            name = next((n for n in self.typed.made if len(n) > 2 and n in text), None)
            if name is not None:
                where["has"] = self.typed.made[name]["v"]
                return where, True
            return where, False
        if where["in"] == "json":
            content = json.loads(self.exchanges[source.step].answer.body)
            for depth, step in enumerate(where["path"]):
                if isinstance(step, int):
                    anchor = self._anchor(content[step])
                    if anchor is not None:
                        where["path"][depth] = anchor
                        return where, True
                content = content[step]
        return where, False

    def _anchor(self, element: Any) -> dict[str, Any] | None:
        if isinstance(element, dict):
            for key, value in element.items():
                if isinstance(value, str) and value in self.typed.made:
                    return {"key": key, "is": self.typed.made[value]["v"]}
                if isinstance(value, dict):
                    inner = self._anchor(value)
                    if inner is not None and "under" not in inner:
                        return {**inner, "under": key}
        return None

    def _inside(self, index: int, slot: Slot) -> Parts | None:
        """Return a template for a text with a known value in it, such as `Bearer TOKEN`."""
        value = slot.value
        if len(value) < 8 or slot.kind == "number":
            return None
        word, space, rest = value.partition(" ")
        if space and slot.where == "header":
            link = self._link(index, Slot(slot.place, slot.key, rest, slot.kind))
            if link is not None:
                return [f"{word} ", link]
        longest = sorted(
            (text for text in self._texts() if text in value and text != value), key=len
        )
        if not longest:
            return None
        text = longest[-1]
        before, _, after = value.partition(text)
        known = self.typed.made.get(text) or self._link(
            index, Slot(slot.place, slot.key, text, slot.kind)
        )
        if known is None or self.typed.holds_secret(before) or self.typed.holds_secret(after):
            return None
        return [before, known, after]

    def _texts(self) -> list[str]:
        made = [text for text in self.typed.made if len(text) >= 6]
        return [*self._random[-_MOST_TEXTS:], *made]

    def _cookie(self, index: int, name: str, value: str) -> Parts | None:
        """Return what stands for a cookie that no answer of the recording sets; None: not sent."""
        link = self._link(index, Slot(f"cookie.{name}", name, value))
        if link is not None:
            return [link]
        return self.typed.cookie(name, value)

    # --- what answers give ------------------------------------------------------------------------

    def _remember(self, index: int, one: Exchange) -> None:
        for name, place in one.links.items():
            kind, _, path = place.partition(":")
            where: dict[str, Any] = {"in": "header", "name": path}
            if kind == "json":
                steps = [int(p) if p.isdigit() else p for p in path.split("/") if p]
                where = {"in": "json", "path": steps}
            why = f"{spoken(where)} of {self._names[index]}, by a script of the collection"
            self._given[name] = self.values.add(name, {"from": index, "where": where}, why)
        self._set_cookies.update(name for name, _ in one.answer.cookies())
        new = self._addresses.of_new(index) if self.creates(one) else None
        for source in sources_of(one.answer, index):
            fresh = new is not None and (source.value not in self._sources or source.value in new)
            if fresh and source.place["in"] in {"json", "header"}:
                self._own.add(source.value)
            known = self._sources.setdefault(source.value, [])
            if not known and is_random(source.value):
                self._random.append(source.value)
            known.append(source)
        self._search(index, one)

    def _search(self, index: int, one: Exchange) -> None:
        """Look for random values of later requests in the text of a page: scripts hold tokens."""
        if one.answer.type not in {"text/html", "application/javascript", "text/javascript"}:
            return
        for later, key, value in self._wanted:
            if later > index and value not in self._sources and value in one.answer.body:
                where = between(one.answer.body, value)
                if where is not None:
                    self._sources[value] = [Source(index, json.dumps(where), key, value, 5)]
                    self._random.append(value)

    def creates(self, one: Exchange) -> bool:
        """Tell whether a request created something."""
        gql = graphql(one)
        status = one.answer.status
        if gql:
            return gql[0] == "mutation" and bool(_CREATING.match(gql[1]))
        if one.request.method not in {"POST", "PUT"} or not 200 <= status < 400:
            return False
        if status == 201 or (status in {302, 303} and one.request.method == "POST"):
            return True
        return status in {200, 202} and any(
            text in one.answer.body for text in self.typed.made if len(text) >= 3
        )

    # --- what writes touch ------------------------------------------------------------------------

    @staticmethod
    def _names_a_thing(slot: Slot) -> bool:
        if slot.where == "path":
            return is_id(slot.value)
        return slot.where in {"body", "query"} and names_thing(slot.key)

    def _is_made(self, slot: Slot) -> bool:
        return slot.where == "body" and (slot.value in self._own or slot.value in self.typed.made)

    def _is_own(self, parts: Parts, slot: Slot) -> bool:
        if slot.value in self._own:
            return True
        values = [self.values.defined[name] for name in self.values.used(parts)]
        return bool(values) and all(self._is_own_value(one) for one in values)

    def _is_own_value(self, one: Mapping[str, Any]) -> bool:
        if "new" in one or "user" in one:
            return True
        # A script of the collection took it from the answer to a POST.
        source = self.exchanges[one["from"]] if "from" in one else None
        return source is not None and bool(source.links) and source.request.method == "POST"
