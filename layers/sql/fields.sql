-- Field definitions changed while rows hold values (R22): nothing is lost, whoever edits a row at the same time.
--
-- A definition remembers its former keys, and the choices merged into another one stand in its list with
-- "merged_into". The first trigger reads both: what is written late under an old key or code lands under today's.

CREATE FUNCTION layers_choice_now(held jsonb, list jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF jsonb_typeof(held) = 'array' THEN
        -- Each code once, where it stood first.
        RETURN (
            SELECT COALESCE(jsonb_agg(now ORDER BY place), '[]') FROM (
                SELECT now, min(place) AS place FROM (
                    SELECT layers_choice_now(item, list) AS now, place
                    FROM jsonb_array_elements(held) WITH ORDINALITY AS items(item, place)
                ) each GROUP BY now
            ) once
        );
    END IF;
    RETURN COALESCE(
        (SELECT c -> 'merged_into' FROM jsonb_array_elements(list) c WHERE c -> 'code' = held AND c ? 'merged_into'),
        held
    );
END
$$;

-- One plan for all rows: sessions of the web force custom plans, which took 5 ms for each row here.
CREATE FUNCTION layers_resource_current_fields() RETURNS trigger
LANGUAGE plpgsql SET plan_cache_mode = auto AS $$
DECLARE
    field record;
    former text;
    late jsonb;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.properties = OLD.properties THEN
            RETURN NEW;
        END IF;
    END IF;
    FOR field IN
        SELECT key, former_keys, choices, choices @? '$[*].merged_into' AS has_merged FROM layers_fielddefinition
        WHERE CASE WHEN former_keys <> '{}' AND NEW.properties ?| former_keys THEN true
                   WHEN NEW.properties ? key AND choices <> '[]' THEN choices @? '$[*].merged_into'
                   ELSE false END
    LOOP
        FOREACH former IN ARRAY field.former_keys LOOP
            IF NEW.properties ? former THEN
                late := NEW.properties -> former;
                NEW.properties := NEW.properties - former;
                IF late <> 'null' THEN
                    NEW.properties := NEW.properties || jsonb_build_object(field.key, late);
                END IF;
            END IF;
        END LOOP;
        IF field.has_merged AND NEW.properties ? field.key THEN
            NEW.properties := jsonb_set(
                NEW.properties, ARRAY[field.key], layers_choice_now(NEW.properties -> field.key, field.choices));
        END IF;
    END LOOP;
    RETURN NEW;
END
$$;
-- Its name sorts before layers_resource_derive: what is derived is derived of today's words.
CREATE TRIGGER layers_resource_current_fields BEFORE INSERT OR UPDATE OF properties ON layers_resource
FOR EACH ROW WHEN (NEW.properties <> '{}') EXECUTE FUNCTION layers_resource_current_fields();

-- A bulk rewrite is no edit of the entry: no new version, no line of history, no new date.
DROP TRIGGER layers_resource_version ON layers_resource;
CREATE TRIGGER layers_resource_version BEFORE UPDATE ON layers_resource
FOR EACH ROW WHEN (current_setting('gisportal.rewriting', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION layers_resource_version();

CREATE FUNCTION layers_release_fields() RETURNS void LANGUAGE sql AS $$
    SELECT set_config('gisportal.rewriting', '', true)
$$;

-- Held to the end of the transaction: no other change of definitions, and no write to any resource. EXCLUSIVE, not
-- less: it also waits for those who hold a row for update, so that neither waits for the other. Reading goes on.
CREATE FUNCTION layers_hold_fields(seconds integer, with_rows boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('lock_timeout', (seconds * 1000)::text, true);
    LOCK TABLE layers_fielddefinition IN SHARE ROW EXCLUSIVE MODE;
    IF with_rows THEN
        LOCK TABLE layers_resource IN EXCLUSIVE MODE;
    END IF;
    PERFORM set_config('lock_timeout', '0', true);
    PERFORM set_config('gisportal.rewriting', 'on', true);
END
$$;

-- Whoever checks values against the definitions and then writes them takes this first: a rewrite waits for him, and
-- he for a rewrite.
CREATE FUNCTION layers_write_under_fields() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE layers_resource IN ROW EXCLUSIVE MODE;
END
$$;

CREATE FUNCTION layers_rename_field(old_key text, new_key text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    touched integer;
BEGIN
    UPDATE layers_resource SET properties = (properties - old_key) || jsonb_build_object(new_key, properties -> old_key)
    WHERE properties ? old_key;
    GET DIAGNOSTICS touched = ROW_COUNT;
    UPDATE layers_resourceversion
    SET properties = (properties - old_key) || jsonb_build_object(new_key, properties -> old_key)
    WHERE properties ? old_key;
    RETURN touched;
END
$$;

-- Codes merged away, after the definition's list says so.
CREATE FUNCTION layers_rewrite_choices(field_key text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    list jsonb := (SELECT choices FROM layers_fielddefinition WHERE key = field_key);
BEGIN
    UPDATE layers_resource
    SET properties = jsonb_set(properties, ARRAY[field_key], layers_choice_now(properties -> field_key, list))
    WHERE properties ? field_key AND properties -> field_key <> layers_choice_now(properties -> field_key, list);
    UPDATE layers_resourceversion
    SET properties = jsonb_set(properties, ARRAY[field_key], layers_choice_now(properties -> field_key, list))
    WHERE properties ? field_key AND properties -> field_key <> layers_choice_now(properties -> field_key, list);
END
$$;

-- Values of a field by a table [{"was": …, "now": … or null, "kept": text or null}]: what has no value of the new kind
-- goes to the field kept_key as text. Values the table does not name stay as they are.
CREATE FUNCTION layers_map_field(field_key text, kept_key text, mapping jsonb) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    touched integer;
BEGIN
    UPDATE layers_resource r SET properties = (r.properties - field_key)
        || CASE WHEN m -> 'now' <> 'null' THEN jsonb_build_object(field_key, m -> 'now') ELSE '{}' END
        || CASE WHEN m -> 'kept' <> 'null' THEN jsonb_build_object(kept_key, m -> 'kept') ELSE '{}' END
    FROM jsonb_array_elements(mapping) m WHERE r.properties ? field_key AND r.properties -> field_key = m -> 'was';
    GET DIAGNOSTICS touched = ROW_COUNT;
    UPDATE layers_resourceversion r SET properties = (r.properties - field_key)
        || CASE WHEN m -> 'now' <> 'null' THEN jsonb_build_object(field_key, m -> 'now') ELSE '{}' END
        || CASE WHEN m -> 'kept' <> 'null' THEN jsonb_build_object(kept_key, m -> 'kept') ELSE '{}' END
    FROM jsonb_array_elements(mapping) m WHERE r.properties ? field_key AND r.properties -> field_key = m -> 'was';
    RETURN touched;
END
$$;

-- Only what the text of rows is made of makes it anew; order, print and list do not.
CREATE FUNCTION layers_field_words_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE layers_resource SET properties = properties
    WHERE properties ?| (
        SELECT array_agg(n.key::text) FROM new_rows n JOIN old_rows o USING (id)
        WHERE (n.key, n.kind, n.choices, n.audience, n.is_searchable, n.is_active)
              IS DISTINCT FROM (o.key, o.kind, o.choices, o.audience, o.is_searchable, o.is_active));
    RETURN NULL;
END
$$;
DROP TRIGGER layers_field_definition_updated ON layers_fielddefinition;
CREATE TRIGGER layers_field_definition_updated AFTER UPDATE ON layers_fielddefinition
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION layers_field_words_changed();
