-- History: every state a resource was in, written whatever way a row is changed (R32, design §3).
--
-- Who changed it, and why, is told by settings of the transaction: gisportal.actor_id, gisportal.actor_name,
-- gisportal.note; gisportal.change tells one service's call from the next in the same transaction.

-- The two triggers name every column both tables have, so that a new column joins by calling this again.
CREATE FUNCTION layers_rebuild_history() RETURNS void LANGUAGE plpgsql AS $outer$
DECLARE
    names text[];
    old_values text;
    new_values text;
BEGIN
    SELECT array_agg(quote_ident(r.attname) ORDER BY r.attnum) INTO names
    FROM pg_attribute r JOIN pg_attribute v
      ON v.attrelid = 'layers_resourceversion'::regclass AND v.attname = r.attname AND NOT v.attisdropped
    WHERE r.attrelid = 'layers_resource'::regclass AND r.attnum > 0 AND NOT r.attisdropped
      AND r.attgenerated = '' AND r.attname NOT IN ('id', 'version');
    old_values := 'OLD.' || array_to_string(names, ', OLD.');
    new_values := 'NEW.' || array_to_string(names, ', NEW.');
    EXECUTE format($f$
        CREATE OR REPLACE FUNCTION layers_resource_version() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF ROW(%s) IS DISTINCT FROM ROW(%s) THEN
                NEW.version := OLD.version + 1;
            ELSE
                NEW.version := OLD.version;
            END IF;
            RETURN NEW;
        END
        $$ $f$, old_values, new_values);
    EXECUTE format($f$
        CREATE OR REPLACE FUNCTION layers_resource_keep() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            at timestamptz := clock_timestamp();
            this_change text := COALESCE(NULLIF(current_setting('gisportal.change', true), ''), txid_current()::text);
            last layers_resourceversion;
        BEGIN
            SELECT * INTO last FROM layers_resourceversion WHERE resource_id = NEW.id AND valid_to IS NULL;
            IF FOUND AND last.change = this_change THEN
                at := last.valid_from;
                DELETE FROM layers_resourceversion WHERE id = last.id;
            ELSIF FOUND THEN
                at := GREATEST(at, last.valid_from);
                UPDATE layers_resourceversion SET valid_to = at WHERE id = last.id;
            END IF;
            INSERT INTO layers_resourceversion
                (resource_id, version, valid_from, change, actor_id, actor_name, note, %s)
            VALUES (NEW.id, NEW.version, at, this_change,
                NULLIF(current_setting('gisportal.actor_id', true), '')::bigint,
                COALESCE(current_setting('gisportal.actor_name', true), ''),
                COALESCE(current_setting('gisportal.note', true), ''), %s);
            RETURN NULL;
        END
        $$ $f$, array_to_string(names, ', '), new_values);
END
$outer$;
SELECT layers_rebuild_history();

-- Fires after layers_resource_derive: triggers fire by name.
CREATE TRIGGER layers_resource_version BEFORE UPDATE ON layers_resource
FOR EACH ROW EXECUTE FUNCTION layers_resource_version();
CREATE TRIGGER layers_resource_keep_inserted AFTER INSERT ON layers_resource
FOR EACH ROW EXECUTE FUNCTION layers_resource_keep();
CREATE TRIGGER layers_resource_keep_updated AFTER UPDATE ON layers_resource
FOR EACH ROW WHEN (OLD.version IS DISTINCT FROM NEW.version) EXECUTE FUNCTION layers_resource_keep();

-- A place disclosed no longer leaves the history too: nobody may read it there.
CREATE FUNCTION layers_resource_scrub() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE layers_resourceversion
    SET geom = NULL, geom_origin = '', geom_precision = '', geom_public = NULL, address = '', address_public = '',
        building = '', postcode = '', town = '', lg_code = '', site_id = NULL,
        district_keys = CASE WHEN NEW.disclosure = 'contact' THEN NEW.district_keys ELSE district_keys END
    WHERE resource_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER layers_resource_scrub AFTER UPDATE ON layers_resource
FOR EACH ROW WHEN (NEW.disclosure <> 'open' AND OLD.disclosure <> NEW.disclosure)
EXECUTE FUNCTION layers_resource_scrub();

CREATE FUNCTION layers_resource_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM layers_resourceversion WHERE resource_id = OLD.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER layers_resource_forget AFTER DELETE ON layers_resource
FOR EACH ROW EXECUTE FUNCTION layers_resource_forget();

CREATE FUNCTION layers_resource_forget_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM layers_resourceversion;
    RETURN NULL;
END
$$;
CREATE TRIGGER layers_resource_forget_all AFTER TRUNCATE ON layers_resource
FOR EACH STATEMENT EXECUTE FUNCTION layers_resource_forget_all();
ALTER FUNCTION layers_resource_forget() SECURITY DEFINER SET search_path = pg_catalog, public;
ALTER FUNCTION layers_resource_forget_all() SECURITY DEFINER SET search_path = pg_catalog, public;

-- The history in the columns of a resource. Today's disclosure, withheld items and audiences hold for it too.
CREATE FUNCTION layers_rebuild_past() RETURNS void LANGUAGE plpgsql AS $outer$
DECLARE
    names text;
BEGIN
    SELECT string_agg('v.' || quote_ident(r.attname), ', ' ORDER BY r.attnum) INTO names
    FROM pg_attribute r JOIN pg_attribute v
      ON v.attrelid = 'layers_resourceversion'::regclass AND v.attname = r.attname AND NOT v.attisdropped
    WHERE r.attrelid = 'layers_resource'::regclass AND r.attnum > 0 AND NOT r.attisdropped
      AND r.attname NOT IN ('id', 'withheld', 'geom', 'geom_public', 'geom_3857', 'address', 'address_public');
    DROP VIEW IF EXISTS layers_pastresource;
    EXECUTE format($f$
        CREATE VIEW layers_pastresource AS
        SELECT v.resource_id AS id, v.valid_from, v.valid_to, %s,
               v.withheld || r.withheld AS withheld,
               CASE WHEN r.disclosure = 'open' THEN v.geom END AS geom,
               CASE WHEN r.disclosure = 'open' THEN v.geom_public END AS geom_public,
               CASE WHEN r.disclosure = 'open' THEN v.geom_3857 END AS geom_3857,
               CASE WHEN r.disclosure = 'open' THEN v.address ELSE '' END AS address,
               CASE WHEN r.disclosure = 'open' THEN v.address_public ELSE '' END AS address_public,
               layers_normalise(concat_ws('|',
                   v.name, NULLIF(v.reading, ''), NULLIF(array_to_string(v.former_names, '|'), ''),
                   layers_category_text(v.category_id),
                   CASE WHEN r.disclosure = 'open' THEN NULLIF(v.address_public, '') END,
                   CASE WHEN r.disclosure = 'open' THEN (SELECT s.name FROM layers_site s WHERE s.id = v.site_id) END,
                   layers_items_text(true, (v.withheld || r.withheld)::text[], v.phone, v.fax, v.email, v.url,
                                     v.description, v.opening_hours, v.organisation_id),
                   layers_field_text(v.properties, 'public'))) AS search_public,
               COALESCE(layers_normalise(concat_ws('|',
                   layers_items_text(false, (v.withheld || r.withheld)::text[], v.phone, v.fax, v.email, v.url,
                                     v.description, v.opening_hours, v.organisation_id),
                   NULLIF(v.office_number, ''), layers_field_text(v.properties, 'members'))), '') AS search_members,
               COALESCE(layers_normalise(layers_field_text(v.properties, 'staff')), '') AS search_staff
        FROM layers_resourceversion v JOIN layers_resource r ON r.id = v.resource_id
    $f$, names);
END
$outer$;
SELECT layers_rebuild_past();

-- What stands in the directory when history begins.
DO $outer$
DECLARE
    names text;
BEGIN
    SELECT string_agg(quote_ident(r.attname), ', ' ORDER BY r.attnum) INTO names
    FROM pg_attribute r JOIN pg_attribute v
      ON v.attrelid = 'layers_resourceversion'::regclass AND v.attname = r.attname AND NOT v.attisdropped
    WHERE r.attrelid = 'layers_resource'::regclass AND r.attnum > 0 AND NOT r.attisdropped
      AND r.attgenerated = '' AND r.attname <> 'id';
    EXECUTE format($f$
        INSERT INTO layers_resourceversion (resource_id, valid_from, change, actor_name, note, %s)
        SELECT id, clock_timestamp(), '', '', '', %s FROM layers_resource $f$, names, names);
END
$outer$;
