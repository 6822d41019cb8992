// The page's map-config (gisportal/portal/map_config.py) in the form the map uses.
const OWN = { url: "/tiles/basemap/{z}/{x}/{y}.mvt", tileJson: "/tiles/basemap.json" };
const JAPAN = [128, 30, 146, 46];

const around = ([lat, lon]) => [lon - 0.15, lat - 0.1, lon + 0.15, lat + 0.1];

/** {tiles, style, popup, at, bounds, baseMap, ownBaseMap, schemes}; bounds west, south, east, north in degrees. */
export function mapConfig(page) {
  const given = page ?? {};
  const maps = given.baseMaps ?? [];
  return {
    ...given,
    home: given.cityBounds ?? given.bounds ?? (given.centre ? around(given.centre) : JAPAN),
    baseMap: maps.find((each) => each.key === given.baseMap && each.url) ?? null,
    ownBaseMap: OWN,
    schemes: given.schemes ?? [],
  };
}
