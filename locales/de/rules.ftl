# Ein Satz je Befund: `rule-` und der Code, dazu der Fall, wo ein Code mehrere hat (src/oci/rules/demands.rs).
# Je eine Zeile, und keine anderen Platzhalter als die Werte des Befunds.

## Bedingungen zwischen Feldern

rule-missing-always = { $field } fehlt; jede Position braucht es.
rule-missing-without = { $field } fehlt; eine Position ohne { $other } braucht es.
rule-missing-with = { $field } fehlt; { $other } setzt es voraus.
rule-both = „{ $value }“ steht in { $field }, obwohl { $other } angegeben ist; seit OCI 4.0 ist nur eines von beiden erlaubt.
rule-means-nothing = „{ $value }“ steht in { $field } und bedeutet ohne { $other } nichts.
rule-better-price = Die Position hat keinen Preis; das System des Einkäufers fragt danach oder nimmt 0.
rule-better-price-unit = PRICEUNIT fehlt, also gilt der Preis für 1; manche Systeme setzen es zurück, darum immer mitsenden.
rule-better-product-id = EXT_PRODUCT_ID fehlt; ohne sie kann das System des Einkäufers den Artikel weder wieder anzeigen (DETAIL) noch seinen Preis prüfen (VALIDATE).

## Längen

rule-too-long = „{ $value }“ hat { $length } Zeichen; { $field } darf { $max } haben, und ein Teil davon wäre ein anderer Artikel.
rule-text-too-long = „{ $value }“ hat { $length } Zeichen; { $field } darf { $max } haben, der Rest wird abgeschnitten.
rule-code-too-long = „{ $value }“ hat { $length } Zeichen; { $field } darf { $max } haben, und ein Teil davon wäre ein anderer Schlüssel.

## Zahlen

rule-bad-amount-comma = „{ $value }“ hat ein Dezimalkomma; { $field } verlangt einen Punkt, wie in 12.500.
rule-bad-amount-thousands = „{ $value }“ hat Tausendertrennzeichen; { $field } verlangt Ziffern und einen Punkt, wie in 1234.500.
rule-bad-amount-exponent = „{ $value }“ ist mit einem Exponenten geschrieben; { $field } verlangt Ziffern und einen Punkt, wie in 0.125.
rule-bad-amount-negative = „{ $value }“ ist negativ; OCI kennt kein negatives { $field }, ein Rabatt gehört in die Preise der Positionen.
rule-bad-amount-decimals = „{ $value }“ hat mehr als 3 Nachkommastellen in { $field }; ein feinerer Preis steht für 10, 100 oder 1000, mit PRICEUNIT.
rule-bad-amount-digits = „{ $value }“ hat mehr als 11 Ziffern vor dem Punkt in { $field }.
rule-bad-amount-blanks = „{ $value }“ hat Leerzeichen um die Zahl in { $field }; für manche Systeme ist es dann keine Zahl.
rule-bad-amount-other = „{ $value }“ ist keine Zahl für { $field }; erlaubt sind bis zu 11 Ziffern, ein Punkt und 3 Ziffern, wie in 12.500.
rule-padded = „{ $value }“ hat führende Nullen in { $field }; sie sind nicht nötig.
rule-quantity-zero = { $field } ist „{ $value }“; sie muss größer als 0 sein.
rule-bad-price-unit = „{ $value }“ ist in { $field } nicht möglich; erlaubt ist eine ganze Zahl von 1 bis { $max }.
rule-bad-price-unit-decimals = „{ $value }“ hat Nachkommastellen in { $field }; es muss eine ganze Zahl ohne Punkt sein, sonst gilt der Preis womöglich für das Tausendfache.
rule-bad-price-unit-blanks = „{ $value }“ hat Leerzeichen um die Zahl in { $field }.
rule-bad-whole = „{ $value }“ ist in { $field } nicht möglich; erlaubt ist eine ganze Zahl mit höchstens { $max } Ziffern.

## Schlüssel

rule-bad-flag = „{ $value }“ ist in { $field } nicht möglich; erlaubt ist „X“ oder nichts.
rule-bad-letter = „{ $value }“ ist in { $field } nicht möglich; erlaubt ist { $allowed } oder nichts.
rule-bad-url = „{ $value }“ ist keine Adresse, die das System des Einkäufers abrufen kann; { $field } verlangt eine, die mit https:// oder http:// beginnt und sich ohne Anmeldung öffnet.
rule-bad-currency = „{ $value }“ ist in { $field } nicht möglich; erlaubt ist ein Code nach ISO 4217 aus drei Großbuchstaben, wie EUR.
rule-unit-too-long = Die Einheit „{ $value }“ hat mehr als die 3 Zeichen, die OCI erlaubt.
rule-unit-case = Die Einheit „{ $value }“ heißt in der UN/ECE-Empfehlung 20 „{ $code }“; manche Systeme unterscheiden Groß- und Kleinschreibung.
rule-unit-outside-rec20 = Die Einheit „{ $value }“ steht nicht in der UN/ECE-Empfehlung 20; der Einkäufer muss sie kennen.
rule-later-release = OCI { $release } hat { $field } nicht; es kam mit { $since }.
rule-unknown-field = { $field } ist kein Feld von OCI; SAP übergeht es, bei anderen Systemen braucht es eine Absprache.

## Texte

rule-control-characters = „{ $value }“ hat Zeilenumbrüche oder Steuerzeichen in { $field }; nur LONGTEXT hat Zeilen.
rule-html = „{ $value }“ hat HTML in { $field }; Einkäufer sehen Tags und Entities, wie sie dastehen, darum reinen Text senden.
rule-character-reference = { $field } enthält „{ $reference }“ als Text: So schreibt ein Browser, was dem Zeichensatz der Seite fehlt.
rule-outside-charset = { $field } hat „{ $characters }“, das in { $charset } fehlt: Der Browser sendet stattdessen „{ $reference }“. Ersetzen, was dem Zeichensatz fehlt, oder utf-8 verwenden, wenn der Einkäufer es verlangt.
rule-outer-blanks = { $field } hat Leerzeichen am Anfang oder am Ende.

## Was aus einer Position des Warenkorbs wurde

rule-truncated = „{ $value }“ wurde auf „{ $cut }“ gekürzt; { $field } darf { $max } Zeichen haben.
rule-left-out-long = „{ $value }“ wurde in { $field } weggelassen; es hat { $length } Zeichen, höchstens { $max } sind erlaubt.
rule-left-out-whole = „{ $value }“ wurde in { $field } weggelassen; erlaubt ist eine ganze Zahl mit höchstens { $max } Ziffern.
rule-left-out-letter = „{ $value }“ wurde in { $field } weggelassen; erlaubt sind: { $allowed }.
rule-left-out-url = „{ $value }“ wurde in { $field } weggelassen; erlaubt ist eine Adresse, die mit https:// oder http:// beginnt und weder Leerzeichen noch Anmeldedaten hat.
rule-left-out-charset = „{ $value }“ wurde in { $field } weggelassen; { $characters } fehlt in { $charset }, und mit anderen Buchstaben wäre es ein anderer Schlüssel.
rule-left-out-both = „{ $value }“ wurde in { $field } weggelassen, weil { $other } angegeben ist; nur eines von beiden ist erlaubt.
rule-left-out-means-nothing = „{ $value }“ wurde in { $field } weggelassen; ohne { $other } bedeutet es nichts.

## Namen und Nummern

rule-name-hyphen = { $field }: Der Bindestrich nach NEW_ITEM fehlt; das System des Einkäufers kennt das Feld nicht.
rule-name-underscore = { $field }: Nach NEW_ITEM steht ein Unterstrich statt eines Bindestrichs; das System des Einkäufers kennt das Feld nicht.
rule-name-blanks = „{ $field }“ hat Leerzeichen im Namen; das System des Einkäufers kennt das Feld nicht.
rule-name-case = { $field }: Der Name ist nicht in Großbuchstaben geschrieben.
rule-name-width = { $field }: Nur LONGTEXT hat eine Breite im Namen.
rule-longtext-index = { $field }: Die Nummer gehört in den Namen (NEW_ITEM-LONGTEXT_1:132[]); SAP hängt alle solchen Texte an die erste Position.
rule-longtext-form = { $field }: Der Name sollte die Form NEW_ITEM-LONGTEXT_1:132[] haben.
rule-index-unreadable = { $field }: In den Klammern steht keine Zahl; das Feld gehört zu keiner Position.
rule-index-zero = Die erste Nummer ist 0; OCI zählt ab 1, und SAP verliert die Position 0.
rule-index-one = Die erste Nummer ist 1; das System dieses Einkäufers zählt ab 0.
rule-index-gaps = Die Nummern haben Lücken: { $missing } fehlt; manche Systeme hören an der ersten Lücke auf.
rule-index-order = Die Positionen stehen nicht in der Reihenfolge ihrer Nummern.
rule-index-none = Die Namen haben keine Nummer; Positionen ergeben sich aus wiederholten Namen, was SAP nicht tut.
rule-index-some = Manche Namen haben eine Nummer, andere keine.
rule-twice = { $field } kommt mehrmals; welches zählt, entscheidet das System des Einkäufers.

## Die ganze Rückgabe

rule-no-items = Die Rückgabe hat keine Positionen; manche Systeme vertragen das nicht.
rule-too-many-lines = Die Rückgabe hat { $count } Positionen; die Nummern in SAP enden bei { $max }.
rule-too-many-variables = Die Rückgabe hat { $count } Felder; Systeme in PHP hören bei 1.000 (max_input_vars) wortlos auf. Leere Felder weglassen.
rule-long-get = Mit GET gesendet hätte die Adresse etwa { $length } Zeichen; Server hören bei 2.000 bis 8.000 auf.
rule-parent-unknown = „{ $value }“ in { $field } ist nicht die Nummer einer anderen Position dieser Rückgabe.
rule-parent-circle = „{ $value }“ in { $field } macht die Position zu ihrem eigenen Vorfahren.
rule-control-missing = { $names } fehlt in der Rückgabe; SAP bis SRM 5 braucht zurück, was sein Aufruf gesendet hat, spätere Systeme nicht.
rule-control-value = { $field } ist „{ $value }“; erwartet wird { $allowed }.
rule-foreign-token = { $field } gehört zur Software des Shops (ein Token oder eine Sitzung) und geht das System des Einkäufers nichts an; aus diesem Formular weglassen.
rule-foreign-field = Keine Felder von OCI: { $names }. Standen sie in der Query von HOOK_URL, ist das richtig; sonst weglassen.

## Die Seite

rule-action-none = Das Formular hat keine action; das ist nur bei Antworten richtig, die das System des Einkäufers selbst liest (VALIDATE, BACKGROUND_SEARCH).
rule-action-relative = „{ $value }“ als action ist keine vollständige Adresse, der Warenkorb bleibt also im Shop; die action ist HOOK_URL, wie der Aufruf sie gesendet hat.
rule-action-scheme = „{ $value }“ als action ist weder https noch http noch SAPEVENT:POST; das kann ein Angriff über HOOK_URL sein.
rule-action-http = „{ $value }“ als action ist nicht https; Browser warnen, und Preise reisen offen.
rule-method-get = Das Formular wird mit GET gesendet: Etwa 20 Positionen passen hinein, und die Query der action wird ersetzt. POST ist der Standard.
rule-method-sapevent = SAP GUI nimmt SAPEVENT:POST nur mit POST.
rule-method-other = „{ $value }“ ist keine Methode, mit der ein Browser einen Warenkorb sendet; post verwenden.
rule-enctype = Das Formular wird als { $value } gesendet; Systeme von Einkäufern lesen nur application/x-www-form-urlencoded.
rule-target-none = Das Formular hat kein target; in einem Frame bleibt der Warenkorb dann im Frame. returntarget verwenden, sonst ~TARGET, sonst _top.
rule-target-self = Das target ist { $value }: In einem Frame erreicht der Warenkorb das Hauptfenster nie.
rule-target-name = „{ $value }“ ist kein Name eines Frames.
rule-no-button = Das Formular hat keinen Knopf und die Seite kein Skript: Ohne Klick oder Skript wird nichts gesendet.
rule-no-form = Die Seite hat kein Formular; das ist nur als Antwort auf VALIDATE richtig, wenn es den Artikel nicht mehr gibt.
rule-form-not-closed = Das Formular wird nie geschlossen; Browser zählen alles Folgende dazu.
rule-several-forms = { $count } Formulare der Seite haben Positionen; nur das größte wird gelesen.
rule-broken-quotes = Ein Anführungszeichen beendet den Wert von { $field } zu früh, bei „{ $value }“; dahinter steht „{ $rest }“ (Zeile { $line }). Anführungszeichen in einem Wert als &quot; schreiben.
rule-charset-none = Die Seite nennt keinen Zeichensatz; Browser raten, und Umlaute gehen kaputt.
rule-charset-unknown = Den Zeichensatz „{ $value }“ kennen Browser nicht.
rule-charset-differs = Die Seite ist in { $declared }, das Formular wird in { $accepted } gesendet; beides sollte http_content_charset des Aufrufs sein.
rule-charset-wanted = Die Seite ist in { $declared }; das System dieses Einkäufers will { $wanted }.
rule-charset-bytes = Die Seite enthält Bytes, die nicht { $charset } sind, wie sie es angibt.

## XML

rule-xml-unreadable = Das XML-Dokument lässt sich nicht lesen: { $reason }.
rule-xml-doctype = Das XML-Dokument hat einen DOCTYPE; niemand braucht ihn, und vorsichtige Systeme lehnen ihn ab.
rule-xml-base64 = { $field } ist kein Base64.
rule-xml-breaks = { $field } hat Zeilenumbrüche im Base64; manche Systeme nehmen sie nicht.
rule-xml-type-none = Das Feld mit dem Typ fehlt (~xml_type mit ESAPO); das System des Einkäufers liest dann ein Formular ohne Positionen.
rule-xml-type-value = { $field } ist „{ $value }“; erwartet wird ESAPO, wie ESAPO-3.5.
rule-xml-and-form = Die Rückgabe hat ein XML-Dokument und NEW_ITEM-Felder; hier wird nur das Dokument gelesen.
rule-xml-bare = Das Dokument reist als ~xmlDocument in Base64, neben ~xml_type; hier steht es allein.
rule-xml-element = Das Element { $field } fehlt oder ist leer.

## JSON

rule-json-unreadable = Das JSON-Dokument lässt sich nicht lesen: { $reason }.
rule-json-nested = Die Felder sind verschachtelt, wie PHP und Rack Klammern lesen; sie werden als Felder eines Formulars zurückgelesen.
rule-json-not-oci = OCI hat keinen Warenkorb in JSON; wer das verlangt, meint eine eigene Schnittstelle, die nur die Namen von OCI borgt.
rule-download-missing = { $field } fehlt; das System des Einkäufers übergeht einen solchen Artikel wortlos.
rule-download-case = Die Schlüssel stehen nicht in Großbuchstaben; den meisten Systemen ist es gleich.
rule-download-unwrapped = Die Artikel stehen ohne NEWITEM um sie herum; den meisten Systemen ist es gleich.
rule-download-counter = { $field } fehlt oder ist keine ganze Zahl; das System des Einkäufers kann nicht blättern.
rule-download-count = TOTALITEMS sagt { $total } auf der einzigen Seite; die Zahl der Artikel darauf ist { $count }.
rule-download-transaction = TRANSACTIONID ist „{ $value }“; manche Systeme nehmen nur Ziffern.

## Aufrufe

rule-call-raw-hook = { $field } ist nicht prozentkodiert: Was auf das erste „&“ darin folgt, geht verloren, außer es steht am Ende und das System ist so eingestellt.
rule-call-twice-encoded = { $field } ist doppelt kodiert; hier wird zweimal dekodiert.
rule-call-password-in-address = Die Anmeldung steht in der Adresse und damit in Protokollen und Verläufen; POST zeigt sie nicht.
rule-call-other-login = Das kann die Anmeldung sein: { $names }. Ihre Namen in den Einstellungen des Systems eintragen.
rule-call-function-not-offered = Die Funktion { $value } wird dem System dieses Einkäufers nicht angeboten.
rule-call-method = Der Aufruf kommt mit { $value }, was mit dem System dieses Einkäufers nicht vereinbart ist.
rule-call-charset = http_content_charset ist „{ $value }“, worin sich keine Seite schreiben lässt.
rule-call-twice = { $field } steht mehrmals im Aufruf; der Body geht vor der Query, dann der genaue Name, dann der erste.

## Die Eingabe

rule-input-empty = Es gibt nichts zu prüfen.
rule-input-too-large = Es ist zu viel zu prüfen; höchstens { $max } werden gelesen.
rule-input-not-oci = Das ist weder eine Rückgabe (eine Seite, ein gesendeter Body, XML, JSON) noch ein OCI-Aufruf.
rule-too-many-fields = Es sind mehr als { $max } Felder; der Rest wird nicht gelesen.
rule-more-findings = und { $count } weitere Befunde dieser Arten.

## Was am Warenkorb eines Shops falsch ist

rule-empty-cart = Der Warenkorb hat keine Positionen; mindestens eine ist nötig.
rule-missing-currency = { $field } fehlt; jeder Warenkorb braucht eine Währung, wie „EUR“.
rule-missing-lines = { $field } fehlt; das ist die Liste der Positionen des Warenkorbs.
rule-missing-in-line = { $field } fehlt; jede Position braucht es.
rule-missing-name = { $field } fehlt; eine Position braucht es oder product_id.
rule-missing-text = { $field } fehlt; eine Textposition braucht es oder description.
rule-wrong-type-string = Der JSON-Typ ist { $type }; nötig ist ein String.
rule-wrong-type-decimal = Der JSON-Typ ist { $type }; nötig ist eine Dezimalzahl als String, wie „12.50“.
rule-wrong-type-object = Der JSON-Typ ist { $type }; nötig ist ein Objekt.
rule-wrong-type-list = Der JSON-Typ ist { $type }; nötig ist eine Liste.
rule-wrong-type-objects = Der JSON-Typ ist { $type }; nötig ist eine Liste von Objekten.
rule-wrong-type-configuration = Der JSON-Typ ist { $type }; nötig ist ein Text, eine Liste von Namen und Werten oder ein Objekt.
rule-bad-decimal = „{ $value }“ ist keine Dezimalzahl; erlaubt sind Ziffern und ein Punkt, höchstens 28 Ziffern, wie 1234.50.
rule-bad-whole-number = { $value } ist nicht möglich; erlaubt ist eine ganze Zahl ab 0.
rule-unknown-kind = „{ $value }“ ist keine Art von Position; erlaubt sind product, service, shipping, discount und text.
rule-quantity-not-positive = { $value } ist nicht möglich; eine Menge ist größer als 0.
rule-price-negative = { $value } ist nicht möglich; ein Preis ist nicht kleiner als 0.
rule-per-not-positive = { $value } ist nicht möglich; ein Preis gilt für mehr als 0.
rule-tax-rate-negative = { $value } ist nicht möglich; ein Steuersatz ist nicht kleiner als 0.
rule-duplicate-id = „{ $value }“ ist schon die id der Position { $line }; jede id kommt nur einmal vor.
rule-unknown-parent = „{ $value }“ ist nicht die id einer Position.
rule-parent-cycle = Die Position ist ihr eigener Vorfahre; parent darf keinen Kreis bilden.

## Was aus einem Warenkorb keine Position werden kann

rule-text-without-line = Der Text gehört zu keiner Position; geben Sie ihm einen parent oder stellen Sie ihn hinter die Position, um die es geht.
rule-shipping-refused = „{ $name }“ ist Versand, den dieses System nicht nimmt; er gehört in die Preise.
rule-discount-refused = „{ $name }“ ist ein Rabatt; OCI kennt keinen negativen Preis, er gehört in die Preise der Positionen.
rule-discount-positive = Der Preis des Rabatts „{ $name }“ ist { $value }; er muss negativ sein.
rule-discount-too-large = Der Rabatt ist größer als die Summe der Positionen.
rule-nothing-to-spread-over = Keine Position hat einen Preis, auf den sich der Betrag verteilen ließe.
rule-tax-refused = Die Position hat einen Steuersatz von { $rate } %, und dieses System nimmt keine Steuer.
rule-missing-tax-rate = { $field } fehlt; dieses System braucht den Steuersatz jeder Position.
rule-bad-quantity-zero = { $value } ist nicht größer als 0.
rule-bad-quantity-digits = { $value } hat mehr als 11 Ziffern vor dem Punkt.
rule-bad-quantity-decimals = { $value } hat mehr als 3 Nachkommastellen, und eine Menge wird nie gerundet.
rule-bad-price-negative = { $value } ist negativ; OCI kennt keinen negativen Preis.
rule-bad-price-per = Der Preis gilt für { $value }, was nicht größer als 0 ist.
rule-bad-price-digits = { $value } hat mehr als 11 Ziffern vor dem Punkt.
rule-bad-price-small = { $value } ist so klein, dass drei Nachkommastellen den Preis auch für 99999 um mehr als ein Prozent verfälschen würden.
rule-bad-price-spread = Der Betrag hat mehr als 28 Ziffern.
rule-bad-price-tax = Die Steuer der Position hat mehr als 28 Ziffern.
rule-bad-price-gross = Der Preis mit Steuer hat mehr als 28 Ziffern.
rule-unknown-unit = Die Einheit „{ $value }“ steht weder in der Einheitentabelle des Systems, noch ist sie ein UN/ECE-Code, und es gibt keine Vorgabe.
rule-unknown-unit-none = Die Position hat keine Einheit, und das System hat keine Vorgabe.
rule-template-failed = Die Vorlage von { $field } ist gescheitert: { $reason }
rule-not-in-charset = „{ $value }“ ist nicht möglich; { $characters } fehlt in { $charset }, und mit anderen Buchstaben wäre es etwas anderes.

## Was aus einem Warenkorb wurde

rule-truncated-system = „{ $value }“ wurde auf „{ $cut }“ gekürzt; das System erlaubt { $max } Zeichen.
rule-defaulted = Die Einheit „{ $value }“ steht weder in der Einheitentabelle des Systems, noch ist sie ein UN/ECE-Code; genommen wurde die Vorgabe „{ $code }“.
rule-rounded = Der Preis { $net } für { $per } wurde auf { $price } für { $unit } gerundet; OCI erlaubt 3 Nachkommastellen und Preise für bis zu 99999.
rule-negative-price = { $value } ist in OCI nicht vorgesehen; das System des Einkäufers muss Rabatte kennen.
rule-text-moved = OCI hat keine Textpositionen; der Text steht jetzt in LONGTEXT der Position { $line }.
rule-hierarchy-left-out = OCI { $release } kennt keine Hierarchien; die Position steht für sich, nicht unter Position { $line }.
rule-parent-later = Die übergeordnete Position „{ $value }“ kommt nach der untergeordneten; manche Systeme wollen sie davor.
rule-charge-spread-shipping = Der Versand von { $amount } { $currency } ist in den Preisen von { $count } Positionen enthalten, anteilig nach ihrem Wert.
rule-charge-spread-discount = Der Rabatt von { $amount } { $currency } ist in den Preisen von { $count } Positionen enthalten, anteilig nach ihrem Wert.
rule-spread-rounded = Die Positionen ergeben { $amount } { $currency } weniger als der Warenkorb, weil sich in OCI kein näherer Preis schreiben lässt.
rule-tax-spread = Die Preise enthalten die Steuer, wie es dieses System verlangt.
rule-tax-line = Die Steuer von { $amount } { $currency } bei { $rate } % ist eine eigene Position.
rule-transliterated = { $characters } fehlt in { $charset } und wurde mit dessen Buchstaben geschrieben.
rule-not-in-xml = „{ $value }“ wurde weggelassen; die XML-Variante hat für dieses Feld kein Element.

## Was das System des Einkäufers aus einem Warenkorb machen wird

rule-forecast-xml = Dieser Einkäufer liest die XML-Variante nicht: Er findet einen Warenkorb ohne Positionen.
rule-forecast-insecure-hook = Die Rücksprungadresse ist http, die sendende Seite https: Browser warnen den Einkäufer oder sperren das Formular.
rule-forecast-self-in-frame = Dieser Einkäufer zeigt den Shop in einem Frame, und das Formular bleibt darin („_self“): Seine eigene Seite erfährt nichts vom Warenkorb. target = "auto" oder "_top" verwenden.
rule-forecast-url-length-refused = Mit GET hat die Adresse { $length } Zeichen; die meisten Server lehnen mehr als etwa { $max } ab. method = "POST" verwenden.
rule-forecast-url-length-cut = Mit GET hat die Adresse { $length } Zeichen; manche Proxys und eingebettete Browser schneiden sie bei etwa { $max } ab.
rule-forecast-url-length-buyer = Mit GET hat die Adresse { $length } Zeichen; dieser Einkäufer nimmt { $max }.
rule-forecast-too-many-lines = Der Warenkorb hat { $count } Positionen, und dieser Einkäufer nimmt { $max }; von dieser an gehen sie verloren.
rule-forecast-index = Die Positionen zählen ab { $first }, und dieser Einkäufer liest ab { $base }: Die ersten { $lost } gehen verloren. first_index = { $base } einstellen.
rule-forecast-gap-index = Die Positionen zählen ab { $first }; dieser Einkäufer sucht Position { $base }, findet sie nicht und liest nicht weiter. first_index = { $base } einstellen.
rule-forecast-gap-item = Die Position hat kein Feld; dieser Einkäufer hört hier auf zu lesen.
rule-forecast-gap-field = Die Position hat kein { $field }; dieser Einkäufer hört hier auf zu lesen, und sie und alle folgenden gehen verloren.
rule-forecast-too-many-fields-whole = Das Formular hat { $fields } Felder, und der Server dieses Einkäufers liest { $max }: Diese Position und alle folgenden gehen verloren, { $lost } von { $count }.
rule-forecast-too-many-fields-last = Das Formular hat { $fields } Felder, und der Server dieses Einkäufers liest { $max }: Diese letzte Position kommt unvollständig an.
rule-forecast-too-many-fields-more = Das Formular hat { $fields } Felder, und der Server dieses Einkäufers liest { $max }: Diese Position kommt unvollständig an, und die folgenden ({ $lost }) gehen verloren.
rule-forecast-cut = „{ $value }“ hat { $length } Zeichen; dieser Einkäufer behält { $max }.
rule-forecast-price-unit = Dieser Einkäufer liest PRICEUNIT nicht: Aus { $price } für { $unit } wird { $price } für 1.
rule-forecast-rounded = Dieser Einkäufer behält { $decimals } Nachkommastellen: Aus { $price } wird etwa { $rounded }.
rule-forecast-unit = Dieser Einkäufer kennt die Einheit „{ $value }“ nicht und lässt die Position fallen; er kennt { $units }.
rule-forecast-further = Dasselbe gilt für { $count } weitere Positionen.
