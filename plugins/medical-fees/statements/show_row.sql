DELETE FROM hidden_rows WHERE month = $month AND facility = $facility AND kind = $kind
