"""The OGC's own executable test suites (ETS), where their jar is at hand: ``--ets features=…-aio.jar``.

The suites of OGC API are published as source and as images of TEAM Engine; the public Maven repository does not hold
them (it holds TEAM Engine's parts and the older suites of WFS, asked on 2026-11-21). Whoever has built one, or has the
all-in-one jar out of an image, runs it with this beside the written lists.
"""

import subprocess
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from tests.conformance.service import need

_PROPERTIES = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE properties SYSTEM "http://java.sun.com/dtd/properties.dtd">
<properties version="1.0">
  <entry key="iut">{root}/</entry>
  <entry key="noofcollections">-1</entry>
</properties>
"""


def run(jar: Path, root: str, folder: Path) -> Path:
    """Runs a suite against the service; the file of TestNG's results."""
    folder.mkdir(parents=True, exist_ok=True)
    asked = folder / "test-run-props.xml"
    asked.write_text(_PROPERTIES.format(root=escape(root)))
    with (folder / "ets.log").open("wb") as log:
        subprocess.run(
            ["java", "-jar", str(jar), "-o", str(folder), str(asked)], stdout=log, stderr=log, check=False
        )
    found = sorted(folder.rglob("testng-results.xml"), key=lambda path: path.stat().st_mtime)
    need(found, "the suite wrote no results; see", folder / "ets.log")
    return found[-1]


def summary(results: Path) -> tuple[list[str], bool]:
    """Counts and the names of failed tests, and whether none failed."""
    methods = [
        item for item in ElementTree.parse(results).iter("test-method") if item.get("is-config") != "true"
    ]
    by_status = {
        status: [item for item in methods if item.get("status") == status]
        for status in ("PASS", "FAIL", "SKIP")
    }
    lines = [
        ", ".join(f"{word} {len(by_status[status])}" for status, word in
                  (("PASS", "passed"), ("FAIL", "failed"), ("SKIP", "skipped")))
    ]  # fmt: skip
    for item in by_status["FAIL"]:
        message = item.findtext(".//message", "").strip().splitlines()
        lines.append(f"  {item.get('name')}: {message[0][:200] if message else ''}")
    return lines, not by_status["FAIL"] and bool(by_status["PASS"])
