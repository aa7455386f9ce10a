-- What PostGraphile is given besides the tables: the search as a function, and the distance as a computed column.

CREATE FUNCTION peers.near_meetings(
    latitude double precision, longitude double precision, radius_km double precision, days text[], starts_from text,
    starts_before text, fellowship_codes text[], format_codes text[]
) RETURNS SETOF peers.meetings LANGUAGE plpgsql STABLE ROWS 50 AS $$
DECLARE
    angle double precision := radius_km / 6371.0088;
    half double precision := degrees(angle) + 1e-6;
    width double precision := degrees(asin(sin(angle) / cos(radians(latitude)))) + 1e-6;
    scale integer := CASE WHEN radius_km <= 12 THEN 20 ELSE 2 END;
    ax double precision := cos(radians(latitude)) * cos(radians(longitude));
    ay double precision := cos(radians(latitude)) * sin(radians(longitude));
    az double precision := sin(radians(latitude));
    most double precision := power(2 * sin(angle / 2), 2);
    names text[] := ARRAY['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];
    cells integer[];
    day_numbers integer[] := (SELECT array_agg(array_position(names, day) - 1) FROM unnest(days) AS day);
    fellowship_ids integer[] := (SELECT array_agg(id) FROM peers.fellowships WHERE code = ANY(fellowship_codes));
    low bigint := (SELECT coalesce(bit_or(1::bigint << bit), 0) FROM peers.formats WHERE code = ANY(format_codes) AND bit < 60);
    high bigint := (SELECT coalesce(bit_or(1::bigint << (bit - 60)), 0) FROM peers.formats WHERE code = ANY(format_codes) AND bit >= 60);
    first_minute integer := split_part(starts_from, ':', 1)::integer * 60 + split_part(starts_from, ':', 2)::integer;
    end_minute integer := split_part(starts_before, ':', 1)::integer * 60 + split_part(starts_before, ':', 2)::integer;
BEGIN
    SELECT array_agg(r * 360 * scale + c) INTO cells
    FROM generate_series(floor((latitude - half + 90) * scale)::integer, floor((latitude + half + 90) * scale)::integer) AS r,
        generate_series(floor((longitude - width + 180) * scale)::integer, floor((longitude + width + 180) * scale)::integer) AS c;
    IF scale = 20 THEN
        RETURN QUERY WITH near AS (
            SELECT number, power(x - ax, 2) + power(y - ay, 2) + power(z - az, 2) AS square FROM peers.meetings
            WHERE shown AND fine = ANY(cells) AND day = ANY(day_numbers) AND starts >= first_minute
                AND starts < end_minute AND fellowship_id = ANY(fellowship_ids)
                AND (bits0 & low <> 0 OR bits1 & high <> 0)
                AND power(x - ax, 2) + power(y - ay, 2) + power(z - az, 2) <= most
            ORDER BY square, number LIMIT 50
        ) SELECT m.* FROM near JOIN peers.meetings m USING (number) ORDER BY near.square, near.number;
    ELSE
        RETURN QUERY WITH near AS (
            SELECT number, power(x - ax, 2) + power(y - ay, 2) + power(z - az, 2) AS square FROM peers.meetings
            WHERE shown AND coarse = ANY(cells) AND day = ANY(day_numbers) AND starts >= first_minute
                AND starts < end_minute AND fellowship_id = ANY(fellowship_ids)
                AND (bits0 & low <> 0 OR bits1 & high <> 0)
                AND power(x - ax, 2) + power(y - ay, 2) + power(z - az, 2) <= most
            ORDER BY square, number LIMIT 50
        ) SELECT m.* FROM near JOIN peers.meetings m USING (number) ORDER BY near.square, near.number;
    END IF;
END $$;

CREATE FUNCTION peers.meetings_distance_km(
    meeting peers.meetings, latitude double precision, longitude double precision
) RETURNS double precision LANGUAGE sql STABLE AS $$
    SELECT round((2 * 6371.0088 * asin(least(1, sqrt(
        power(meeting.x - cos(radians(latitude)) * cos(radians(longitude)), 2)
        + power(meeting.y - cos(radians(latitude)) * sin(radians(longitude)), 2)
        + power(meeting.z - sin(radians(latitude)), 2)) / 2)))::numeric, 3)::double precision
$$;
