"""Fill a database with made-up resources, clustered like a city: 10,000, 100,000 or 1,000,000 of them.

Run: ``DATABASE_URL=… PYTHONPATH=. python tests/bench/generate.py 100000`` on a migrated, empty database. Positions lie around 30
centres of different weight, names are drawn from words of different frequency, 40 districts cover the city. The
same seed gives the same city.
"""

import os
import sys
import time

CATEGORIES = [
    ("care", "介護", "#7a3e00", "square", ["visit_care", "day_care", "care_home"]),
    ("medical", "医療", "#a3123f", "cross", ["hospital", "clinic", "dentist"]),
    ("child", "子育て", "#8a5a00", "triangle", ["nursery", "kindergarten"]),
    ("disability", "障害福祉", "#5b2d8e", "diamond", ["daytime", "transition"]),
    ("community", "地域活動", "#1d6b2f", "circle", ["salon", "club"]),
    ("shelter", "避難所", "#0b4f8a", "pentagon", ["shelter_open", "shelter_hall"]),
    ("office", "相談窓口", "#3d4650", "hexagon", ["counter", "support"]),
    ("culture", "学校・文化", "#006d77", "star", ["school", "library"]),
]

SCHEMA = """
INSERT INTO layers_districtscheme (code, title, title_en, description, is_approximate, is_care_area, "order")
VALUES ('area', '地区', 'Areas', '', false, true, 0);
INSERT INTO layers_district (scheme_id, code, key, title, reading, office_phone, population_by_age, "order", geom)
SELECT s.id, 'a' || (i * 8 + j), '', '地区' || (i * 8 + j), '', '087-000-0000', '{}', i * 8 + j,
       ST_Multi(ST_MakeEnvelope(133.9 + j * 0.035, 34.1 + i * 0.064, 133.9 + (j + 1) * 0.035, 34.1 + (i + 1) * 0.064, 4326))
FROM layers_districtscheme s, generate_series(0, 4) i, generate_series(0, 7) j;
"""

ROWS = """
INSERT INTO layers_resource (
    postcode, address, building, lg_code, town, geom, geom_origin, geom_precision, name, former_names, reading,
    category_id, fields_of_support, office_number, phone, fax, email, url, opening_hours, description, capacity, vacancy,
    vacancy_note, vacancy_as_of, vacancy_origin, service_area, delivery, properties, publication, operation, disclosure,
    withheld, hand_districts, source_key, created_at, updated_at, verified_by, verified_how,
    address_public, formal, district_keys, served_keys, vacancy_detail, version, sort_name, search_public, search_members, search_staff)
SELECT '', '高松市' || t.town || (1 + i %% 40) || '-' || (1 + i %% 17), '', '372013', t.town,
    ST_SetSRID(ST_MakePoint(
        least(greatest(c.lon + c.spread * (random() + random() + random() - 1.5), 133.9001), 134.1799),
        least(greatest(c.lat + c.spread * (random() + random() + random() - 1.5), 34.1001), 34.4199)), 4326),
    'file', '', n.front || n.middle || n.kind || CASE WHEN i %% 3 = 0 THEN (i %% 1000)::text ELSE '' END, '{}',
    r.reading, k.id, ARRAY['elderly'], '', '087-' || lpad((i %% 1000)::text, 3, '0') || '-' || lpad((i %% 9973)::text, 4, '0'),
    '', '', '', '平日9時から17時', '', i %% 60, CASE i %% 4 WHEN 0 THEN 'available' WHEN 1 THEN 'full' ELSE '' END, '',
    '2026-11-01', '', '', 'on_site', '{}', CASE WHEN i %% 5 = 0 THEN 'public' ELSE 'members' END, 'open', 'open',
    '{}', '{}', '', now(), '2026-01-01'::timestamptz + (i %% 300) * interval '1 day', '', '', '', true, '{}', '{}', '{}', 1, '', '', '', ''
FROM generate_series(%(first)s::int, %(last)s::int) i
CROSS JOIN LATERAL (
    SELECT 133.95 + (j * 7 %% 11) * 0.02 AS lon, 34.15 + (j * 5 %% 13) * 0.02 AS lat, 0.01 + (j %% 5) * 0.006 AS spread
    FROM (SELECT floor(30 * random() ^ 2 + i * 0)::int AS j) j
) c
CROSS JOIN LATERAL (
    SELECT (ARRAY['番町','浜ノ町','扇町','仏生山町','牟礼町','庵治町','香川町','国分寺町','屋島西町','木太町',
                  '伏石町','太田下町','林町','多肥上町','三谷町','川島町','塩江町','香南町','鬼無町','勅使町'])
           [1 + floor(20 * random() ^ 1.7 + i * 0)::int] AS town
) t
CROSS JOIN LATERAL (
    SELECT (ARRAY['さくら','平和','ひまわり','高松','みどり','あおぞら','瀬戸','栗林','屋島','青葉','若草','つくし','讃岐','玉藻',
                  '丄','鶴亀','翡翠','曙','茜','楓'])[1 + floor(20 * random() ^ 2.5 + i * 0)::int] AS front,
           (ARRAY['','第一','中央','南','北','東','西','ほほえみ','公園','地域','みらい','亳','螢'])
           [1 + floor(13 * random() ^ 2 + i * 0)::int] AS middle,
           (ARRAY['クリニック','デイサービス','保育園','サロン','避難所','公民館','訪問介護','包括支援センター','薬局','こども園'])
           [1 + floor(10 * random() + i * 0)::int] AS kind
) n
CROSS JOIN LATERAL (
    SELECT (ARRAY['さくら','へいわ','ひまわり','たかまつ','みどり','あおぞら','せと','りつりん','やしま','あおば'])
           [1 + floor(10 * random() + i * 0)::int] || md5(i::text) AS reading
) r
CROSS JOIN LATERAL (
    SELECT kinds[1 + floor(array_length(kinds, 1) * random() + i * 0)::int] AS id
    FROM (SELECT array_agg(id ORDER BY id) AS kinds FROM layers_category WHERE parent_id IS NOT NULL) a
) k
"""


def generate(size: int, *, batch: int = 50_000) -> float:
    """Insert ``size`` resources with their triggers; returns seconds. Raises RuntimeError on a database in use."""
    from django.db import connection

    from layers.models import Category, Resource

    if Resource.unscoped.exists():
        raise RuntimeError("The database holds resources already; use an empty one.")
    for order, (code, title, colour, shape, kinds) in enumerate(CATEGORIES):
        top = Category.objects.create(code=code, title=title, colour=colour, shape=shape, order=order * 10)
        for place, kind in enumerate(kinds):
            Category.objects.create(
                code=kind, title=f"{title}{place}", parent=top, order=order * 10 + place + 1
            )
    started = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(SCHEMA)
        cursor.execute("SELECT setseed(0.42)")
        for first in range(1, size + 1, batch):
            cursor.execute(ROWS, {"first": first, "last": min(first + batch - 1, size)})
            print(f"{min(first + batch - 1, size):,} rows, {time.monotonic() - started:.0f} s", flush=True)
        cursor.execute("VACUUM ANALYZE")
    return time.monotonic() - started


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisportal.settings")
    import django

    django.setup()
    seconds = generate(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    print(f"done in {seconds:.0f} s")
