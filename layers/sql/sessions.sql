-- Where a meeting is shown (design §3): its own place, else its resource's; nowhere where the resource hides its own.

CREATE FUNCTION layers_session_derive() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    parent record;
BEGIN
    SELECT disclosure, geom_public, address_public INTO parent FROM layers_resource WHERE id = NEW.resource_id;
    IF parent.disclosure IS DISTINCT FROM 'open' THEN
        -- Where the entry tells only its area, or nothing, an address beside it would tell all.
        NEW.geom := NULL;
        NEW.address := '';
        NEW.geom_public := NULL;
        NEW.address_public := '';
    ELSIF NEW.geom IS NULL AND NEW.address = '' THEN
        NEW.geom_public := parent.geom_public;
        NEW.address_public := parent.address_public;
    ELSE
        NEW.geom_public := NEW.geom;
        NEW.address_public := NEW.address;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER layers_session_derive BEFORE INSERT OR UPDATE ON layers_session
FOR EACH ROW EXECUTE FUNCTION layers_session_derive();

-- A resource that moves or closes its place takes its meetings along.
CREATE FUNCTION layers_resource_moved_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE layers_session SET resource_id = resource_id
    WHERE resource_id IN (
        SELECT n.id FROM new_rows n JOIN old_rows o USING (id)
        WHERE (n.disclosure, n.address_public) IS DISTINCT FROM (o.disclosure, o.address_public)
           OR n.geom_public::bytea IS DISTINCT FROM o.geom_public::bytea
    );
    -- What is seen of a meeting follows its resource: name, category, publication, trash.
    IF EXISTS (SELECT 1 FROM layers_session WHERE resource_id IN (SELECT id FROM new_rows)) THEN
        PERFORM layers_raise_source('sessions');
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER layers_resource_moved_sessions AFTER UPDATE ON layers_resource
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION layers_resource_moved_sessions();

-- A search by day asks resources: their cells and the source of the meetings both have a new version.
CREATE FUNCTION layers_session_touched() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    raised bigint;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM changed) THEN
        RETURN NULL;
    END IF;
    raised := layers_raise_source('resources');
    INSERT INTO layers_cellversion (source, x, y, version)
    SELECT DISTINCT 'resources', layers_cell(ST_X(r.geom_3857), false), layers_cell(ST_Y(r.geom_3857), true), raised
    FROM layers_resource r WHERE r.id IN (SELECT resource_id FROM changed) AND r.geom_3857 IS NOT NULL
    ON CONFLICT (source, x, y) DO UPDATE SET version = excluded.version;
    PERFORM layers_raise_source('sessions');
    RETURN NULL;
END
$$;
CREATE TRIGGER layers_session_inserted AFTER INSERT ON layers_session
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_session_touched();
CREATE TRIGGER layers_session_updated AFTER UPDATE ON layers_session
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_session_touched();
CREATE TRIGGER layers_session_deleted AFTER DELETE ON layers_session
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_session_touched();
CREATE TRIGGER layers_session_date_inserted AFTER INSERT ON layers_sessiondate
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_session_touched();
CREATE TRIGGER layers_session_date_deleted AFTER DELETE ON layers_sessiondate
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_session_touched();
