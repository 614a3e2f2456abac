//! A refusal for who can mend it: its sentence, and the page where the fix is made.

use crate::punchout::detail::Whereabouts;
use crate::refusal::{Code, Refusal};
use crate::store::refusals::Refused;
use crate::texts::Texts;
use crate::web::form::address;

/// A stored refusal again; none if a later version took its code away.
pub fn restore(refused: &Refused) -> Option<Refusal> {
    Refusal::restore(&refused.code, &refused.arguments, &refused.faults)
}

/// Likely cause and fix, in the reader's language.
pub fn sentence(t: Texts, refused: &Refused) -> String {
    match restore(refused) {
        Some(refusal) => refusal.operator_sentence(t.0),
        None => t.fill("punchouts-code-gone", "code", &refused.code),
    }
}

/// Where things are mended: the address, and the key of what the link says.
pub type Place = (String, &'static str);

/// Where to mend what was refused, if there is such a page.
pub fn place(refusal: &Refusal, around: &Whereabouts) -> Option<Place> {
    use Code::*;
    let code = refusal.code;
    let tab = |tab: &str| around.system.as_deref().map(|slug| format!("/admin/systems/{slug}{tab}"));
    let license = |id: &Option<String>| id.as_ref().map(|id| format!("/account/license/{id}"));
    let refused =
        |name: &str| refusal.arguments.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    let (to, label) = match code {
        HookMissing | Placeholder | LoginMissing | MethodNotAllowed | FunctionNotOffered => {
            (tab("/login"), "punchouts-mend-login")
        }
        HookHost | HookPort => {
            let add = address("", &[("add", refused("origin").unwrap_or_default())]).replacen('?', "&", 1);
            (tab(&format!("/return?edit{add}")), "punchouts-mend-return")
        }
        HookMalformed | HookScheme | HookUserInfo | HookNotHttps | HookPath | HookSapEvent => {
            (tab("/return?edit"), "punchouts-mend-return")
        }
        LoginWrong | TooManyAttempts => match &around.customer {
            Some(id) => (Some(format!("/admin/customers/{id}")), "punchouts-mend-customer"),
            None => (Some("/admin/customers".to_owned()), "punchouts-mend-customers"),
        },
        SystemUnknown | SystemAmbiguous => (Some("/admin/systems".to_owned()), "punchouts-mend-systems"),
        SystemInactive => (tab("?edit"), "punchouts-mend-general"),
        SystemLicenseMissing | SystemLicenseWrongKind | SystemLicenseInUse => (tab("?edit"), "punchouts-mend-general"),
        SystemLicenseNotConnected
        | SystemLicenseOtherWebsite
        | SystemLicenseNotYetValid
        | SystemLicenseExpired
        | SystemLicenseSuspended => (license(&around.system_license), "punchouts-mend-license"),
        NotAssigned | CustomerLicenseMissing | CustomerLicenseWrongKind | CustomerLicenseInUse => {
            (tab("/customers"), "punchouts-mend-customers-of-system")
        }
        CustomerLicenseNotConnected
        | CustomerLicenseOtherWebsite
        | CustomerLicenseNotYetValid
        | CustomerLicenseExpired
        | CustomerLicenseSuspended => (license(&around.customer_license), "punchouts-mend-license"),
        CartFaulty => (tab("/fields"), "punchouts-mend-fields"),
        ApiKeyWrong => (Some("/admin/shops".to_owned()), "punchouts-mend-shops"),
        EntryUnknown | EntryUsed | EntryExpired | ShopUnavailable | ShopAnswerWrong => {
            (around.shop.as_deref().map(|slug| format!("/admin/shops/{slug}")), "punchouts-mend-shop")
        }
        _ => return None,
    };
    Some((to?, label))
}

/// The list of what else happened to the same customer or system.
pub fn others(refused: &Refused) -> Option<String> {
    let customer = refused.customer_number.as_deref()?;
    Some(address("/admin/punchouts", &[("customer", customer), ("system", &refused.system_slug)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_mended_on_a_page_leads_there() {
        let some = |text: &str| Some(text.to_owned());
        let around = Whereabouts {
            shop: some("acme"),
            system: some("srm"),
            system_license: some("L1"),
            customer: some("C1"),
            customer_license: some("L2"),
        };
        let to = |code| place(&Refusal::new(code), &around).map(|(to, _)| to).unwrap_or_default();
        assert_eq!(to(Code::HookHost), "/admin/systems/srm/return?edit");
        let host = Refusal::new(Code::HookHost).with("origin", "https://new.example:8443");
        let to_add = "/admin/systems/srm/return?edit&add=https%3A%2F%2Fnew.example%3A8443";
        assert_eq!(place(&host, &around), Some((to_add.to_owned(), "punchouts-mend-return")));
        assert_eq!(to(Code::NotAssigned), "/admin/systems/srm/customers");
        assert_eq!(to(Code::LoginWrong), "/admin/customers/C1");
        assert_eq!(to(Code::SystemLicenseNotConnected), "/account/license/L1");
        assert_eq!(to(Code::CustomerLicenseExpired), "/account/license/L2");
        assert_eq!(to(Code::SystemLicenseMissing), "/admin/systems/srm?edit");
        assert_eq!(place(&Refusal::new(Code::DatabaseUnavailable), &around), None);
        // A system that is gone has no page.
        assert_eq!(place(&Refusal::new(Code::HookHost), &Whereabouts::default()), None);
        assert_eq!(
            place(&Refusal::new(Code::LoginWrong), &Whereabouts::default()),
            Some(("/admin/customers".into(), "punchouts-mend-customers"))
        );
    }
}
