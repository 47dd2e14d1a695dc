//! Every rule of every endpoint, one test each, over the router in this process: a folder for each
//! endpoint, a file for each verb or each thing that the verb is about.

mod support;

mod account;
mod admin;
mod authorize;
mod clients;
mod consents;
mod device;
mod enumeration;
mod introspect;
mod journey;
mod lockdown;
mod logout;
mod moved;
mod outbound;
mod par;
mod revoke;
mod token;
mod user_id;
mod userinfo;
