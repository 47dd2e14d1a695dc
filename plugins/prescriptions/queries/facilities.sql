-- Where the member's medicines come from.
SELECT DISTINCT COALESCE(facility, '') AS facility FROM drugs ORDER BY facility
