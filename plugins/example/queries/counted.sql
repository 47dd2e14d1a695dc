-- What the pedometers of the member counted in a month.
SELECT SUM(steps) AS steps FROM counted WHERE month = $month
