//! The tables, written by hand once for both databases. A test compares them with what the
//! migrations of SQLite and of PostgreSQL really make.
//!
//! Only types that both engines share appear: times are microseconds since 1970 in `BigInt`,
//! decimals and enumerations are `Text`.

use diesel::{allow_tables_to_appear_in_same_query, table};

table! { revision (id) { id -> BigInt, number -> BigInt, } }

table! { installation_keys (name) { name -> Text, secret -> Binary, } }

table! {
    accounts (id) {
        id -> Text,
        email -> Text,
        role -> Text,
        password_hash -> Nullable<Text>,
        created_at -> BigInt,
    }
}

table! {
    licenses (id) {
        id -> Text,
        key -> Text,
        kind -> Text,
        account_id -> Text,
        bundled_with -> Nullable<Text>,
        website -> Nullable<Text>,
        valid_from -> BigInt,
        valid_until -> Nullable<BigInt>,
        suspended -> Bool,
        created_at -> BigInt,
    }
}

table! {
    license_events (id) {
        id -> Text,
        license_id -> Text,
        happened_at -> BigInt,
        kind -> Text,
        detail -> Nullable<Text>,
    }
}

table! {
    shops (id) {
        id -> Text,
        slug -> Text,
        name -> Text,
        website -> Text,
        account_id -> Nullable<Text>,
        connector -> Text,
        created_at -> BigInt,
    }
}

table! {
    api_keys (id) {
        id -> Text,
        shop_id -> Text,
        digest -> Binary,
        created_at -> BigInt,
    }
}

table! {
    systems (id) {
        id -> Text,
        shop_id -> Text,
        slug -> Text,
        name -> Text,
        active -> Bool,
        license_id -> Nullable<Text>,
        settings -> Text,
        created_at -> BigInt,
    }
}

table! {
    customers (id) {
        id -> Text,
        shop_id -> Text,
        number -> Text,
        email -> Text,
        email_folded -> Text,
        password_hash -> Text,
        active -> Bool,
        created_at -> BigInt,
    }
}

table! {
    assignments (id) {
        id -> Text,
        system_id -> Text,
        customer_id -> Text,
        license_id -> Nullable<Text>,
        created_at -> BigInt,
    }
}

table! {
    punchouts (id) {
        id -> Text,
        shop_id -> Text,
        system_id -> Text,
        system_slug -> Text,
        customer_id -> Text,
        customer_number -> Text,
        customer_email -> Text,
        state -> Text,
        entry_digest -> Binary,
        entry_expires_at -> BigInt,
        call -> Text,
        cart -> Nullable<Text>,
        form -> Nullable<Text>,
        opened_at -> BigInt,
        entered_at -> Nullable<BigInt>,
        cart_at -> Nullable<BigInt>,
        returned_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        expires_at -> BigInt,
    }
}

diesel::joinable!(assignments -> licenses (license_id));
diesel::joinable!(assignments -> customers (customer_id));
diesel::joinable!(assignments -> systems (system_id));

allow_tables_to_appear_in_same_query!(
    accounts,
    api_keys,
    assignments,
    customers,
    license_events,
    licenses,
    shops,
    systems,
);
