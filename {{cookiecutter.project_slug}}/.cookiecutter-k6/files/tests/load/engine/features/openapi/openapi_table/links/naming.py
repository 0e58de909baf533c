"""What names of paths, parameters and properties tell about ids."""

from __future__ import annotations

import re

Segments = tuple[str, ...]

_WHOLE = re.compile(r"\{([^{}]+)\}")
_ID_NAMES = ("id", "uuid", "guid", "uid", "pk", "oid", "identifier", "key", "slug", "name")
# Properties that commonly wrap the thing itself, or the list of things, in a response.
_WRAPPERS = (
    "data",
    "item",
    "items",
    "result",
    "results",
    "content",
    "records",
    "value",
    "values",
    "entries",
    "list",
)


def words(text: str) -> str:
    """Return a name in lower case, letters and digits only.

    >>> words("Pet_ID")
    'petid'
    """
    return re.sub(r"[^a-z0-9]", "", text.lower())


def singular(name: str) -> str:
    """Return the singular of an English plural, near enough to compare names.

    >>> [singular(name) for name in ("categories", "boxes", "pets", "address")]
    ['category', 'box', 'pet', 'address']
    """
    for ending, instead in (
        ("ies", "y"),
        ("sses", "ss"),
        ("xes", "x"),
        ("ches", "ch"),
        ("shes", "sh"),
    ):
        if name.endswith(ending):
            return name[: -len(ending)] + instead
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def resource_of(name: str) -> str:
    """Return the resource that a name like `petId` refers to, "" for other names.

    >>> [resource_of(name) for name in ("petId", "pet_uuid", "name")]
    ['pet', 'pet', '']
    """
    match = re.fullmatch(
        r"(.+?)(?:_?(?:id|ids|uuid|guid|key|slug)|I[dD]s?|UUID|Uuid|Key|Slug)", name
    )
    return singular(words(match[1])) if match else ""


def is_id(name: str) -> bool:
    """Tell whether a parameter holds an id, by its name.

    >>> [is_id(name) for name in ("petId", "slug", "pk", "status")]
    [True, True, True, False]
    """
    return bool(resource_of(name)) or words(name) in _ID_NAMES or words(name).startswith("idor")


def segments_of(path: str) -> Segments:
    """Return the segments of a path, with `{}` for each variable.

    >>> segments_of("/pets/{petId}")
    ('pets', '{}')
    """
    return tuple("{}" if _WHOLE.fullmatch(part) else part for part in path.strip("/").split("/"))


def id_names(name: str, resource: str) -> list[str]:
    """Return the names, best first, under which a response may hold the value of a parameter.

    >>> id_names("petId", "pet")
    ['petid', 'id', 'uuid', 'guid', 'uid', 'key', 'slug', 'code', 'name']
    """
    own = words(name)
    found = [own]
    of = resource_of(name)
    if of or own in _ID_NAMES or own == resource or own.startswith("idor"):
        found += ["id", words(resource + "id"), "uuid", "guid", "uid"]
    bare = own.removeprefix(resource)
    if bare and bare != own:
        found.append(bare)
    if own == resource or own in _ID_NAMES or of:
        found += ["key", "slug", "code", "name"]
    return list(dict.fromkeys(found))


NO_WRAPPER = 9


def wrapper_rank(key: str, resource: str) -> int:
    """Return how likely a property wraps the thing itself: 0 very, 1 perhaps, NO_WRAPPER not."""
    low = words(key)
    if low in {resource, resource + "s"} or singular(low) == resource:
        return 0
    return 1 if low in _WRAPPERS else NO_WRAPPER


def compatible(wanted: str, given: str) -> bool:
    """Tell whether a value of the type `given` may be used where `wanted` is."""
    numeric = {"integer", "number"}
    return (
        "any" in {wanted, given}
        or wanted == given
        or {wanted, given} <= numeric
        or (wanted == "string" and given == "integer")
    )
