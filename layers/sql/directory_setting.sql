-- The date everything is measured by belongs to what answers are built with.
CREATE TRIGGER layers_directory_setting_words AFTER INSERT OR UPDATE OR DELETE ON layers_directorysetting
FOR EACH STATEMENT EXECUTE FUNCTION layers_schema_touched();
