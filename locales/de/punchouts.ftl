# Punchouts und abgelehnte Aufrufe in der Administration.

punchouts-title = Punchouts
punchouts-one-title = Punchout
punchouts-refusal-title = Abgelehnt

## Die Liste

punchouts-search = Referenz oder Kennung
punchouts-state = Zustand
punchouts-system = OCI-System
punchouts-customer = Kunde
punchouts-from = Von
punchouts-to = Bis
punchouts-any = Alle
punchouts-filter = Filtern
punchouts-filter-clear = Filter entfernen
punchouts-too-many-customers = Mehr als 20 Kunden beginnen so; nur die ersten wurden berücksichtigt. Bitte geben Sie mehr von der Nummer oder der E-Mail-Adresse ein.
punchouts-none = Noch keine Punchouts
punchouts-none-sentence = Sobald ein Beschaffungssystem aufruft, sehen Sie es hier, auch wenn der Aufruf abgelehnt wird. Um den Ablauf kennenzulernen, öffnen Sie ein OCI-System und testen Sie es: Dafür ist kein Beschaffungssystem nötig.
punchouts-none-button = Zu den OCI-Systemen
punchouts-none-found = Zu diesen Filtern passt nichts
punchouts-none-found-sentence = Prüfen Sie die Referenz auf einen Tippfehler, oder suchen Sie mit weniger Angaben.
punchouts-time = Zeit
punchouts-lines = Positionen
punchouts-total = Summe (netto)
punchouts-duration = Dauer
punchouts-reference = Referenz
punchouts-trial = Test

## Zustände

punchouts-state-open = Geöffnet
punchouts-state-in-shop = Im Shop
punchouts-state-returned = Zurückgegeben
punchouts-state-closed = Verlassen
punchouts-state-cancelled = Abgebrochen
punchouts-state-expired = Abgelaufen
punchouts-state-refused = Abgelehnt

## Ein Punchout

punchouts-facts = Auf einen Blick
punchouts-shop = Shop
punchouts-address = Aufgerufen von
punchouts-id = Punchout-Kennung
punchouts-timeline = Was geschah
punchouts-event-opened = Der Aufruf wurde angenommen
punchouts-event-entered = Der Shop hat den Kunden angemeldet
punchouts-event-cart-one = Der Shop hat den Warenkorb übergeben: { $count } Position
punchouts-event-cart-many = Der Shop hat den Warenkorb übergeben: { $count } Positionen
punchouts-event-returned = Der Browser hat den Warenkorb zum Beschaffungssystem gebracht
punchouts-event-closed = Der Einkäufer ist ohne Warenkorb gegangen
punchouts-event-cancelled = Von einem Betreiber abgebrochen
punchouts-event-expired = Die Zeit ist abgelaufen
punchouts-event-refused = Abgelehnt: { $code } ({ $reference })
punchouts-event-details = Einzelheiten
punchouts-call = Der Aufruf
punchouts-call-hint = In der Reihenfolge, in der sie kamen. Passwörter und Tokens werden nie aufbewahrt; an ihrer Stelle steht ***.
punchouts-parameters = Parameter des Aufrufs
punchouts-no-parameters = Es gab keine Parameter, oder es waren zu viele, um sie aufzubewahren.
punchouts-name = Name
punchouts-value = Wert
punchouts-cart = Warenkorb des Shops
punchouts-no-cart = Der Shop hat keinen Warenkorb übergeben.
punchouts-position = Position
punchouts-product = Artikelnummer
punchouts-designation = Bezeichnung
punchouts-quantity = Menge
punchouts-unit = Einheit
punchouts-price = Preis (netto)
punchouts-price-per = { $price } je { $per }
punchouts-amount = Betrag (netto)
punchouts-more-lines = und { $count } weitere Positionen
punchouts-cart-json = So hat ihn der Shop geschickt (JSON)
punchouts-notices = Unterwegs geändert
punchouts-notices-hint = Was OCI oder die Einstellungen des Systems nicht so übernehmen, wie der Shop es geschickt hat.
punchouts-forecast = Vorhersage
punchouts-forecast-hint = Was das System des Einkäufers mit diesem Warenkorb tun wird, soweit es die Einstellungen sagen (system.buyer). Der Shop hat es erfahren, bevor der Einkäufer das Formular abschickte.
punchouts-findings = Befunde
punchouts-field = Feld
punchouts-finding = Befund
punchouts-form = Formular an das Beschaffungssystem
punchouts-form-action = Gesendet an
punchouts-form-charset = Zeichensatz
punchouts-form-target = Frame
punchouts-form-fields = { $count } Felder, wie sie gesendet werden
punchouts-more-fields = und { $count } weitere Felder
punchouts-to-trial = Zum Test

## Abbrechen

punchouts-cancel = Punchout abbrechen
punchouts-cancel-title = Diesen Punchout abbrechen?
punchouts-cancel-sentence = Der Besuch des Kunden { $customer } aus „{ $system }“ endet sofort: Es kann kein Warenkorb mehr übergeben werden, und der Einkäufer öffnet den Shop neu aus seinem Beschaffungssystem.
punchouts-cancel-button = Abbrechen
punchouts-cancel-no = Offen lassen
punchouts-cancelled = Der Punchout wurde abgebrochen.
punchouts-over-already = Dieser Punchout war schon beendet; es wurde nichts geändert.

## Eine Ablehnung

punchouts-mend = Ursache und Abhilfe
punchouts-code-gone = Den Code { $code } kennt diese Version nicht.
punchouts-step = Schritt
punchouts-step-call = Aufruf des Beschaffungssystems
punchouts-step-entry = Der Shop löst das Einmal-Token ein
punchouts-step-cart = Der Shop übergibt den Warenkorb
punchouts-step-return = Der Browser ruft die Rückgabe-Seite ab
punchouts-step-leave = Verlassen ohne Warenkorb
punchouts-took = Beantwortet nach
punchouts-buyer-read = Was der Einkäufer las
punchouts-others = Alles von diesem Kunden
punchouts-faults = Fehler des Warenkorbs
punchouts-mend-login = Zu den Anmelde-Einstellungen des Systems
punchouts-mend-return = Zu den erlaubten Rücksprungzielen
punchouts-mend-customer = Zum Kunden
punchouts-mend-customers = Zu den Shop-Kunden
punchouts-mend-systems = Zu den OCI-Systemen
punchouts-mend-general = Zu den allgemeinen Einstellungen des Systems
punchouts-mend-license = Zur Lizenz
punchouts-mend-customers-of-system = Zu den Kunden des Systems
punchouts-mend-fields = Zur Feldzuordnung
punchouts-mend-shops = Zu den Shops
punchouts-mend-shop = Zum Shop
