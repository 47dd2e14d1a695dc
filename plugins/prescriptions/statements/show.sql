DELETE FROM hidden WHERE facility = $facility
