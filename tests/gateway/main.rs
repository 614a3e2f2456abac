//! Stories about the gateway, told from outside: the real binary on a free port, a procurement
//! system and a shop that talk HTTP to it, the command line beside it. Every story runs on SQLite,
//! and on PostgreSQL where its server is installed.

mod support;

mod answering_shops;
mod buyers;
mod calls;
mod carts;
mod catalog;
mod check;
mod copy;
mod database_tls;
mod entries;
mod faults;
mod faults_postgres;
mod functions;
mod hooks;
mod house;
mod journal;
mod licenses;
mod load;
mod mapping;
mod migrating;
mod nodes;
mod passwords;
mod people;
mod plans;
mod portal;
mod presets;
mod preview;
mod pruning;
mod records;
mod refusals;
mod returns;
mod round_trip;
mod schema;
mod serving;
mod setting_up;
mod signing_in;
mod systems;
mod throttle;
mod trial;
mod vendor;
