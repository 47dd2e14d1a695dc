-- One row per person, month, facility and kind of care. Amounts in yen.
CREATE TABLE medical_fees_rows (
    insurer_id TEXT NOT NULL,
    row_id BIGINT NOT NULL,
    person TEXT NOT NULL,
    month TEXT NOT NULL,
    patient TEXT NOT NULL,
    facility TEXT NOT NULL,
    kind TEXT NOT NULL,
    days BIGINT NOT NULL,
    total BIGINT NOT NULL,
    insurer_paid BIGINT NOT NULL,
    public_paid BIGINT NOT NULL,
    own_paid BIGINT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (insurer_id, month, row_id)
);
CREATE INDEX medical_fees_rows_person ON medical_fees_rows (insurer_id, person, month);
