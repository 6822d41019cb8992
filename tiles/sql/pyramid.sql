-- Resources counted per cell and category, kept beside the data for the tiles of low zooms (design §6).
--
-- A cell of zoom z is the tile z/gx/gy. Kept are zooms 16, 13, 10, 7 and 4. Columns without prefix count all
-- that is not in the trash (what A, B and administrator read), those with public_ what is published to everyone.
-- Sums are whole numbers (centimetres of EPSG:3857, ids): adding and taking away never drifts, and where n = 1
-- sum_id is the id of that one.

CREATE TABLE tiles_cell (
    zoom smallint NOT NULL,
    gx integer NOT NULL,
    gy integer NOT NULL,
    category_id bigint NOT NULL,
    n integer NOT NULL,
    sum_x bigint NOT NULL,
    sum_y bigint NOT NULL,
    sum_id bigint NOT NULL,
    public_n integer NOT NULL,
    public_sum_x bigint NOT NULL,
    public_sum_y bigint NOT NULL,
    public_sum_id bigint NOT NULL,
    CONSTRAINT tiles_cell_pkey PRIMARY KEY (zoom, gx, gy, category_id)
);

-- Cell of a web Mercator coordinate at a zoom; clusters on the fly are computed by the same words.
CREATE FUNCTION tiles_cell_of(metres double precision, zoom integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT floor((metres + 20037508.342789244) / (40075016.685578488 / (1 << zoom)))::integer
$$;

CREATE TYPE tiles_change AS (
    id bigint, category_id bigint, geom geometry, is_public boolean, sign integer
);

-- Adds changes to the cells. The caller holds the row of the source in layers_cellversion (its trigger has run
-- before: triggers fire by name), so that changes of cells follow one another and cannot deadlock.
CREATE FUNCTION tiles_apply(changes tiles_change[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    emptied tid[];
BEGIN
    WITH finest AS (
        SELECT tiles_cell_of(ST_X(geom), 16) AS gx, tiles_cell_of(-ST_Y(geom), 16) AS gy, category_id,
               sum(sign) AS n, sum(sign * round(ST_X(geom) * 100)::bigint) AS sum_x,
               sum(sign * round(ST_Y(geom) * 100)::bigint) AS sum_y, sum(sign * id) AS sum_id,
               sum(sign) FILTER (WHERE is_public) AS public_n,
               sum(sign * round(ST_X(geom) * 100)::bigint) FILTER (WHERE is_public) AS public_sum_x,
               sum(sign * round(ST_Y(geom) * 100)::bigint) FILTER (WHERE is_public) AS public_sum_y,
               sum(sign * id) FILTER (WHERE is_public) AS public_sum_id
        FROM unnest(changes)
        GROUP BY 1, 2, 3
    ), added AS (
        INSERT INTO tiles_cell AS c
        SELECT z.zoom, f.gx >> (16 - z.zoom), f.gy >> (16 - z.zoom), f.category_id, sum(n), sum(sum_x), sum(sum_y),
               sum(sum_id), COALESCE(sum(public_n), 0), COALESCE(sum(public_sum_x), 0),
               COALESCE(sum(public_sum_y), 0), COALESCE(sum(public_sum_id), 0)
        FROM finest f CROSS JOIN (VALUES (4), (7), (10), (13), (16)) AS z(zoom)
        GROUP BY 1, 2, 3, 4
        ON CONFLICT (zoom, gx, gy, category_id) DO UPDATE SET
            n = c.n + excluded.n, sum_x = c.sum_x + excluded.sum_x, sum_y = c.sum_y + excluded.sum_y,
            sum_id = c.sum_id + excluded.sum_id, public_n = c.public_n + excluded.public_n,
            public_sum_x = c.public_sum_x + excluded.public_sum_x,
            public_sum_y = c.public_sum_y + excluded.public_sum_y,
            public_sum_id = c.public_sum_id + excluded.public_sum_id
        RETURNING c.ctid AS at, c.n
    )
    SELECT array_agg(at) INTO emptied FROM added WHERE n = 0;
    IF emptied IS NOT NULL THEN
        DELETE FROM tiles_cell WHERE ctid = ANY (emptied);
    END IF;
END
$$;

CREATE FUNCTION tiles_resource_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changes tiles_change[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg((id, category_id, geom_3857, publication = 'public', 1)::tiles_change) INTO changes
        FROM new_rows WHERE deleted_at IS NULL AND geom_3857 IS NOT NULL;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg((id, category_id, geom_3857, publication = 'public', -1)::tiles_change) INTO changes
        FROM old_rows WHERE deleted_at IS NULL AND geom_3857 IS NOT NULL;
    ELSE
        SELECT array_agg((c.id, c.category_id, c.geom, c.is_public, c.sign)::tiles_change) INTO changes
        FROM old_rows o JOIN new_rows n USING (id)
        CROSS JOIN LATERAL (VALUES
            (o.id, o.category_id, o.geom_3857, o.publication = 'public', o.deleted_at IS NULL, -1),
            (n.id, n.category_id, n.geom_3857, n.publication = 'public', n.deleted_at IS NULL, 1)
        ) AS c(id, category_id, geom, is_public, is_kept, sign)
        WHERE (o.category_id, o.geom_3857, o.publication, o.deleted_at IS NULL)
              IS DISTINCT FROM (n.category_id, n.geom_3857, n.publication, n.deleted_at IS NULL)
          AND c.is_kept AND c.geom IS NOT NULL;
    END IF;
    IF changes IS NOT NULL THEN
        PERFORM tiles_apply(changes);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER tiles_resource_inserted AFTER INSERT ON layers_resource
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION tiles_resource_changed();
CREATE TRIGGER tiles_resource_updated AFTER UPDATE ON layers_resource
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION tiles_resource_changed();
CREATE TRIGGER tiles_resource_deleted AFTER DELETE ON layers_resource
REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION tiles_resource_changed();

CREATE FUNCTION tiles_resource_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM tiles_cell;
    RETURN NULL;
END
$$;
CREATE TRIGGER tiles_resource_truncated AFTER TRUNCATE ON layers_resource
FOR EACH STATEMENT EXECUTE FUNCTION tiles_resource_truncated();

-- Counts everything anew: when the cells are first made, and as the truth tests compare with.
CREATE FUNCTION tiles_rebuild() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM tiles_cell;
    PERFORM tiles_apply(array_agg((id, category_id, geom_3857, publication = 'public', 1)::tiles_change))
    FROM layers_resource WHERE deleted_at IS NULL AND geom_3857 IS NOT NULL;
END
$$;
SELECT tiles_rebuild();

-- Cached tiles can always be built again: no write-ahead log, emptied by a crash.
ALTER TABLE tiles_cachedtile SET UNLOGGED;
-- Compressing 200 kB takes PostgreSQL longer than writing them.
ALTER TABLE tiles_cachedtile ALTER COLUMN body SET STORAGE EXTERNAL;
