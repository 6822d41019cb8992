-- Versions of map cells: a change raises the version of its old and new cell, not of the whole city.

CREATE SEQUENCE layers_version_seq;

-- Tile of zoom 14 a web Mercator coordinate lies in.
CREATE FUNCTION layers_cell(metres double precision, is_y boolean) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT floor((CASE WHEN is_y THEN 20037508.342789244 - metres ELSE metres + 20037508.342789244 END)
                 / (2 * 20037508.342789244 / 16384))::integer
$$;

-- The row of the whole source is taken first: it orders the versions as their transactions commit, so that
-- the highest version of some cells never stays the same while one of them changes.
CREATE FUNCTION layers_raise_source(source_slug text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    raised bigint;
BEGIN
    INSERT INTO layers_cellversion (source, x, y, version) VALUES (source_slug, -1, -1, 0)
    ON CONFLICT (source, x, y) DO UPDATE SET version = layers_cellversion.version;
    raised := nextval('layers_version_seq');
    UPDATE layers_cellversion SET version = raised WHERE source = source_slug AND x = -1 AND y = -1;
    RETURN raised;
END
$$;

CREATE FUNCTION layers_resource_touched() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    raised bigint;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM changed) THEN
        RETURN NULL;
    END IF;
    raised := layers_raise_source('resources');
    INSERT INTO layers_cellversion (source, x, y, version)
    SELECT DISTINCT 'resources', layers_cell(ST_X(geom_3857), false), layers_cell(ST_Y(geom_3857), true), raised
    FROM changed WHERE geom_3857 IS NOT NULL
    ON CONFLICT (source, x, y) DO UPDATE SET version = excluded.version;
    RETURN NULL;
END
$$;
CREATE TRIGGER layers_resource_inserted AFTER INSERT ON layers_resource
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_resource_touched();
CREATE TRIGGER layers_resource_updated_old AFTER UPDATE ON layers_resource
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_resource_touched();
CREATE TRIGGER layers_resource_updated_new AFTER UPDATE ON layers_resource
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_resource_touched();
CREATE TRIGGER layers_resource_deleted AFTER DELETE ON layers_resource
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_resource_touched();

CREATE FUNCTION layers_district_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM layers_raise_source('districts-' || s.code)
    FROM layers_districtscheme s WHERE s.id IN (SELECT scheme_id FROM changed);
    RETURN NULL;
END
$$;
CREATE TRIGGER layers_district_inserted_version AFTER INSERT ON layers_district
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_district_touched();
CREATE TRIGGER layers_district_updated_version AFTER UPDATE ON layers_district
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_district_touched();
CREATE TRIGGER layers_district_deleted_version AFTER DELETE ON layers_district
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_district_touched();

-- What every answer is built with: categories and field definitions. One version for all of it.
CREATE FUNCTION layers_schema_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM layers_raise_source('schema');
    RETURN NULL;
END
$$;
CREATE TRIGGER layers_category_touched AFTER INSERT OR UPDATE OR DELETE ON layers_category
FOR EACH STATEMENT EXECUTE FUNCTION layers_schema_touched();
CREATE TRIGGER layers_field_definition_touched AFTER INSERT OR UPDATE OR DELETE ON layers_fielddefinition
FOR EACH STATEMENT EXECUTE FUNCTION layers_schema_touched();
CREATE TRIGGER layers_scheme_touched AFTER INSERT OR UPDATE OR DELETE ON layers_districtscheme
FOR EACH STATEMENT EXECUTE FUNCTION layers_schema_touched();
