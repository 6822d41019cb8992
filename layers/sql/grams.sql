-- How frequent one and two characters are in search text, from a sample: what decides how a word is looked up.
-- Run by the worker and after large imports; a stale estimate costs time, never rows.
CREATE FUNCTION layers_refresh_grams(sample_rows integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    total bigint := GREATEST((SELECT reltuples::bigint FROM pg_class WHERE oid = 'layers_resource'::regclass), 1);
    taken bigint;
    kept integer;
BEGIN
    CREATE TEMPORARY TABLE gram_sample ON COMMIT DROP AS
        SELECT row_number() OVER () AS n, string_to_array(search_public, NULL) AS letters
        FROM layers_resource TABLESAMPLE BERNOULLI (LEAST(100, 100.0 * sample_rows / total))
        WHERE deleted_at IS NULL;
    SELECT count(*) INTO taken FROM gram_sample;
    DELETE FROM layers_searchgram;
    INSERT INTO layers_searchgram (gram, share)
    SELECT gram, count(*)::double precision / taken
    FROM (
        SELECT DISTINCT s.n, letter.gram
        FROM gram_sample s
        CROSS JOIN LATERAL (
            SELECT unnest(s.letters) AS gram
            UNION ALL
            SELECT s.letters[i] || s.letters[i + 1] FROM generate_series(1, cardinality(s.letters) - 1) i
        ) letter
    ) found
    GROUP BY gram HAVING count(*) > 2;
    GET DIAGNOSTICS kept = ROW_COUNT;
    DROP TABLE gram_sample;
    RETURN kept;
END
$$;
