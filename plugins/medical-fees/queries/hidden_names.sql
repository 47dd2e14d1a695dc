-- The facilities whose names the member keeps from the household.
SELECT facility FROM hidden_names ORDER BY facility
