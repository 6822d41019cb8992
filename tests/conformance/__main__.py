"""``python -m tests.conformance``: the portal judged by the OGC's requirements and by schemathesis, over HTTP.

``DATABASE_URL`` names a database of its own (a superuser of it): the demo city is loaded into it where it is empty, and
what schemathesis writes and deletes there stays there. The portal is started as ``make run`` starts it. Results stand
under ``tests/conformance/results``.
"""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import django
from django.core.management import call_command

ROOT: Final = Path(__file__).resolve().parents[2]
RESULTS: Final = Path(__file__).resolve().parent / "results"
PARTS: Final = ("requirements", "ets", "fuzz")


def main() -> int:
    """Runs what is asked for; 1 where anything does not hold."""
    asked = _arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisportal.settings")
    django.setup()
    tokens = _prepared()
    from tests.bench.server import portal

    folder = Path(os.environ.get("GISPORTAL_VAR") or ROOT / "var").resolve() / "conformance"
    RESULTS.mkdir(exist_ok=True)
    is_well = True
    with portal(os.environ["DATABASE_URL"], folder) as port:
        root = f"http://127.0.0.1:{port}/ogc"
        for name, run in _runs(asked, tokens, root, folder).items():
            if name in asked.only.split(","):
                is_well &= run()
    return 0 if is_well else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help=f"some of: {','.join(PARTS)}")
    parser.add_argument("--ets", action="append", default=[], metavar="NAME=JAR", help="a suite of the OGC")
    parser.add_argument("--examples", type=int, default=8, help="of schemathesis for each operation")
    return parser.parse_args()


def _prepared() -> dict[str, str]:
    """The demo city with its public site on; tokens by who asks."""
    from django.conf import settings

    from gisportal.accounts.models import Account
    from gisportal.accounts.services import set_public_site
    from gisportal.accounts.tokens import create_token
    from layers.access import Level
    from layers.models import Resource

    call_command("migrate", "--noinput", verbosity=0)
    if not Resource.unscoped.exists():
        call_command("load_demo", "--city", settings.CITY)
    set_public_site(True)
    tokens = {"anonymous": ""}
    for level in (Level.C, Level.A):
        account, _made = Account.objects.get_or_create(
            username=f"conformance-{level.value}", defaults={"level": level}
        )
        tokens[f"level {level.value.upper()}"] = create_token(account)
    return tokens


def _runs(
    asked: argparse.Namespace, tokens: dict[str, str], root: str, folder: Path
) -> dict[str, Callable[[], bool]]:
    return {
        "requirements": lambda: _requirements(tokens, root),
        "ets": lambda: _suites(dict(item.split("=", 1) for item in asked.ets), root, folder),
        "fuzz": lambda: _fuzz(tokens, root, folder, asked.examples),
    }


def _requirements(tokens: dict[str, str], root: str) -> bool:
    from tests.conformance import crs, features, tiles
    from tests.conformance.requirements import unmet
    from tests.conformance.service import OverHttp, Service

    is_well = True
    for module in (features, crs, tiles):
        suite, lines = module.SUITE, []
        for who in ("anonymous", "level A"):
            service = Service(OverHttp(tokens[who]), root)
            failed = 0
            for check in suite.checks:
                reason = unmet(check, service)
                failed += bool(reason)
                mark = "not met" if reason else "met"
                lines.append(
                    f"{mark}\t{who}\t{check.name}\t{' '.join(check.requirements)}\t{reason}".rstrip()
                )
            is_well &= not failed
            lines.append(f"{who}: {len(suite.checks) - failed} of {len(suite.checks)} checks met")
        _write(
            f"requirements-{module.__name__.rpartition('.')[2]}", [f"{suite.name} ({suite.document})", *lines]
        )
    return is_well


def _suites(jars: dict[str, str], root: str, folder: Path) -> bool:
    from tests.conformance import ets

    is_well = True
    for name, jar in jars.items():
        lines, is_good = ets.summary(ets.run(Path(jar).resolve(), root, folder / f"ets-{name}"))
        _write(f"ets-{name}", [Path(jar).name, *lines])
        is_well &= is_good
    return is_well


def _fuzz(tokens: dict[str, str], root: str, folder: Path, examples: int) -> bool:
    from tests.conformance import fuzz
    from tests.conformance.service import OverHttp, Service

    tool = fuzz.environment(folder.parent)
    reports: dict[str, Any] = {}
    for who, token in tokens.items():
        service = Service(OverHttp(token), root)
        reports[who] = fuzz.run(service, token, tool, folder / who.replace(" ", "-"), examples)
    lines, is_well = fuzz.summary(reports)
    _write("schemathesis", [f"schemathesis {fuzz.version(reports)}", *lines])
    return is_well


def _write(name: str, lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    (RESULTS / f"{name}.txt").write_text(text)
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
