//! The customers' interface, from outside: real banks in this process, real ledgers, plain HTTP.

mod http_interface {
    pub mod world;

    pub mod document;

    mod openapi;

    mod errors;

    mod fields;

    mod accounts;

    mod sessions;

    mod packages;

    mod events;

    mod waits;

    mod fresh;
}
