//! What nodes tell each other of logins, so that failures count on all of them.
//!
//! Told is every failure, and of what went well only what changes something elsewhere: what was mistyped before is
//! forgiven, or the address becomes known. So a good login in the usual case tells nothing.
//!
//! A customer is told as the digest that the [`Throttle`](super::Throttle) counts under, keyed with a secret of the
//! installation: whoever overhears it learns no name and cannot try any out. Times are told as ages, because the clocks
//! of two machines differ.

use std::fmt::Write;
use std::net::IpAddr;

/// An attempt that ended on some node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    pub(super) customer: u64,
    /// Or the network of it that counts.
    pub(super) address: IpAddr,
    pub(super) was_right: bool,
    /// Microseconds, UTC, by the clock of this node.
    pub(super) at: i64,
}

impl Told {
    /// Adds it to a text as one line, for whoever reads it at about the same time.
    pub fn write(&self, text: &mut String, now: i64) {
        let age = now.saturating_sub(self.at).max(0) / 1_000;
        let how = if self.was_right { '+' } else { '-' };
        // Writing to a string never fails.
        let _ = write!(text, "{how} {:016x} {} {age}", self.customer, self.address);
    }

    /// Reads such a line; None if it is none.
    pub fn read(line: &str, now: i64) -> Option<Told> {
        let mut parts = line.split(' ');
        let was_right = match parts.next()? {
            "+" => true,
            "-" => false,
            _ => return None,
        };
        let customer = u64::from_str_radix(parts.next()?, 16).ok()?;
        let address = parts.next()?.parse().ok()?;
        let age: i64 = parts.next()?.parse().ok().filter(|age| *age >= 0)?;
        Some(Told { customer, address, was_right, at: now.saturating_sub(age.saturating_mul(1_000)) })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use proptest::prelude::*;

    use super::super::throttle::{Limits, Throttle};
    use super::*;

    const SECOND: i64 = 1_000_000;
    const LIMITS: Limits = Limits { per_customer_and_address: 3, per_address: 8, per_customer: 5, window_seconds: 300 };

    /// Nodes of one installation that hear each other at once.
    struct Nodes {
        throttles: Vec<Throttle>,
        line: Arc<Mutex<Vec<Told>>>,
    }

    impl Nodes {
        fn new(count: usize) -> Nodes {
            let line = Arc::new(Mutex::new(Vec::new()));
            let throttle = |_| {
                let line = line.clone();
                Throttle::shared(LIMITS, &[7; 32], Box::new(move |told| line.lock().unwrap().push(told)))
            };
            Nodes { throttles: (0..count).map(throttle).collect(), line }
        }

        /// Tries a password on a node; false if it is not looked at.
        fn tries(&self, node: usize, customer: &str, from: u8, right: bool, now: i64) -> bool {
            let (throttle, address) = (&self.throttles[node], IpAddr::from([203, 0, 113, from]));
            if throttle.admit(customer, address, now).is_err() {
                return false;
            }
            match right {
                true => throttle.succeeded(customer, address, now),
                false => throttle.failed(customer, address, now),
            }
            for told in self.line.lock().unwrap().drain(..) {
                let mut text = String::new();
                told.write(&mut text, now);
                let heard = Told::read(&text, now).expect("a line");
                let others = self.throttles.iter().enumerate().filter(|(other, _)| *other != node);
                others.for_each(|(_, other)| other.hear(heard, now));
            }
            true
        }
    }

    #[test]
    fn failures_spread_over_nodes_count_on_all_of_them() {
        let nodes = Nodes::new(3);
        assert!(
            nodes.tries(0, "a", 1, false, 0) && nodes.tries(1, "a", 1, false, 0) && nodes.tries(0, "a", 1, false, 0)
        );
        assert!((0..3).all(|node| !nodes.tries(node, "a", 1, true, SECOND)));
        assert!((0..3).all(|node| nodes.tries(node, "a", 2, true, SECOND)), "elsewhere");
    }

    #[test]
    fn a_good_login_forgives_on_all_nodes_what_was_mistyped_before() {
        let nodes = Nodes::new(2);
        for round in 0..3 {
            assert!(nodes.tries(0, "a", 1, false, round) && nodes.tries(1, "a", 1, false, round));
            assert!(nodes.tries(round as usize % 2, "a", 1, true, round));
        }
    }

    #[test]
    fn a_good_login_is_told_once_and_then_when_it_forgives() {
        let nodes = Nodes::new(1);
        let tell = |now| {
            nodes.throttles[0].succeeded("a", IpAddr::from([203, 0, 113, 1]), now);
            nodes.line.lock().unwrap().drain(..).count()
        };
        assert_eq!((tell(0), tell(SECOND), tell(600 * SECOND)), (1, 0, 0));
        assert!(nodes.tries(0, "a", 1, false, 600 * SECOND));
        assert_eq!((tell(601 * SECOND), tell(602 * SECOND)), (1, 0));
        // Before the others forget that the address is known.
        assert_eq!(tell(2_500 * SECOND), 1);
    }

    #[test]
    fn an_address_that_is_known_on_one_node_is_not_affected_by_an_attack_on_another() {
        let nodes = Nodes::new(2);
        assert!(nodes.tries(0, "a", 250, true, 0));
        (0..200).for_each(|from| assert!(nodes.tries(1, "a", from, false, SECOND)));
        assert!(nodes.tries(1, "a", 250, false, SECOND), "even after mistyping");
        assert!(nodes.tries(0, "a", 250, true, SECOND));
    }

    #[test]
    fn what_was_under_way_for_long_counts_for_the_rest_of_its_window_only() {
        let nodes = Nodes::new(1);
        let throttle = &nodes.throttles[0];
        let told = |age: i64| {
            let line = format!("- {:016x} 203.0.113.1 {}", throttle.digest("a"), age * 1_000);
            throttle.hear(Told::read(&line, 1_000 * SECOND).expect("a line"), 1_000 * SECOND);
        };
        (0..3).for_each(|_| told(299));
        assert!(!nodes.tries(0, "a", 1, true, 1_000 * SECOND));
        told(300);
        assert!(!nodes.tries(0, "a", 1, true, 1_000 * SECOND), "what is too old changes nothing");
        assert!(nodes.tries(0, "a", 1, true, 1_001 * SECOND));
    }

    #[test]
    fn what_is_no_line_is_not_heard() {
        assert!(Told::read("- 00000000000000aa 203.0.113.1 0", 0).is_some());
        for (line, why) in [
            ("", "empty"),
            ("? 00aa 203.0.113.1 0", "how"),
            ("- zz 203.0.113.1 0", "customer"),
            ("- 00aa nowhere 0", "address"),
            ("- 00aa 203.0.113.1 -5", "age"),
            ("- 00aa 203.0.113.1", "no age"),
        ] {
            assert_eq!(Told::read(line, 0), None, "{why}");
        }
    }

    #[test]
    fn what_is_told_holds_no_name() {
        let nodes = Nodes::new(1);
        nodes.throttles[0].failed("buyer@acme-customer.example", IpAddr::from([203, 0, 113, 1]), 0);
        let told = nodes.line.lock().unwrap()[0];
        let other = Throttle::shared(LIMITS, &[8; 32], Box::new(|_| {}));
        let mut text = String::new();
        told.write(&mut text, 0);
        assert!(!text.contains("buyer") && text.len() < 64, "{text}");
        assert_ne!(other.digest("buyer@acme-customer.example"), told.customer, "nor the same with another key");
    }

    proptest! {
        #[test]
        fn on_no_node_is_a_right_password_from_another_address_locked_out(
            attack in prop::collection::vec((0..3_usize, 0..3_u8, 0..20_u8, 0..30_i64, 0..4_u8), 0..300),
            known: bool,
            at in 0..3_usize,
        ) {
            let (nodes, mut now) = (Nodes::new(3), 0);
            if known {
                prop_assert!(nodes.tries(at, "0", 200, true, now));
            }
            for (node, customer, from, seconds, end) in attack {
                now += seconds * SECOND;
                nodes.tries(node, &customer.to_string(), from, end == 1 && customer == 2, now);
            }
            prop_assert!(nodes.tries(at, "0", 200, true, now));
        }

        #[test]
        fn no_pair_and_no_address_fails_more_often_than_its_limit_on_all_nodes_together(
            attempts in prop::collection::vec((0..3_usize, 0..4_u8, 0..4_u8), 0..300),
        ) {
            let nodes = Nodes::new(3);
            let (mut pairs, mut addresses) = ([[0; 4]; 4], [0; 4]);
            for (node, customer, from) in attempts {
                if nodes.tries(node, &customer.to_string(), from, false, 0) {
                    pairs[usize::from(customer)][usize::from(from)] += 1;
                    addresses[usize::from(from)] += 1;
                }
            }
            prop_assert!(pairs.iter().flatten().all(|n| *n <= 3) && addresses.iter().all(|n| *n <= 8));
        }
    }
}
