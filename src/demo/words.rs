//! The words of the demo shop and the demo buyer, English and German side by side.
//!
//! Not in `locales/`: strangers bring their own. A word without its translation does not compile.

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    English,
    German,
}

impl Language {
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// From a tag like `de`, `de-AT` or `DE`.
    pub fn read(tag: &str) -> Option<Self> {
        match tag.trim().get(..2)?.to_ascii_lowercase().as_str() {
            "de" => Some(Self::German),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// The first language of an `Accept-Language` header that we speak; browsers write the best
    /// liked first.
    pub fn accepted(header: &str) -> Option<Self> {
        header.split(',').find_map(Self::read)
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($key:ident: $english:literal, $german:literal;)* }) => {
        $(#[$doc])*
        pub struct $name { $(pub $key: &'static str,)* }

        impl $name {
            const ENGLISH: &Self = &Self { $($key: $english,)* };
            const GERMAN: &Self = &Self { $($key: $german,)* };

            pub fn of(language: Language) -> &'static Self {
                match language {
                    Language::English => Self::ENGLISH,
                    Language::German => Self::GERMAN,
                }
            }
        }
    };
}

words! {
    /// What the pages of the demo shop say.
    ShopWords {
        tagline: "Tools, fasteners and safety for people who build things", "Werkzeug, Befestigung und Arbeitsschutz für alle, die etwas bauen";
        demo: "A demo shop. It knows the gateway only by its public API; nothing here can really be bought.", "Ein Demo-Shop. Er kennt das Gateway nur über dessen öffentliche API; hier gibt es nichts wirklich zu kaufen.";
        other_language: "Deutsch", "English";
        other_language_tag: "de", "en";
        search: "Search", "Suchen";
        search_hint: "Search for products", "Produkte suchen";
        categories: "Categories", "Kategorien";
        all: "All products", "Alle Produkte";
        tools: "Tools", "Werkzeug";
        fasteners: "Fasteners", "Befestigung";
        safety: "Safety", "Arbeitsschutz";
        workshop: "Workshop", "Werkstatt";
        services: "Services", "Dienstleistungen";
        results: "Results for", "Ergebnisse für";
        products_one: "product", "Produkt";
        products_many: "products", "Produkte";
        nothing_found: "Nothing matches. Try a shorter word, or look at all products.", "Dazu passt nichts. Versuchen Sie ein kürzeres Wort oder sehen Sie sich alle Produkte an.";
        add: "Add to cart", "In den Warenkorb";
        quantity: "Quantity", "Menge";
        article: "Article no.", "Artikelnr.";
        manufacturer: "Manufacturer", "Hersteller";
        manufacturer_part: "Manufacturer's part no.", "Herstellerartikelnr.";
        classification: "Classification", "Klassifikation";
        delivery: "Delivery", "Lieferzeit";
        from_stock: "Today", "Heute";
        day: "day", "Tag";
        days: "days", "Tage";
        net: "net prices, plus VAT", "Nettopreise zzgl. MwSt.";
        per: "per", "je";
        piece: "piece", "Stück";
        pieces: "pieces", "Stück";
        set: "set", "Set";
        sets: "sets", "Sets";
        pair: "pair", "Paar";
        pairs: "pairs", "Paar";
        metre: "metre", "Meter";
        metres: "metres", "Meter";
        litre: "litre", "Liter";
        litres: "litres", "Liter";
        kilogram: "kg", "kg";
        hour: "hour", "Stunde";
        hours: "hours", "Stunden";
        cart: "Cart", "Warenkorb";
        cart_empty: "Your cart is empty.", "Ihr Warenkorb ist leer.";
        product: "Product", "Produkt";
        price: "Price", "Preis";
        line_total: "Line total", "Summe";
        total: "Total", "Gesamtsumme";
        update: "Update", "Ändern";
        remove: "Remove", "Entfernen";
        go_on: "Go on shopping", "Weiter einkaufen";
        punched_out: "You are punched out for customer", "Sie kaufen per Punchout ein, Kunde";
        transfer: "Transfer to procurement", "An den Einkauf übergeben";
        transfer_hint: "Your cart goes back to your procurement system. Nothing is ordered yet.", "Ihr Warenkorb geht zurück in Ihr Einkaufssystem. Bestellt ist damit noch nichts.";
        leave: "Leave without a cart", "Ohne Warenkorb verlassen";
        no_punchout: "You are just looking around. To transfer a cart, come here by a punchout from your procurement system.", "Sie sehen sich nur um. Um einen Warenkorb zu übergeben, kommen Sie per Punchout aus Ihrem Einkaufssystem hierher.";
        left_title: "You have left the shop", "Sie haben den Shop verlassen";
        left: "The punchout is closed and nothing was transferred. You may close this window or go back to your procurement system.", "Der Punchout ist geschlossen und nichts wurde übergeben. Sie können dieses Fenster schließen oder zu Ihrem Einkaufssystem zurückkehren.";
        over_title: "This punchout is over", "Dieser Punchout ist beendet";
        over: "Its cart was already returned, or it was closed or ran out of time. Nothing was transferred now. Please start again from your procurement system.", "Sein Warenkorb wurde schon zurückgegeben, oder er wurde geschlossen oder ist abgelaufen. Jetzt wurde nichts übergeben. Bitte beginnen Sie neu in Ihrem Einkaufssystem.";
        faulty_title: "The cart cannot be transferred", "Der Warenkorb lässt sich nicht übergeben";
        faulty: "The gateway did not accept it. Nothing was transferred and your cart is still here.", "Das Gateway hat ihn nicht angenommen. Nichts wurde übergeben, Ihr Warenkorb ist noch da.";
        faulty_line: "Line", "Position";
        entry_title: "You could not be let in", "Sie konnten nicht eingelassen werden";
        entry_missing: "This address lacks its token. Please come here by a punchout from your procurement system.", "Dieser Adresse fehlt ihr Token. Bitte kommen Sie per Punchout aus Ihrem Einkaufssystem hierher.";
        entry_unknown: "The gateway does not know this link. Please start again from your procurement system.", "Das Gateway kennt diesen Link nicht. Bitte beginnen Sie neu in Ihrem Einkaufssystem.";
        entry_used: "This link was already used; it works only once. If you came in with it, just go on shopping. Otherwise start again from your procurement system.", "Dieser Link wurde schon benutzt, er gilt nur einmal. Sind Sie damit hereingekommen, kaufen Sie einfach weiter ein. Sonst beginnen Sie neu in Ihrem Einkaufssystem.";
        entry_expired: "This link is too old. Please start again from your procurement system.", "Dieser Link ist zu alt. Bitte beginnen Sie neu in Ihrem Einkaufssystem.";
        gateway_title: "The gateway does not answer as it should", "Das Gateway antwortet nicht, wie es soll";
        gateway: "Please try again in a moment. Your cart is kept.", "Bitte versuchen Sie es gleich noch einmal. Ihr Warenkorb bleibt erhalten.";
        gateway_said: "The gateway says", "Das Gateway sagt";
        missing_title: "There is nothing here", "Hier ist nichts";
        missing: "This page or product does not exist (any more).", "Diese Seite oder dieses Produkt gibt es nicht (mehr).";
    }
}

words! {
    /// What the pages of the demo buyer say.
    BuyerWords {
        system: "Your procurement system", "Ihr Einkaufssystem";
        demo: "Demo buyer", "Demo-Einkäufer";
        other_language: "Deutsch", "English";
        other_language_tag: "de", "en";
        requisition: "New purchase requisition", "Neue Bestellanforderung";
        catalogs: "External catalog", "Externer Katalog";
        intro: "You need something that your own catalog does not have. A click opens the supplier's shop, logged in as your company. What you put into its cart comes back here as lines of your requisition.", "Sie brauchen etwas, das Ihr eigener Katalog nicht hat. Ein Klick öffnet den Shop des Lieferanten, angemeldet als Ihre Firma. Was Sie dort in den Warenkorb legen, kommt hierher zurück, als Positionen Ihrer Anforderung.";
        punch_out: "Punch out to the shop", "Punchout zum Shop";
        step_call: "Punch out", "Punchout starten";
        step_cart: "Add to cart", "In den Warenkorb";
        step_transfer: "Transfer", "Übergeben";
        step_back: "Back here with the items", "Zurück, mit Positionen";
        call: "The OCI call", "Der OCI-Aufruf";
        call_intro: "Exactly these fields go to the gateway with the click. Change them to see what happens.", "Genau diese Felder gehen mit dem Klick an das Gateway. Ändern Sie sie und sehen Sie, was geschieht.";
        target: "Goes to", "Geht an";
        user: "login of the shop customer", "Anmeldename des Shop-Kunden";
        password: "password of the shop customer, in clear here because this is a demo", "Kennwort des Shop-Kunden, hier im Klartext, weil dies eine Demo ist";
        hook: "where the cart comes back to: this system", "wohin der Warenkorb zurückkommt: dieses System";
        version: "the release of OCI spoken here, for information", "die hier gesprochene OCI-Version, zur Information";
        okcode: "what SAP does with the return: add items", "was SAP mit der Rückgabe tut: Positionen hinzufügen";
        frame: "the frame to return to", "das Fenster, in das zurückgegeben wird";
        caller: "says that an external catalog calls back", "sagt, dass ein externer Katalog zurückruft";
        charset: "how the returned text is to be encoded: utf-8 or iso-8859-1", "Kodierung der zurückgegebenen Texte: utf-8 oder iso-8859-1";
        returntarget: "the same as ~TARGET in newer systems", "dasselbe wie ~TARGET in neueren Systemen";
        language: "the language for the shop: en or de", "die Sprache für den Shop: en oder de";
        without_shop: "Without opening the shop", "Ohne den Shop zu öffnen";
        without_shop_intro: "Procurement systems can also ask the supplier's catalog by themselves. The gateway answers; nobody is logged in to the shop.", "Einkaufssysteme können den Katalog des Lieferanten auch selbst befragen. Das Gateway antwortet, im Shop wird niemand angemeldet.";
        validate: "Is this product still available, and what does it cost in this quantity? The answer sends itself back here.", "Gibt es dieses Produkt noch, und was kostet es in dieser Menge? Die Antwort sendet sich selbst hierher zurück.";
        validate_button: "Check the product", "Produkt prüfen";
        search: "All hits of a search, to be taken over with one press of a button.", "Alle Treffer einer Suche, mit einem Knopfdruck zu übernehmen.";
        search_button: "Search the catalog", "Katalog durchsuchen";
        download: "The catalog itself, page by page as JSON.", "Der Katalog selbst, Seite für Seite als JSON.";
        download_button: "Download a page", "Eine Seite herunterladen";
        returned: "Items from the catalog", "Positionen aus dem Katalog";
        returned_intro: "The shop's cart came back as an OCI form and was read into your requisition. Nothing is ordered yet.", "Der Warenkorb des Shops kam als OCI-Formular zurück und wurde in Ihre Anforderung gelesen. Bestellt ist noch nichts.";
        no_items: "Nothing came back: the return has no items.", "Es kam nichts zurück: Die Rückgabe hat keine Positionen.";
        oddities: "Odd, but understood", "Merkwürdig, aber verstanden";
        position: "Item", "Pos.";
        description: "Description", "Bezeichnung";
        article: "Article no.", "Artikelnr.";
        quantity: "Quantity", "Menge";
        unit: "Unit", "Einheit";
        price: "Price", "Preis";
        per: "per", "je";
        currency: "Currency", "Währung";
        total: "Total", "Summe";
        grand_total: "Total of the requisition", "Summe der Anforderung";
        lead_time: "Lead time", "Lieferzeit";
        day: "day", "Tag";
        days: "days", "Tage";
        service: "Service", "Dienstleistung";
        long_text: "Long text", "Langtext";
        raw: "As received", "Wie empfangen";
        raw_intro: "Every field of the return in its order, read as", "Jedes Feld der Rückgabe in seiner Reihenfolge, gelesen als";
        name: "Name", "Name";
        value: "Value", "Wert";
        again: "Start again", "Neu beginnen";
        not_a_number: "not a number", "keine Zahl";
        missing_title: "There is nothing here", "Hier ist nichts";
        missing: "This page does not exist.", "Diese Seite gibt es nicht.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_read_from_tags_as_browsers_and_buyers_write_them() {
        assert_eq!(Language::read("DE"), Some(Language::German));
        assert_eq!(Language::read("en-GB"), Some(Language::English));
        assert_eq!(Language::read("ü"), None);
        assert_eq!(Language::accepted("fr-CH, de;q=0.9, en;q=0.8"), Some(Language::German));
    }
}
