-- What is derived from a resource and its neighbours, kept true whatever way a row is written (design §3).

-- District of a place in each scheme: set by hand, else the scheme's table of towns, else the polygon.
-- PL/pgSQL, because it keeps its plans: as an SQL function this cost ten times as much per row.
CREATE FUNCTION layers_districts_of(place geometry, place_lg_code text, place_town text, hand jsonb) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT COALESCE(array_agg(found.key ORDER BY found."order", found.key), '{}')
        FROM (
            SELECT s."order", COALESCE(
                (SELECT d.key FROM layers_district d WHERE d.scheme_id = s.id AND d.code = hand ->> s.code),
                (SELECT d.key FROM layers_districttown t JOIN layers_district d ON d.id = t.district_id
                 WHERE t.scheme_id = s.id AND t.lg_code = place_lg_code AND t.town = place_town),
                (SELECT d.key FROM layers_district d
                 WHERE d.scheme_id = s.id AND ST_Covers(d.geom, place) ORDER BY d.id LIMIT 1)
            ) AS key
            FROM layers_districtscheme s
        ) found
        WHERE found.key IS NOT NULL
    );
END
$$;

-- Titles and other words of a category and its ancestors.
CREATE FUNCTION layers_category_text(category bigint) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        WITH RECURSIVE line AS (
            SELECT id, parent_id, title, aliases, 1 AS depth FROM layers_category WHERE id = category
            UNION ALL
            SELECT c.id, c.parent_id, c.title, c.aliases, line.depth + 1
            FROM layers_category c JOIN line ON c.id = line.parent_id WHERE line.depth < 4
        )
        SELECT string_agg(concat_ws('|', title, NULLIF(aliases, '')), '|' ORDER BY depth) FROM line
    );
END
$$;

-- Sessions of the web force custom plans; here that would plan six statements anew for every row (1.2 ms each).
CREATE FUNCTION layers_resource_derive() RETURNS trigger
LANGUAGE plpgsql SET plan_cache_mode = auto AS $$
DECLARE
    site layers_site;
    hidden layers_protectedplace;
    place geometry;
    place_lg_code text := '';
    place_town text := '';
    open_items text;
    withheld_items text;
BEGIN
    NEW.geom_public := NULL;
    NEW.address_public := '';
    IF NEW.site_id IS NOT NULL THEN
        SELECT * INTO site FROM layers_site WHERE id = NEW.site_id;
    END IF;
    IF NEW.disclosure = 'open' THEN
        IF NEW.geom IS NULL AND NEW.address = '' AND NEW.site_id IS NOT NULL THEN
            NEW.geom_public := site.geom;
            NEW.address_public := concat_ws(' ', NULLIF(site.address, ''), NULLIF(site.building, ''));
            place_lg_code := site.lg_code;
            place_town := site.town;
        ELSE
            NEW.geom_public := NEW.geom;
            NEW.address_public := concat_ws(' ', NULLIF(NEW.address, ''), NULLIF(NEW.building, ''));
            place_lg_code := NEW.lg_code;
            place_town := NEW.town;
        END IF;
        place := NEW.geom_public;
    ELSIF NEW.disclosure = 'area' THEN
        SELECT * INTO hidden FROM layers_protectedplace WHERE resource_id = NEW.id;
        IF FOUND THEN
            place := hidden.geom;
            place_lg_code := hidden.lg_code;
            place_town := hidden.town;
        END IF;
    END IF;
    NEW.district_keys := layers_districts_of(place, place_lg_code, place_town, NEW.hand_districts);
    NEW.formal := COALESCE(NEW.formal_override, (SELECT is_formal FROM layers_category WHERE id = NEW.category_id), true);
    -- Readings first, in the order of the kana table; what has no reading follows by its characters.
    NEW.sort_name := layers_normalise(COALESCE(NULLIF(NEW.reading, ''), NEW.name));
    SELECT string_agg(v, '|') FILTER (WHERE NOT item = ANY (NEW.withheld)),
           string_agg(v, '|') FILTER (WHERE item = ANY (NEW.withheld))
    INTO open_items, withheld_items
    FROM (VALUES ('phone', NEW.phone), ('fax', NEW.fax), ('email', NEW.email), ('url', NEW.url)) AS items(item, v)
    WHERE v <> '';
    NEW.search_public := layers_normalise(concat_ws('|',
        NEW.name, NULLIF(NEW.reading, ''), NULLIF(array_to_string(NEW.former_names, '|'), ''),
        layers_category_text(NEW.category_id), NULLIF(NEW.address_public, ''), open_items, NULLIF(site.name, ''),
        (SELECT name FROM layers_organisation WHERE id = NEW.organisation_id),
        NULLIF(NEW.description, ''), NULLIF(NEW.opening_hours, ''),
        CASE WHEN NEW.properties <> '{}' THEN layers_field_text(NEW.properties, 'public') END));
    NEW.search_members := COALESCE(layers_normalise(concat_ws('|', withheld_items, NULLIF(NEW.office_number, ''),
        CASE WHEN NEW.properties <> '{}' THEN layers_field_text(NEW.properties, 'members') END)), '');
    NEW.search_staff := COALESCE(layers_normalise(
        CASE WHEN NEW.properties <> '{}' THEN layers_field_text(NEW.properties, 'staff') END), '');
    RETURN NEW;
END
$$;

CREATE TRIGGER layers_resource_derive BEFORE INSERT OR UPDATE ON layers_resource
FOR EACH ROW EXECUTE FUNCTION layers_resource_derive();

CREATE INDEX resource_geog_public ON layers_resource USING gist ((geom_public::geography));
CREATE INDEX resource_search_public ON layers_resource USING gin (layers_weave(search_public) gin_trgm_ops);
CREATE INDEX resource_search_members ON layers_resource USING gin (layers_weave(search_members) gin_trgm_ops)
    WHERE search_members <> '';
CREATE INDEX resource_search_staff ON layers_resource USING gin (layers_weave(search_staff) gin_trgm_ops)
    WHERE search_staff <> '';
CREATE INDEX resource_properties ON layers_resource USING gin (properties);
CREATE INDEX resource_fields_of_support ON layers_resource USING gin (fields_of_support);

ALTER TABLE layers_resource ADD CONSTRAINT resource_withholds_known_items
    CHECK (withheld::text[] <@ ARRAY['phone', 'fax', 'email', 'url']);

-- Neighbours: a change to one of them derives its resources anew.
CREATE FUNCTION layers_site_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE layers_resource SET site_id = site_id WHERE site_id IN (SELECT id FROM changed);
    RETURN NULL;
END
$$;
CREATE TRIGGER layers_site_changed AFTER UPDATE ON layers_site
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_site_changed();

CREATE FUNCTION layers_organisation_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE layers_resource SET organisation_id = organisation_id
    WHERE organisation_id IN (SELECT n.id FROM new_rows n JOIN old_rows o USING (id) WHERE n.name <> o.name);
    RETURN NULL;
END
$$;
CREATE TRIGGER layers_organisation_changed AFTER UPDATE ON layers_organisation
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION layers_organisation_changed();

CREATE FUNCTION layers_category_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH RECURSIVE touched AS (
        SELECT n.id FROM new_rows n JOIN old_rows o USING (id)
        WHERE (n.title, n.aliases, n.is_formal, n.parent_id, n.code)
              IS DISTINCT FROM (o.title, o.aliases, o.is_formal, o.parent_id, o.code)
        UNION
        SELECT c.id FROM layers_category c JOIN touched t ON c.parent_id = t.id
    )
    UPDATE layers_resource SET category_id = category_id WHERE category_id IN (SELECT id FROM touched);
    RETURN NULL;
END
$$;
CREATE TRIGGER layers_category_changed AFTER UPDATE ON layers_category
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION layers_category_changed();

-- Up to three levels, no ring.
CREATE FUNCTION layers_category_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    above integer;
    below integer;
BEGIN
    WITH RECURSIVE up AS (
        SELECT NEW.parent_id AS id, 1 AS depth WHERE NEW.parent_id IS NOT NULL
        UNION ALL
        SELECT c.parent_id, up.depth + 1 FROM layers_category c JOIN up ON c.id = up.id
        WHERE c.parent_id IS NOT NULL AND up.depth < 5
    ) SELECT COALESCE(max(depth), 0) INTO above FROM up;
    WITH RECURSIVE down AS (
        SELECT c.id, 1 AS depth FROM layers_category c WHERE c.parent_id = NEW.id
        UNION ALL
        SELECT c.id, down.depth + 1 FROM layers_category c JOIN down ON c.parent_id = down.id WHERE down.depth < 5
    ) SELECT COALESCE(max(depth), 0) INTO below FROM down;
    IF above + below > 2 THEN
        RAISE EXCEPTION 'a category tree has at most three levels' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'category_tree_has_three_levels', TABLE = 'layers_category';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER layers_category_check BEFORE INSERT OR UPDATE OF parent_id ON layers_category
FOR EACH ROW EXECUTE FUNCTION layers_category_check();

CREATE FUNCTION layers_field_definition_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE layers_resource SET properties = properties
    WHERE properties ?| (SELECT array_agg(key::text) FROM changed);
    RETURN NULL;
END
$$;
CREATE TRIGGER layers_field_definition_inserted AFTER INSERT ON layers_fielddefinition
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_field_definition_changed();
CREATE TRIGGER layers_field_definition_updated AFTER UPDATE ON layers_fielddefinition
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_field_definition_changed();
CREATE TRIGGER layers_field_definition_deleted AFTER DELETE ON layers_fielddefinition
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_field_definition_changed();

CREATE FUNCTION layers_protected_place_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE layers_resource SET disclosure = disclosure WHERE id IN (SELECT resource_id FROM changed);
    RETURN NULL;
END
$$;
CREATE TRIGGER layers_protected_place_inserted AFTER INSERT ON layers_protectedplace
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_protected_place_changed();
CREATE TRIGGER layers_protected_place_updated AFTER UPDATE ON layers_protectedplace
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_protected_place_changed();
CREATE TRIGGER layers_protected_place_deleted AFTER DELETE ON layers_protectedplace
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_protected_place_changed();
