"""The 色分け地図 of a crosstab: the polygons of the table, coloured by its classes."""

from tests.browser.conftest import Opener


def test_districts_are_coloured_by_their_class(opener: Opener, size: str) -> None:
    watched = opener(size=size)
    watched.page.goto(watched.url + "/planning/crosstab?rows=category&columns=district")
    watched.page.locator("[data-choropleth][data-ready]").wait_for(state="attached")
    watched.page.wait_for_timeout(800)
    config = watched.page.evaluate("JSON.parse(document.getElementById('choropleth-config').textContent)")
    fills = watched.page.eval_on_selector_all(
        ".leaflet-overlay-pane path", "all => all.map((path) => path.getAttribute('fill'))"
    )
    known = {each["colour"] for each in config["classes"]}
    assert len(fills) >= 5 and len(set(fills) & known) >= 2
    assert set(fills) <= {*known, "#ffffff"}
    labels = watched.page.locator(".map-legend__classes li").all_inner_texts()
    assert labels == [each["label"] for each in config["classes"]]
    assert watched.csp_violations == []
    watched.page.locator("[data-choropleth]").scroll_into_view_if_needed()
    watched.shot(f"choropleth-{size}")


def test_district_on_the_map_leads_to_its_list(opener: Opener) -> None:
    watched = opener()
    watched.page.goto(watched.url + "/planning/crosstab?rows=category&columns=district")
    watched.page.locator("[data-choropleth][data-ready]").wait_for(state="attached")
    urls = watched.page.evaluate("""() => {
      const {shapes} = document.querySelector("[data-choropleth]").choropleth;
      return shapes.getLayers().map((layer) => layer.feature.properties.url).filter(Boolean);
    }""")
    assert urls and all(url.startswith("/resources/?") and "district=" in url for url in urls)
