"""The access rule, stated a second time and in other words, from design §4 and R21 alone.

It imports nothing of the product. ``who`` is a plain description of a viewer, ``row`` one of a resource.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Who:
    """Somebody looking. ``level``: anonymous, d, c, b, a, administrator."""

    name: str
    level: str
    of_the_city: bool = False


@dataclass(frozen=True)
class Row:
    """A resource of the matrix. ``kept_by``: names of those responsible, in person or through their organisation."""

    name: str
    publication: str
    in_trash: bool
    kept_by: tuple[str, ...]
    shows_place: bool
    withholds_phone: bool


def sees(who: Who, row: Row, site_is_public: bool) -> bool:
    """A reads all, B reads all, C what it keeps, D nothing; whatever is public everyone sees once the site is."""
    if row.in_trash:
        return False
    if site_is_public and row.publication == "public":
        return True
    match who.level:
        case "administrator" | "a" | "b":
            return True
        case "c":
            return who.name in row.kept_by
        case _:
            return False


def is_member(who: Who, row: Row) -> bool:
    """Audience "members": A, B and the administrator always, C for its own."""
    return who.level in ("administrator", "a", "b") or (who.level == "c" and who.name in row.kept_by)


def is_staff(who: Who) -> bool:
    """Audience "staff": the administrator, and A and B of the city."""
    return who.level == "administrator" or (who.level in ("a", "b") and who.of_the_city)


def sees_phone(who: Who, row: Row) -> bool:
    """A withheld telephone is for members of the row."""
    return is_member(who, row) or not row.withholds_phone


def is_served(who: Who, site_is_public: bool) -> bool:
    """Districts and geocoding: A to C and administrator; everyone while the site is public."""
    return site_is_public or who.level in ("administrator", "a", "b", "c")
