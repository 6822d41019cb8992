-- What editing needs of the derived columns: items a row may withhold, and the keys of the districts served.

ALTER TABLE layers_resource DROP CONSTRAINT resource_withholds_known_items;
ALTER TABLE layers_resource ADD CONSTRAINT resource_withholds_known_items CHECK (withheld::text[] <@ ARRAY[
    'phone', 'fax', 'email', 'url', 'opening_hours', 'description', 'organisation', 'capacity']);

-- Text found by everyone (shown = true) or by members only (shown = false); withheld items belong to the latter.
CREATE FUNCTION layers_items_text(
    shown boolean, withheld text[], phone text, fax text, email text, url text, description text, opening_hours text,
    organisation bigint
) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT string_agg(v, '|')
        FROM (VALUES ('phone', phone), ('fax', fax), ('email', email), ('url', url), ('description', description),
                     ('opening_hours', opening_hours),
                     ('organisation', (SELECT o.name FROM layers_organisation o WHERE o.id = organisation))) AS items(item, v)
        WHERE v <> '' AND (item = ANY (withheld)) <> shown);
END
$$;

CREATE OR REPLACE FUNCTION layers_resource_derive() RETURNS trigger
LANGUAGE plpgsql SET plan_cache_mode = auto AS $$
DECLARE
    site layers_site;
    hidden layers_protectedplace;
    place geometry;
    place_lg_code text := '';
    place_town text := '';
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
    NEW.search_public := layers_normalise(concat_ws('|',
        NEW.name, NULLIF(NEW.reading, ''), NULLIF(array_to_string(NEW.former_names, '|'), ''),
        layers_category_text(NEW.category_id), NULLIF(NEW.address_public, ''), NULLIF(site.name, ''),
        layers_items_text(true, NEW.withheld::text[], NEW.phone, NEW.fax, NEW.email, NEW.url, NEW.description,
                          NEW.opening_hours, NEW.organisation_id),
        CASE WHEN NEW.properties <> '{}' THEN layers_field_text(NEW.properties, 'public') END));
    NEW.search_members := COALESCE(layers_normalise(concat_ws('|',
        CASE WHEN NEW.withheld <> '{}' THEN
            layers_items_text(false, NEW.withheld::text[], NEW.phone, NEW.fax, NEW.email, NEW.url, NEW.description,
                              NEW.opening_hours, NEW.organisation_id) END,
        NULLIF(NEW.office_number, ''),
        CASE WHEN NEW.properties <> '{}' THEN layers_field_text(NEW.properties, 'members') END)), '');
    NEW.search_staff := COALESCE(layers_normalise(
        CASE WHEN NEW.properties <> '{}' THEN layers_field_text(NEW.properties, 'staff') END), '');
    RETURN NEW;
END
$$;

-- Keys of the districts a service may be used in, beside the table they come from.
CREATE FUNCTION layers_served_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE layers_resource r SET served_keys = COALESCE((
        SELECT array_agg(d.key ORDER BY d.key) FROM layers_resource_service_districts s
        JOIN layers_district d ON d.id = s.district_id WHERE s.resource_id = r.id), '{}')
    WHERE r.id IN (SELECT resource_id FROM changed);
    RETURN NULL;
END
$$;
CREATE TRIGGER layers_served_inserted AFTER INSERT ON layers_resource_service_districts
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_served_changed();
CREATE TRIGGER layers_served_deleted AFTER DELETE ON layers_resource_service_districts
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_served_changed();
UPDATE layers_resource r SET served_keys = s.keys FROM (
    SELECT s.resource_id, array_agg(d.key ORDER BY d.key) AS keys FROM layers_resource_service_districts s
    JOIN layers_district d ON d.id = s.district_id GROUP BY 1) s
WHERE s.resource_id = r.id;
