"""A list of requirements: each check names the requirements of the standard it shows, by their ids."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.conformance.service import NotMet, Service

CheckFunction = Callable[[Service], None]


@dataclass(frozen=True)
class Check:
    """One check. ``requirements``: ids below the standard's own address, such as ``/req/core/root-op``."""

    requirements: tuple[str, ...]
    run: CheckFunction

    @property
    def name(self) -> str:
        """Its name in reports."""
        return self.run.__name__


@dataclass
class Suite:
    """The checks of one standard. ``document``: its number; ``classes``: what must be declared for it."""

    name: str
    document: str
    classes: tuple[str, ...]
    checks: list[Check] = field(default_factory=list)

    def shows(self, *requirements: str) -> Callable[[CheckFunction], CheckFunction]:
        """Adds a check."""

        def add(run: CheckFunction) -> CheckFunction:
            self.checks.append(Check(requirements, run))
            return run

        return add


def unmet(check: Check, service: Service) -> str:
    """Why a requirement does not hold, empty where it does."""
    try:
        check.run(service)
    except NotMet as reason:
        return str(reason) or check.name
    except (KeyError, TypeError, ValueError, AttributeError) as reason:
        return f"not what the standard describes: {type(reason).__name__}: {reason}"
    return ""
