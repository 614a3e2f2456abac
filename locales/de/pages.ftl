# Texte der Seiten, die Einkäufer und zufällige Besucher sehen.

## Ablehnungen

refusal-title = Das hat nicht geklappt
refusal-title-login = Die Anmeldung hat nicht geklappt
refusal-title-not-found = Hier gibt es nichts
refusal-title-over = Dieser Besuch im Shop ist beendet
refusal-title-later = Bitte versuchen Sie es gleich noch einmal
refusal-code = Code
refusal-reference = Referenz
refusal-hint = Wenn Sie sich an den Shop wenden, nennen Sie bitte diese Referenz. Sie zeigt, was geschehen ist.

## Verlassen ohne Warenkorb

leave-title = Sie haben den Shop verlassen
leave-sentence = Es wurde kein Warenkorb übergeben. Sie können dieses Fenster schließen.
leave-continue-sentence = Es wurde kein Warenkorb übergeben. Sie können in Ihr Beschaffungssystem zurückkehren.
leave-continue = Zurück zum Beschaffungssystem

## Startseite

home-title = Ein OCI-Gateway von Punchgate
home-sentence = Es verbindet Beschaffungssysteme mit einem Webshop. Um zu bestellen, öffnen Sie den Shop bitte aus Ihrem Beschaffungssystem; auf dieser Seite ist nichts zu tun.
home-docs-sentence = Wenn Sie einen Shop entwickeln, beginnen Sie mit der Beschreibung der Schnittstelle.
home-docs = API-Dokumentation
home-check-sentence = Was ein Shop zurücksendet und was ein Beschaffungssystem aufruft, lässt sich hier prüfen:
home-check = Rückgabe oder Aufruf prüfen
home-version = Version { $version }

## Die Rückgabe-Seite, die den Warenkorb überträgt

return-title = Ihr Warenkorb ist unterwegs
return-title-manual = Ihr Warenkorb ist bereit
return-explanation = Wenn in einigen Sekunden nichts geschieht, drücken Sie bitte den Knopf.
return-explanation-manual = Mit dem Knopf übergeben Sie Ihren Warenkorb an Ihr Beschaffungssystem.
return-explanation-sap-gui = SAP GUI übernimmt Ihren Warenkorb von dieser Seite. Wenn nichts geschieht, drücken Sie bitte den Knopf. Geschieht auch dann nichts, gehört dieses Fenster nicht zu SAP GUI: Öffnen Sie den Shop noch einmal von dort.
return-button = Warenkorb übergeben

## Funktionen von OCI
validate-title = Preis und Verfügbarkeit
validate-minimum = Die Mindestbestellmenge ist { $quantity }.
validate-packing = Bestellbar sind nur Vielfache von { $quantity }.
search-title = Suchergebnisse
search-heading = Treffer für „{ $text }“: { $total }
search-explanation = Davon stehen hier: { $shown }. Mit dem Knopf werden sie an Ihr Beschaffungssystem übergeben.
search-explanation-here = Davon stehen hier: { $shown }.
search-button = Treffer übergeben
