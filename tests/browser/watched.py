"""A page with everything it does written down: requests, refusals of the CSP, errors; and axe-core."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Page, Request

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

_COUNT_VIOLATIONS = """
window.cspViolations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.cspViolations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
"""


@dataclass
class Watched:
    """``page`` is Playwright's; ``requests`` holds address, method, headers and body of everything it asked."""

    page: Page
    url: str
    screens: Path
    axe_source: str
    requests: list[Request] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(_COUNT_VIOLATIONS)
        self.page.on("request", lambda request: self.requests.append(request))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, path: str) -> "Watched":
        """Goes to a path of the portal; where it has a map, waits until the map's script is ready."""
        answer = self.page.goto(self.url + path)
        assert answer is not None
        if self.page.locator("section[data-map]").count():
            self.ready()
        return self

    def ready(self) -> None:
        """Until the map's script has set itself up."""
        self.page.locator("section[data-map][data-ready]").wait_for(state="attached", timeout=20_000)

    def until(self, condition: str, seconds: float = 20) -> None:
        """Waits for a condition in JavaScript. Playwright's ``wait_for_function`` needs eval, which our CSP refuses."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._holds(condition):
                return
            self.page.wait_for_timeout(80)
        raise AssertionError(f"Not within {seconds} s: {condition}")

    def _holds(self, condition: str) -> bool:
        try:
            return bool(self.page.evaluate(condition))
        except Error:  # the page is just being replaced by another
            return False

    def settled(self, action: Callable[[], Any], *, contains: str = "") -> None:
        """Does something and waits for the results it brings. ``contains``: part of the asked address."""
        with self.page.expect_response(
            lambda answer: "/resources/" in answer.url and contains in answer.url and "mvt" not in answer.url
            and answer.request.headers.get("hx-request") == "true" and "/popup" not in answer.url,
            timeout=20_000,
        ):  # fmt: skip
            action()
        self.until("!document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")

    @property
    def csp_violations(self) -> list[str]:
        """What the browser refused on this page so far."""
        return list(self.page.evaluate("window.cspViolations"))

    def axe(self) -> list[str]:
        """Violations of WCAG 2.2 AA and good practice. To be asked after the CSP: axe adds a style of its own."""
        self.page.evaluate(self.axe_source)
        found = self.page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
        return [
            f"{rule['id']} ({rule['impact']}): {node['target']} {node['html'][:160]} {node['failureSummary'][:200]}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    def shot(self, name: str) -> Path:
        """A picture into the test output."""
        self.screens.mkdir(parents=True, exist_ok=True)
        path = self.screens / f"{name}.png"
        self.page.screenshot(path=path)
        return path

    def pins(self) -> list[dict[str, Any]]:
        """What is painted on the map now: name, count, ids and the point in the page, those in view only."""
        return list(self.page.evaluate(_PINS))

    def single_pin(self) -> dict[str, Any]:
        """A pin of one resource that nothing covers; waits until the tiles that hold one are painted."""
        wanted = f"({_PINS})().find((pin) => pin.count === 1 && pin.isFree)"
        self.until(f"Boolean({wanted})")
        return dict(self.page.evaluate(wanted))

    def wait_for_pins(self) -> list[dict[str, Any]]:
        """Until something is painted."""
        self.until(f"({_PINS})().length > 0")
        return self.pins()


_PINS = """() => {
  const {map} = document.querySelector("section[data-map]").searchPage;
  const box = map.map.getContainer().getBoundingClientRect();
  const found = new Map();
  for (const frame of map.points.layer.frames()) {
    for (const mark of frame.marks ?? []) {
      const at = map.map.latLngToContainerPoint(map.points.layer.latLngOf(frame, mark.x, mark.y));
      if (at.x < 5 || at.y < 5 || at.x > box.width - 5 || at.y > box.height - 5) continue;
      found.set(`${Math.round(at.x)},${Math.round(at.y)}`, {
        x: box.x + at.x, y: box.y + at.y, isCluster: mark.isCluster, count: mark.count ?? mark.features.length,
        mix: (mark.mix ?? []).map((part) => [part.category.code, part.count]),
        isFree: !document.elementFromPoint(box.x + at.x, box.y + at.y)
          ?.closest(".leaflet-control, .map-notice, button"),
        ids: mark.features.map((feature) => feature.id), name: mark.features[0].properties.name ?? "",
        category: mark.features[0].properties.category ?? "", text: map.points.describe(mark),
      });
    }
  }
  return [...found.values()];
}"""
