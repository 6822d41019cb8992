-- Districts: their key, and the memberships that follow from them.

CREATE FUNCTION layers_district_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.key := (SELECT code FROM layers_districtscheme WHERE id = NEW.scheme_id) || ':' || NEW.code;
    RETURN NEW;
END
$$;
CREATE TRIGGER layers_district_key BEFORE INSERT OR UPDATE ON layers_district
FOR EACH ROW EXECUTE FUNCTION layers_district_key();

CREATE FUNCTION layers_scheme_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE layers_district SET code = code WHERE scheme_id = NEW.id;
    UPDATE layers_resource SET hand_districts = hand_districts;
    RETURN NULL;
END
$$;
CREATE TRIGGER layers_scheme_changed AFTER UPDATE OF code, "order" ON layers_districtscheme
FOR EACH ROW WHEN (OLD.code <> NEW.code OR OLD."order" <> NEW."order") EXECUTE FUNCTION layers_scheme_changed();

-- Resources that lie, or lay, in the changed districts, or whose hand-set code now means something else.
-- A resource whose place is protected is found by its keys or its own table.
CREATE FUNCTION layers_district_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    box geometry := (SELECT ST_SetSRID(ST_Extent(geom)::geometry, 4326) FROM changed);
    keys text[] := (SELECT array_agg(key::text) FROM changed);
    codes text[] := (SELECT array_agg(DISTINCT code::text) FROM changed);
BEGIN
    IF keys IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE layers_resource r SET hand_districts = hand_districts
    WHERE r.geom_public && box OR r.district_keys && keys::varchar[]
       OR r.disclosure = 'area'
       OR (r.hand_districts <> '{}' AND EXISTS (
           SELECT 1 FROM jsonb_each_text(r.hand_districts) h WHERE h.value = ANY (codes)));
    RETURN NULL;
END
$$;
CREATE TRIGGER layers_district_inserted AFTER INSERT ON layers_district
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_district_changed();
CREATE TRIGGER layers_district_updated_new AFTER UPDATE ON layers_district
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_district_changed();
CREATE TRIGGER layers_district_updated_old AFTER UPDATE ON layers_district
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_district_changed();
CREATE TRIGGER layers_district_deleted AFTER DELETE ON layers_district
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_district_changed();

CREATE FUNCTION layers_district_town_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE layers_resource r SET hand_districts = hand_districts
    WHERE r.town IN (SELECT town FROM changed)
       OR r.site_id IN (SELECT s.id FROM layers_site s WHERE s.town IN (SELECT town FROM changed))
       OR r.disclosure = 'area';
    RETURN NULL;
END
$$;
CREATE TRIGGER layers_district_town_inserted AFTER INSERT ON layers_districttown
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_district_town_changed();
CREATE TRIGGER layers_district_town_updated_new AFTER UPDATE ON layers_districttown
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_district_town_changed();
CREATE TRIGGER layers_district_town_updated_old AFTER UPDATE ON layers_districttown
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_district_town_changed();
CREATE TRIGGER layers_district_town_deleted AFTER DELETE ON layers_districttown
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_district_town_changed();
