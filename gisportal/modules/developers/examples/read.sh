#!/bin/sh
# Set TOKEN to a token of yours; without one you read what is public.
set -eu
BASE="http://127.0.0.1:8000"
SIGN_IN="Authorization: Bearer ${TOKEN:-}"
[ -n "${TOKEN:-}" ] || SIGN_IN="Accept: application/json"

# 1. Which collections may I read?
curl --fail --silent -H "$SIGN_IN" "$BASE/ogc/collections?f=json" | grep -o '"id": *"[^"]*"'

# 2. Five features in a box: west, south, east, north.
curl --fail --silent --get -H "$SIGN_IN" "$BASE/ogc/collections/resources/items" \
  --data-urlencode "f=json" --data-urlencode "limit=5" \
  --data-urlencode "bbox=134.0,34.3,134.1,34.4" --output first.geojson
grep -o '"numberReturned": *[0-9]*' first.geojson

# 3. The same again only if it has changed: 304 costs nearly nothing.
TAG=$(curl --fail --silent --head -H "$SIGN_IN" "$BASE/ogc/collections/resources/queryables?f=json" |
  grep -i '^etag:' | cut -d' ' -f2 | tr -d '\r')
curl --silent --output unchanged.txt --write-out 'status %{http_code}\n' -H "$SIGN_IN" \
  -H "If-None-Match: $TAG" "$BASE/ogc/collections/resources/queryables?f=json"

# 4. How much is left of my limit?
curl --fail --silent --head -H "$SIGN_IN" "$BASE/ogc/conformance?f=json" | grep -i '^ratelimit:' || true
