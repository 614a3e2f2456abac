//! Whose shops, systems, customers and punchouts somebody may see and change.

use crate::store::accounts::Account;

/// A merchant reaches what belongs to his account, a vendor everything. What belongs to nobody (a shop
/// that was set up before there was an account, a call that named no known system) is within reach of
/// the only merchant while there is no second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    Everything,
    Account { id: String, ownerless: bool },
}

impl Reach {
    pub fn of(account: &Account, only_merchant: bool) -> Self {
        match account.role.as_str() {
            "vendor" => Self::Everything,
            _ => Self::Account { id: account.id.clone(), ownerless: only_merchant },
        }
    }

    /// Whether the thing of that owner is within reach.
    pub fn covers(&self, owner: Option<&str>) -> bool {
        match (self, owner) {
            (Self::Everything, _) => true,
            (Self::Account { id, .. }, Some(owner)) => id == owner,
            (Self::Account { ownerless, .. }, None) => *ownerless,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merchant_reaches_his_own_and_what_is_nobodys_only_while_he_is_the_only_one() {
        let alone = Reach::Account { id: "A".into(), ownerless: true };
        let one_of_two = Reach::Account { id: "A".into(), ownerless: false };
        assert!(alone.covers(Some("A")) && alone.covers(None) && !alone.covers(Some("B")));
        assert!(one_of_two.covers(Some("A")) && !one_of_two.covers(None) && !one_of_two.covers(Some("B")));
        assert!(Reach::Everything.covers(None) && Reach::Everything.covers(Some("B")));
    }
}
