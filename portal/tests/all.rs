//! Everything that is tried in this process, in one program: each more would link the portal once more.

mod access_record;
mod blobs;
mod carried_over;
mod events;
mod jobs;
mod known_people;
mod packages;
mod paper;
mod queries;
mod retention;
mod staff_files;
mod staged;
mod statements;
mod writes;
