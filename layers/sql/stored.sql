-- Every change of a layer raises its version; the catalogue of layers has one of its own, by which it is kept in memory.

CREATE FUNCTION layers_stored_layer_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := nextval('layers_version_seq');
    RETURN NEW;
END
$$;
CREATE TRIGGER layers_stored_layer_version BEFORE INSERT OR UPDATE ON layers_storedlayer
FOR EACH ROW EXECUTE FUNCTION layers_stored_layer_version();

CREATE FUNCTION layers_stored_layer_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM layers_raise_source('stored-layers');
    RETURN NULL;
END
$$;
CREATE TRIGGER layers_stored_layer_touched AFTER INSERT OR UPDATE OR DELETE ON layers_storedlayer
FOR EACH STATEMENT EXECUTE FUNCTION layers_stored_layer_touched();
