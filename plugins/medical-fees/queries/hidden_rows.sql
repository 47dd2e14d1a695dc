-- What the member keeps from the household: nobody else's is ever among it.
SELECT month, facility, kind FROM hidden_rows ORDER BY month DESC, facility, kind
