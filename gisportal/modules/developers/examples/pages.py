"""Set TOKEN to a token of yours; needs OWSLib."""

import os

from owslib.ogcapi.features import Features

BASE = "http://127.0.0.1:8000"
token = os.environ.get("TOKEN")
service = Features(f"{BASE}/ogc/", headers={"Authorization": f"Bearer {token}"} if token else None)

print("collections:", ", ".join(service.feature_collections()))
print("may be asked by:", ", ".join(list(service.collection_queryables("resources")["properties"])[:8]))

page = service.collection_items("resources", limit=10, bbox=[134.0, 34.3, 134.1, 34.4])
names = [feature["properties"]["name"] for feature in page["features"]]
print("first names:", ", ".join(names[:3]))
while any(link["rel"] == "next" for link in page["links"]) and len(names) < 30:
    page = service.collection_items("resources", limit=10, bbox=[134.0, 34.3, 134.1, 34.4], offset=len(names))
    names += [feature["properties"]["name"] for feature in page["features"]]
print("read:", len(names), "of", page.get("numberMatched", "many"))
