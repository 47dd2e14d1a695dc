-- Import: one row of the file.
-- class: medical
INSERT INTO medical_fees_rows (insurer_id, row_id, person, month, patient, facility, kind, days,
                               total, insurer_paid, public_paid, own_paid, note)
VALUES ($1, $line, $person, $month, $patient_kana, $facility, $kind, $days,
        $total, $insurer_paid, $public_paid, $own_paid, $note)
