-- More of what answers are built with: attributions, fields of support, names of organisations (a district's office is
-- joined, not copied), and the categories a field is for. Rare changes; one version for all words.
-- The names of these triggers sort behind those that derive rows: locks are taken on the resources first, then on the words.

CREATE TRIGGER layers_data_source_words AFTER UPDATE OR DELETE ON layers_datasource
FOR EACH STATEMENT EXECUTE FUNCTION layers_schema_touched();
CREATE TRIGGER layers_field_of_support_words AFTER INSERT OR UPDATE OR DELETE ON layers_fieldofsupport
FOR EACH STATEMENT EXECUTE FUNCTION layers_schema_touched();
CREATE TRIGGER layers_organisation_words AFTER UPDATE OF name ON layers_organisation
FOR EACH STATEMENT EXECUTE FUNCTION layers_schema_touched();
CREATE TRIGGER layers_field_categories_words AFTER INSERT OR UPDATE OR DELETE ON layers_fielddefinition_categories
FOR EACH STATEMENT EXECUTE FUNCTION layers_schema_touched();
