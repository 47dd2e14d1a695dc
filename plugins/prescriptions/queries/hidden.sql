-- What the member keeps from the household: nobody else's is ever among it.
SELECT facility FROM hidden ORDER BY facility
