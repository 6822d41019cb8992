"""Comments on community activity (R35): on a resource, a district, or a point or area drawn on the map."""
