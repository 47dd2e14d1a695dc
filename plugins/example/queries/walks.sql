-- The walks that the member plans from today on.
SELECT course, day FROM walks WHERE day >= TODAY() ORDER BY day, course
