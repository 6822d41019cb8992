"""The lowest floor: what rooms that do not know one another share.

``happened`` tells whoever listens (``gisportal.audit``) that somebody did something. The registries take what
modules add to pages: a module's ``portal_hooks.py`` calls ``menu_item``, ``detail_panel`` or ``top_panel``;
the portal asks ``menu_items(viewer)`` and so on while it builds a page.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.dispatch import Signal

from layers.access import Viewer

#: Sent with ``actor`` (an account or None), ``action`` (a verb like ``account.created``), ``target`` (a model
#: instance or None) and ``details`` (a dict of plain values, never a person's address or position).
happened = Signal()


def tell(action: str, *, actor: object | None = None, target: object | None = None, **details: Any) -> None:
    """Says that ``actor`` did ``action`` to ``target``; recorded in the same transaction."""
    happened.send(sender=tell, actor=actor, action=action, target=target, details=details)


def anyone(viewer: Viewer) -> bool:
    """The default audience of a hook."""
    return True


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A line of the main menu. ``url_name`` takes no arguments; ``shown_to`` decides per viewer."""

    title: str
    url_name: str
    order: int = 100
    shown_to: Callable[[Viewer], bool] = anyone


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a page: a template, and a function giving its context or None when there is nothing to show.

    On the detail page ``context(viewer, resource)``, on the top page ``context(viewer)``.
    """

    template: str
    context: Callable[..., dict[str, Any] | None]
    order: int = 100


@dataclass(frozen=True, slots=True)
class LinkKind:
    """What a signed link of this kind opens (``/link/<token>/…``).

    ``view(request, link, rest)`` answers; ``rest`` is what follows the token in the address. ``request.viewer`` is
    the link's: its resources and acts, no account. Cookies count for nothing there, so forms carry no CSRF token.
    """

    kind: str
    title: str
    view: Callable[..., Any]
    order: int = 100


#: ``handler(viewer, resource_id, changes, base_version, note)`` keeps a proposed change (``resource_id`` None: a new
#: entry) and gives the address of the page that shows it. ``changes``: cleaned values by key of the item.
ChangeHandler = Callable[[Viewer, int | None, dict[str, Any], int, str], str]


#: ``handler(viewer, resource_id, note)`` keeps the proposal that an entry be taken out, and gives its page.
RemovalHandler = Callable[[Viewer, int, str], str]


@dataclass(frozen=True, slots=True)
class SearchAction:
    """Something to do with all a search finds: a page that takes the search's query string."""

    title: Any
    url_name: str
    order: int = 100
    shown_to: Callable[[Viewer], bool] = anyone


@dataclass
class Registry:
    """What the modules have added; one instance serves the process."""

    links: list[LinkKind] = field(default_factory=list)
    change_handler: ChangeHandler | None = None
    removal_handler: RemovalHandler | None = None
    menu: list[MenuItem] = field(default_factory=list)
    detail: list[Panel] = field(default_factory=list)
    top: list[Panel] = field(default_factory=list)
    search: list[SearchAction] = field(default_factory=list)


registry = Registry()


def _add(kept: list[Any], item: Any) -> None:
    """Adds once: autodiscovery may run twice in one process (tests, reloading)."""
    if item not in kept:
        kept.append(item)
        kept.sort(key=lambda entry: entry.order)


def menu_item(item: MenuItem) -> None:
    """Adds a line to the main menu."""
    _add(registry.menu, item)


def detail_panel(panel: Panel) -> None:
    """Adds a part to the detail page of a resource."""
    _add(registry.detail, panel)


def top_panel(panel: Panel) -> None:
    """Adds a part to the top page."""
    _add(registry.top, panel)


def search_action(action: SearchAction) -> None:
    """Adds a link beside the exports of a search."""
    _add(registry.search, action)


def search_actions(viewer: Viewer) -> list[SearchAction]:
    """What this viewer may do with a search, in order."""
    return [action for action in registry.search if action.shown_to(viewer)]


def link_kind(kind: str, title: str, view: Callable[..., Any]) -> None:
    """Says what signed links of a kind open."""
    _add(registry.links, LinkKind(kind, title, view))


def link_kinds() -> dict[str, LinkKind]:
    """Kinds of signed links by name."""
    return {item.kind: item for item in registry.links}


def change_handler(handler: ChangeHandler) -> None:
    """Says who keeps the changes of those who propose instead of changing (R49). There is one."""
    registry.change_handler = handler


def propose(
    viewer: Viewer, resource_id: int | None, changes: dict[str, Any], base_version: int, note: str
) -> str | None:
    """Hands a proposed change over; the address of the page that shows it, or None while nobody keeps any."""
    handler = registry.change_handler
    return handler(viewer, resource_id, changes, base_version, note) if handler else None


def removal_handler(handler: RemovalHandler) -> None:
    """Says who keeps the removals of those who propose instead of deleting (R49). There is one."""
    registry.removal_handler = handler


def propose_removal(viewer: Viewer, resource_id: int, note: str) -> str | None:
    """Hands a proposed removal over; the address of its page, or None while nobody keeps any."""
    handler = registry.removal_handler
    return handler(viewer, resource_id, note) if handler else None


def menu_items(viewer: Viewer) -> list[MenuItem]:
    """Lines of the menu this viewer gets, in order."""
    return [item for item in registry.menu if item.shown_to(viewer)]


def _filled(panels: Iterable[Panel], *arguments: Any) -> list[tuple[str, dict[str, Any]]]:
    pairs = ((panel.template, panel.context(*arguments)) for panel in panels)
    return [(template, context) for template, context in pairs if context is not None]


def detail_panels(viewer: Viewer, resource: object) -> list[tuple[str, dict[str, Any]]]:
    """Template and context of each part the modules add to a resource's page."""
    return _filled(registry.detail, viewer, resource)


def top_panels(viewer: Viewer) -> list[tuple[str, dict[str, Any]]]:
    """Template and context of each part the modules add to the top page."""
    return _filled(registry.top, viewer)


def autodiscover(modules: Iterable[str], package: str = "gisportal.modules") -> list[str]:
    """Imports ``<package>.<module>.portal_hooks`` of every module that has one; returns their names."""
    names = [f"{package}.{module}.portal_hooks" for module in modules]
    found = [name for name in names if find_spec(name)]
    for name in found:
        import_module(name)
    return found
