# What one does daily. `just` lists it; every recipe is a plain command that works without just, too.

_default:
    @just --list

# gateway, demo shop and demo buyer in one process
demo *ARGS:
    cargo run --release -- demo {{ARGS}}

# the gateway on ./punchgate.db
serve:
    cargo run -- serve

# all tests; on PostgreSQL, too, where its server is installed
test *ARGS:
    cargo test {{ARGS}}

# tests that insist on PostgreSQL
test-both:
    PUNCHGATE_TEST_REQUIRE_POSTGRES=1 cargo test

# one punchout through the demo, with curl
smoke:
    cargo build
    tests/smoke.sh target/debug/punchgate

# logins per second, cold and warm (needs wrk); what a cart costs; writes the figures into docs/performance.md
bench:
    cargo build --release
    benches/logins.sh target/release/punchgate
    cargo bench --bench calls --bench carts --bench catalog
    cargo bench --bench allocations | tee target/allocations.txt
    benches/report.py

# every fuzz target for some minutes (needs cargo-fuzz)
fuzz MINUTES='5':
    for target in fuzz/fuzz_targets/*.rs; do \
        name=$(basename "$target" .rs); mkdir -p fuzz/corpus/$name; \
        RUSTC_BOOTSTRAP=1 cargo fuzz run $name fuzz/corpus/$name tests/fuzz/seeds/$name -- -max_total_time=$(({{MINUTES}} * 60)) -rss_limit_mb=1024 -timeout=10 || exit 1; \
    done

fmt:
    cargo fmt --all

lint:
    cargo fmt --all --check
    cargo clippy --all-targets -- -D warnings

# writes docs/refusals.md from src/refusal.rs and locales/
docs:
    PUNCHGATE_WRITE_DOCS=1 cargo test --lib refusals_are_documented

# the container image
image:
    docker build --tag punchgate .

# everything that must hold before a change is merged
ci:
    .ci/run
