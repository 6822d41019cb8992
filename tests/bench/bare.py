"""The bare SQL the portal is measured beside: written by hand, one statement for each answer.

Visibility (a staff member of level A: all but the trash), masking as far as such a viewer has any, and every count
that is sent are included. ``%(name)s`` are bound values.
"""

from typing import Final

VISIBLE: Final = "r.deleted_at IS NULL"

#: A finished FeatureCollection of ``limit`` resources by id behind one, every property a staff member sees.
ITEMS: Final = f"""
SELECT '{{"type":"FeatureCollection","features":[' || string_agg(feature, ',' ORDER BY id) || '],"numberMatched":'
    || {{count}}
    || ',"numberReturned":' || count(*) || ',"links":' || %(links)s || ',"timeStamp":"'
    || to_char(now(), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"}}'
FROM (
    SELECT r.id, '{{"type":"Feature","id":' || r.id || ',"geometry":' || coalesce(ST_AsGeoJSON(r.geom_public, 9, 0), 'null')
        || ',"properties":' || to_json(p)::text || '}}' AS feature
    FROM layers_resource r
    JOIN layers_category c ON c.id = r.category_id
    LEFT JOIN layers_organisation o ON o.id = r.organisation_id
    LEFT JOIN layers_site s ON s.id = r.site_id
    LEFT JOIN layers_datasource d ON d.id = r.source_id
    CROSS JOIN LATERAL (
        SELECT r.name, NULLIF(r.reading, '') AS reading, c.code AS category, c.title AS category_title,
            r.fields_of_support, r.formal, o.name AS organisation, s.name AS site,
            NULLIF(r.address_public, '') AS address, NULLIF(r.phone, '') AS phone, NULLIF(r.fax, '') AS fax,
            NULLIF(r.email, '') AS email, NULLIF(r.url, '') AS url, NULLIF(r.opening_hours, '') AS opening_hours,
            NULLIF(r.description, '') AS description, NULLIF(r.office_number, '') AS office_number, r.capacity,
            CASE WHEN r.vacancy IN ('available', 'few', 'full') AND r.vacancy_as_of <
                (date_trunc('day', now() AT TIME ZONE 'Asia/Tokyo') - make_interval(days => c.vacancy_stale_days))
                AT TIME ZONE 'Asia/Tokyo' THEN 'ask' ELSE NULLIF(r.vacancy, '') END AS vacancy,
            NULLIF(r.vacancy, '') AS vacancy_stated, r.vacancy_count, NULLIF(r.vacancy_note, '') AS vacancy_note,
            replace(to_json(r.vacancy_as_of) #>> '{{}}', '+00:00', 'Z') AS vacancy_as_of,
            NULLIF(r.vacancy_origin, '') AS vacancy_origin, r.operation, r.delivery,
            NULLIF(r.service_area, '') AS service_area, r.district_keys AS districts, r.publication, d.attribution,
            replace(to_json(r.updated_at) #>> '{{}}', '+00:00', 'Z') AS updated_at,
            replace(to_json(r.verified_at) #>> '{{}}', '+00:00', 'Z') AS verified_at
    ) p
    WHERE {VISIBLE} AND r.id > %(after)s ORDER BY r.id LIMIT %(limit)s
) page
"""

COUNT: Final = f"(SELECT count(*) FROM layers_resource r WHERE {VISIBLE})"

#: All points of a tile, with the properties tiles carry.
TILE: Final = f"""
SELECT ST_AsMVT(tile, 'resources', 4096, 'geom', 'feature_id') FROM (
    SELECT r.id AS feature_id, r.id AS id, r.name, c.code AS category,
        ST_AsMVTGeom(r.geom_3857, ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 3857), 4096, 256, true) AS geom
    FROM layers_resource r JOIN layers_category c ON c.id = r.category_id
    WHERE {VISIBLE} AND r.geom_3857 && ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(n)s, 3857) AND {{more}}
) tile
"""

#: Words by a walk in the wanted order with plain LIKE, and by the woven trigram index first.
WALK: Final = f"""
SELECT r.id FROM layers_resource r WHERE {VISIBLE} AND {{plain}} ORDER BY r.sort_name, r.id LIMIT 20
"""
GRAMS: Final = f"""
WITH hits AS MATERIALIZED (SELECT r.id, r.sort_name FROM layers_resource r WHERE {VISIBLE} AND {{woven}})
SELECT id FROM hits ORDER BY sort_name, id LIMIT 20
"""

#: A circle by the nearest on the web map re-sorted on the spheroid, and by the index on geography.
KNN: Final = f"""
SELECT id FROM (
    SELECT near.id, ST_Distance(near.geom_public::geography, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography) AS far
    FROM (
        SELECT r.id, r.geom_public FROM layers_resource r WHERE {VISIBLE} AND r.geom_3857 IS NOT NULL
        ORDER BY r.geom_3857 <-> ST_SetSRID(ST_MakePoint(%(x)s, %(y)s), 3857) LIMIT %(candidates)s
    ) near
) found WHERE far <= %(radius)s ORDER BY far, id LIMIT 20
"""
WITHIN: Final = f"""
SELECT r.id FROM layers_resource r
WHERE {VISIBLE}
  AND ST_DWithin(r.geom_public::geography, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography, %(radius)s)
ORDER BY ST_Distance(r.geom_public::geography, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography), r.id
LIMIT 20
"""
