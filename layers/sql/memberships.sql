-- Districts of resources, kept by statement for small changes and by a worker for large ones (decisions/districts.md).

-- The keys a resource should have, as layers_resource_derive would write them; reads only, a tenth of its cost.
-- Its COST makes the planner narrow rows down by everything else first.
CREATE OR REPLACE FUNCTION layers_keys_of(r layers_resource) RETURNS text[]
LANGUAGE plpgsql STABLE COST 100000 SET plan_cache_mode = auto AS $$
DECLARE
    site layers_site;
    hidden layers_protectedplace;
BEGIN
    IF r.disclosure = 'open' THEN
        IF r.geom IS NULL AND r.address = '' AND r.site_id IS NOT NULL THEN
            SELECT * INTO site FROM layers_site WHERE id = r.site_id;
            RETURN layers_districts_of(site.geom, site.lg_code, site.town, r.hand_districts);
        END IF;
        RETURN layers_districts_of(r.geom, r.lg_code, r.town, r.hand_districts);
    ELSIF r.disclosure = 'area' THEN
        SELECT * INTO hidden FROM layers_protectedplace WHERE resource_id = r.id;
        RETURN layers_districts_of(hidden.geom, hidden.lg_code, hidden.town, r.hand_districts);
    END IF;
    RETURN layers_districts_of(NULL, '', '', r.hand_districts);
END
$$;

-- One part of a run of the worker: resources with after < id <= upto whose keys are no longer true.
CREATE OR REPLACE FUNCTION layers_refresh_memberships(after bigint, upto bigint) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    changed integer;
BEGIN
    UPDATE layers_resource r SET hand_districts = hand_districts
    WHERE r.id > after AND r.id <= upto AND r.district_keys::text[] IS DISTINCT FROM layers_keys_of(r);
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END
$$;

-- A transaction that hands the work to the worker says so by this setting, for itself alone.
CREATE OR REPLACE FUNCTION layers_memberships_later() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT COALESCE(current_setting('gisportal.memberships', true), '') = 'later'
$$;

CREATE OR REPLACE FUNCTION layers_scheme_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE layers_district SET code = code WHERE scheme_id = NEW.id;
    IF NOT layers_memberships_later() THEN
        UPDATE layers_resource r SET hand_districts = hand_districts
        WHERE r.district_keys::text[] IS DISTINCT FROM layers_keys_of(r);
    END IF;
    RETURN NULL;
END
$$;

-- Only code, scheme and boundary decide who lies in a district: a new title or telephone touches no resource.
CREATE OR REPLACE FUNCTION layers_district_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    box geometry;
    keys text[];
    codes text[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        UPDATE layers_resource r SET served_keys = (
            SELECT array_agg(d.key ORDER BY d.key) FROM layers_resource_service_districts s
            JOIN layers_district d ON d.id = s.district_id WHERE s.resource_id = r.id)
        WHERE r.id IN (SELECT s.resource_id FROM layers_resource_service_districts s
                       JOIN old_rows o ON o.id = s.district_id JOIN new_rows n ON n.id = o.id WHERE o.key <> n.key);
    END IF;
    IF layers_memberships_later() THEN
        RETURN NULL;
    ELSIF TG_OP = 'UPDATE' THEN
        SELECT ST_SetSRID(ST_Extent(ST_Collect(o.geom, n.geom))::geometry, 4326),
               array_agg(o.key::text) || array_agg(n.key::text), array_agg(o.code::text) || array_agg(n.code::text)
        INTO box, keys, codes
        FROM old_rows o JOIN new_rows n USING (id)
        WHERE (o.key, o.scheme_id) IS DISTINCT FROM (n.key, n.scheme_id)
           OR ST_AsEWKB(o.geom) IS DISTINCT FROM ST_AsEWKB(n.geom);
    ELSIF TG_OP = 'INSERT' THEN
        SELECT ST_SetSRID(ST_Extent(geom)::geometry, 4326), array_agg(key::text), array_agg(code::text)
        INTO box, keys, codes FROM new_rows;
    ELSE
        SELECT ST_SetSRID(ST_Extent(geom)::geometry, 4326), array_agg(key::text), array_agg(code::text)
        INTO box, keys, codes FROM old_rows;
    END IF;
    IF keys IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE layers_resource r SET hand_districts = hand_districts
    WHERE (r.geom_public && box OR r.district_keys && keys::varchar[] OR r.disclosure = 'area'
           OR (r.hand_districts <> '{}' AND EXISTS (
               SELECT 1 FROM jsonb_each_text(r.hand_districts) h WHERE h.value = ANY (codes))))
      AND r.district_keys::text[] IS DISTINCT FROM layers_keys_of(r);
    RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS layers_district_inserted ON layers_district;
DROP TRIGGER IF EXISTS layers_district_updated_new ON layers_district;
DROP TRIGGER IF EXISTS layers_district_updated_old ON layers_district;
DROP TRIGGER IF EXISTS layers_district_updated ON layers_district;
DROP TRIGGER IF EXISTS layers_district_deleted ON layers_district;
CREATE TRIGGER layers_district_inserted AFTER INSERT ON layers_district
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION layers_district_changed();
CREATE TRIGGER layers_district_updated AFTER UPDATE ON layers_district
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION layers_district_changed();
CREATE TRIGGER layers_district_deleted AFTER DELETE ON layers_district
REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION layers_district_changed();

CREATE OR REPLACE FUNCTION layers_district_town_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF layers_memberships_later() THEN
        RETURN NULL;
    END IF;
    UPDATE layers_resource r SET hand_districts = hand_districts
    WHERE (r.town IN (SELECT town FROM changed)
           OR r.site_id IN (SELECT s.id FROM layers_site s WHERE s.town IN (SELECT town FROM changed))
           OR r.disclosure = 'area')
      AND r.district_keys::text[] IS DISTINCT FROM layers_keys_of(r);
    RETURN NULL;
END
$$;
