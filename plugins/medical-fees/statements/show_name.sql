DELETE FROM hidden_names WHERE facility = $facility
