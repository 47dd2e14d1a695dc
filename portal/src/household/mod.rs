//! Who belongs together, whose rows a person may see, and the record of who looked.

pub mod access_record;
pub mod subjects;
