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
        totp_secret -> Nullable<Binary>,
        totp_step -> Nullable<BigInt>,
        language -> Nullable<Text>,
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
        actor -> Text,
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
        version -> BigInt,
    }
}

table! {
    api_keys (id) {
        id -> Text,
        shop_id -> Text,
        digest -> Binary,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        hint -> Text,
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
        version -> BigInt,
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
        version -> BigInt,
        password_origin -> Nullable<Binary>,
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
        parameters -> Text,
        method -> Text,
        address -> Text,
        notices -> Text,
        lines -> Nullable<BigInt>,
        total -> Nullable<Text>,
        currency -> Nullable<Text>,
        trial -> Bool,
    }
}

table! {
    punchout_counts (day, system_id, state) {
        day -> Text,
        system_id -> Text,
        state -> Text,
        number -> BigInt,
    }
}

table! {
    recovery_codes (id) {
        id -> Text,
        account_id -> Text,
        digest -> Binary,
        used_at -> Nullable<BigInt>,
    }
}

table! {
    sessions (digest) {
        digest -> Binary,
        account_id -> Text,
        awaits_code -> Bool,
        address -> Text,
        browser -> Text,
        created_at -> BigInt,
        seen_at -> BigInt,
        expires_at -> BigInt,
    }
}

table! {
    invitations (digest) {
        digest -> Binary,
        account_id -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

table! {
    audit_log (id) {
        id -> Text,
        happened_at -> BigInt,
        account_id -> Nullable<Text>,
        actor -> Text,
        address -> Nullable<Text>,
        action -> Text,
        object_kind -> Text,
        object_id -> Text,
        object_name -> Text,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
    }
}

table! {
    refusals (id) {
        id -> Text,
        happened_at -> BigInt,
        reference -> Text,
        code -> Text,
        arguments -> Text,
        faults -> Text,
        step -> Text,
        shop_id -> Nullable<Text>,
        system_id -> Nullable<Text>,
        system_slug -> Text,
        customer_id -> Nullable<Text>,
        customer_number -> Nullable<Text>,
        punchout_id -> Nullable<Text>,
        method -> Text,
        address -> Text,
        parameters -> Text,
        took -> BigInt,
    }
}

table! {
    customer_imports (id) {
        id -> Text,
        shop_id -> Text,
        account_id -> Text,
        file_name -> Text,
        sealed -> Binary,
        state -> Text,
        rows -> BigInt,
        rows_done -> BigInt,
        outcome -> Nullable<Text>,
        created_at -> BigInt,
        touched_at -> BigInt,
    }
}

table! {
    catalogs (number) {
        number -> BigInt,
        shop_id -> Text,
        version -> BigInt,
        articles -> BigInt,
        next_row -> BigInt,
        import_id -> Nullable<Text>,
        import_touched_at -> Nullable<BigInt>,
    }
}

table! {
    catalog_versions (catalog, version) {
        catalog -> BigInt,
        version -> BigInt,
        since -> BigInt,
        articles -> BigInt,
        source -> Text,
        outcome -> Text,
    }
}

table! {
    catalog_articles (id) {
        id -> BigInt,
        catalog -> BigInt,
        product_id -> Text,
        since -> BigInt,
        until -> BigInt,
        digest -> BigInt,
        numbers -> Text,
        title -> Text,
        words -> Text,
    }
}

table! {
    catalog_bodies (article_id) {
        article_id -> BigInt,
        body -> Text,
    }
}

diesel::joinable!(assignments -> licenses (license_id));
diesel::joinable!(assignments -> customers (customer_id));
diesel::joinable!(assignments -> systems (system_id));

allow_tables_to_appear_in_same_query!(
    accounts,
    api_keys,
    assignments,
    audit_log,
    catalog_articles,
    catalog_bodies,
    catalog_versions,
    catalogs,
    customer_imports,
    customers,
    invitations,
    license_events,
    licenses,
    punchouts,
    recovery_codes,
    refusals,
    sessions,
    shops,
    systems,
);
