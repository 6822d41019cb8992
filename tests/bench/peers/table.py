"""The one table peers read: the rows and columns of our items, without joins, rights or masks to work out."""

from typing import Final

import psycopg

NAME: Final = "bench_place"

_MADE: Final = f"""
CREATE TABLE {NAME} AS
SELECT r.id, r.name, NULLIF(r.reading, '') AS reading, c.code AS category, c.title AS category_title,
    r.fields_of_support::text AS fields_of_support, r.formal, o.name AS organisation, s.name AS site,
    NULLIF(r.address_public, '') AS address, NULLIF(r.phone, '') AS phone, NULLIF(r.fax, '') AS fax,
    NULLIF(r.email, '') AS email, NULLIF(r.url, '') AS url, NULLIF(r.opening_hours, '') AS opening_hours,
    NULLIF(r.description, '') AS description, NULLIF(r.office_number, '') AS office_number, r.capacity,
    NULLIF(r.vacancy, '') AS vacancy, NULLIF(r.vacancy, '') AS vacancy_stated, r.vacancy_count,
    NULLIF(r.vacancy_note, '') AS vacancy_note, r.vacancy_as_of, NULLIF(r.vacancy_origin, '') AS vacancy_origin,
    r.operation, r.delivery, NULLIF(r.service_area, '') AS service_area, r.district_keys::text AS districts,
    r.publication, d.attribution, r.updated_at, r.verified_at, r.geom_public::geometry(Point, 4326) AS geom
FROM layers_resource r
JOIN layers_category c ON c.id = r.category_id
LEFT JOIN layers_organisation o ON o.id = r.organisation_id
LEFT JOIN layers_site s ON s.id = r.site_id
LEFT JOIN layers_datasource d ON d.id = r.source_id
WHERE r.deleted_at IS NULL ORDER BY r.id
"""
_FINISHED: Final = (
    f"ALTER TABLE {NAME} ADD PRIMARY KEY (id)",
    f"CREATE INDEX {NAME}_geom ON {NAME} USING gist (geom)",
    f"CREATE INDEX {NAME}_category ON {NAME} (category)",
    f"ANALYZE {NAME}",
)


def make(url: str) -> None:
    """Make the table where it is not there yet."""
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("SELECT to_regclass(%s)", [NAME]).fetchone() != (None,):
            return
        with connection.transaction():
            connection.execute(_MADE)
            for statement in _FINISHED[:-1]:
                connection.execute(statement)
        connection.execute(_FINISHED[-1])
