-- A change of a comment raises the version of the source "comments": kept tiles and answers are asked for again.
-- Where a comment on a resource or a district is drawn follows their own versions (source.py).
CREATE FUNCTION comments_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM layers_raise_source('comments');
    RETURN NULL;
END
$$;
CREATE TRIGGER comments_comment_touched AFTER INSERT OR UPDATE OR DELETE ON comments_comment
FOR EACH STATEMENT EXECUTE FUNCTION comments_touched();
CREATE TRIGGER comments_class_touched AFTER INSERT OR UPDATE OR DELETE ON comments_classificationterm
FOR EACH STATEMENT EXECUTE FUNCTION comments_touched();
