-- Search text, normalised once. The Python twin is layers/text.py; a test holds the two equal.

-- NFKC, lower case, katakana as hiragana, small ke/ka as large; blanks, hyphens and middle dots left out.
CREATE FUNCTION layers_normalise(s text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT regexp_replace(
        translate(
            lower(normalize(s, NFKC) COLLATE "und-x-icu"),
            'ァアィイゥウェエォオカガキギクグケゲコゴサザシジスズセゼソゾタダチヂッツヅテデトドナニヌネノハバパヒビピフブプヘベペホボポマミムメモャヤュユョヨラリルレロヮワヰヱヲンヴヵヶヽヾゕゖ',
            'ぁあぃいぅうぇえぉおかがきぎくぐけげこごさざしじすずせぜそぞただちぢっつづてでとどなにぬねのはばぱひびぴふぶぷへべぺほぼぽまみむめもゃやゅゆょよらりるれろゎわゐゑをんゔかけゝゞかけ'
        ),
        '[[:space:]\-‐‑‒–—―−・‧·]+', '', 'g'
    )
$$;

-- A separator between all characters, so that a word of one or two characters fills whole trigrams.
CREATE FUNCTION layers_weave(s text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT 'x' || array_to_string(string_to_array(s, NULL), 'x') || 'x'
$$;

-- Text of the searchable city-defined fields of one audience; choices by their titles.
CREATE FUNCTION layers_field_text(properties jsonb, wanted text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT string_agg(shown.value, '|' ORDER BY f."order", f.key, shown.place)
        FROM layers_fielddefinition f
        CROSS JOIN LATERAL jsonb_path_query(properties -> f.key, 'lax $[*]') WITH ORDINALITY AS v(item, place)
        CROSS JOIN LATERAL (
            SELECT v.place, COALESCE(
                (SELECT c ->> 'title' FROM jsonb_array_elements(f.choices) c WHERE c -> 'code' = v.item LIMIT 1),
                v.item #>> '{}'
            ) AS value
        ) shown
        WHERE f.is_searchable AND f.is_active AND f.audience = wanted AND properties ? f.key
          AND f.kind NOT IN ('boolean', 'url')
    );
END
$$;

-- Values of city-defined fields in SQL's own types; what is of another type is null and breaks no answer.
CREATE FUNCTION layers_json_number(v jsonb) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE jsonb_typeof(v) WHEN 'number' THEN v::double precision END
$$;
CREATE FUNCTION layers_json_boolean(v jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE jsonb_typeof(v) WHEN 'boolean' THEN v::boolean END
$$;
