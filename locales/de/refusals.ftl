# Eine Meldung je Code aus src/refusal.rs: der Satz für den Einkäufer und als `.operator` der Satz für den, der es beheben kann.
# Sätze für Einkäufer haben keine Platzhalter: Keine Seite wiederholt, was ein fremder Aufruf gesagt hat.

## Der Aufruf des Beschaffungssystems

call-too-large = Ihr Beschaffungssystem hat mehr Daten geschickt, als hier angenommen werden. Bitte wenden Sie sich an die Betreuung Ihres Beschaffungssystems.
    .operator = Der Inhalt des Aufrufs ist größer als { $limit }. Wahrscheinlich schickt das Beschaffungssystem etwas anderes als eine Anmeldung hierher, etwa einen Warenkorb, weil seine HOOK_URL die Aufrufadresse des Gateways ist: Korrigieren Sie dort die Aufrufstruktur.
too-many-parameters = Ihr Beschaffungssystem hat mehr Daten geschickt, als hier angenommen werden. Bitte wenden Sie sich an die Betreuung Ihres Beschaffungssystems.
    .operator = Der Aufruf hat mehr als 1.000 Parameter. Wahrscheinlich wurde ein Warenkorb oder ein ganzes Formular an die Aufrufadresse geschickt: Korrigieren Sie die Aufrufstruktur im Beschaffungssystem, sodass es nur Anmeldung, Rücksprungadresse und die wenigen benötigten Felder schickt.
method-not-allowed = Ihr Beschaffungssystem hat den Shop auf eine Weise geöffnet, die mit dem Shop nicht vereinbart ist. Bitte wenden Sie sich an die Betreuung Ihres Beschaffungssystems.
    .operator = Der Aufruf kam mit { $method }; das erlaubt dieses OCI-System nicht. Ändern Sie die Methode in der Aufrufstruktur des Beschaffungssystems, oder erlauben Sie { $method } im Tab Anmeldung des OCI-Systems (`methods` in [system.call] einer Apply-Datei).
placeholder = Ihr Beschaffungssystem hat statt eines Wertes nur den Namen eines Feldes geschickt. Bitte wenden Sie sich an die Betreuung Ihres Beschaffungssystems.
    .operator = Der Parameter { $parameter } kam als Platzhalter „{ $value }“ an. Tragen Sie in der Aufrufstruktur des Beschaffungssystems den echten Wert ein, oder geben Sie dem Parameter den richtigen Typ (im SAP-Customizing: Typ 4, Rücksprungadresse, mit leerem Wert, für die HOOK_URL; Typ 1 für ein SAP-Feld).
hook-missing = Ihr Beschaffungssystem hat nicht mitgeteilt, wohin Ihr Warenkorb gehen soll. Bitte wenden Sie sich an die Betreuung Ihres Beschaffungssystems.
    .operator = Der Parameter { $parameter } fehlt oder ist leer. Ergänzen Sie die Rücksprungadresse in der Aufrufstruktur (im SAP-Customizing: Typ 4, Wert leer); heißt sie dort anders, tragen Sie diesen Namen im Tab Anmeldung des OCI-Systems ein (`names.hook`). Steht sie uncodiert am Ende der Adresse, hilft die Einstellung dafür im selben Tab (`hook_is_last`).
hook-malformed = Die Adresse, an die Ihr Warenkorb gehen soll, ist nicht lesbar. Bitte wenden Sie sich an die Betreuung Ihres Beschaffungssystems.
    .operator = Die HOOK_URL ist keine Adresse, an die ein Browser senden kann: { $reason }. Verlangt ist eine vollständige URL, einmal prozentcodiert, mit höchstens 2.048 Zeichen; korrigieren Sie sie in der Aufrufstruktur des Beschaffungssystems. Bricht sie beim ersten „&“ ab, legen Sie im Tab Anmeldung des OCI-Systems fest, dass sie zuletzt kommt (`hook_is_last`).
hook-scheme = Ihr Warenkorb würde an eine Art von Adresse gehen, die nicht erlaubt ist. Bitte wenden Sie sich an die Betreuung Ihres Beschaffungssystems.
    .operator = Die HOOK_URL hat das Schema „{ $scheme }“; Warenkörbe gehen nur an https, http (wenn erlaubt) und SAPEVENT:POST (wenn erlaubt). Kennt niemand diese Adresse, behandeln Sie den Aufruf als Versuch, das Gateway zu missbrauchen; sonst korrigieren Sie die Rücksprungadresse im Beschaffungssystem.
hook-user-info = Die Adresse, an die Ihr Warenkorb gehen soll, enthält Zugangsdaten, und das ist nicht erlaubt. Bitte wenden Sie sich an die Betreuung Ihres Beschaffungssystems.
    .operator = Die HOOK_URL enthält vor dem Rechnernamen einen Benutzer oder ein Passwort („benutzer@rechner“). Das wird abgelehnt, weil es das wahre Ziel verschleiert und Geheimnisse verrät: Lassen Sie das Beschaffungssystem die Rücksprungadresse ohne diese Angaben schicken.
hook-host = Ihr Warenkorb würde an eine Adresse gehen, die mit dem Shop nicht vereinbart ist. Bitte melden Sie es dem Shop, damit er sie prüfen und freigeben kann.
    .operator = Die HOOK_URL führt zu { $origin }; das steht nicht unter den erlaubten Rücksprungzielen. Gehört es zu diesem Einkäufer, ergänzen Sie "{ $origin }" bei den erlaubten Rücksprungzielen im Tab Rücksprung des OCI-Systems (`hooks` in einer Apply-Datei); kennen Sie es nicht, lassen Sie es abgelehnt.
hook-port = Ihr Warenkorb würde an eine Adresse gehen, die mit dem Shop nicht vereinbart ist. Bitte melden Sie es dem Shop, damit er sie prüfen und freigeben kann.
    .operator = Der Rechner von { $origin } ist erlaubt, aber nicht mit diesem Schema oder Port. Gehört er zu diesem Einkäufer (oft ein Testsystem), ergänzen Sie "{ $origin }" bei den erlaubten Rücksprungzielen im Tab Rücksprung des OCI-Systems (`hooks` in einer Apply-Datei).
hook-not-https = Ihr Warenkorb würde unverschlüsselt übertragen, und das ist mit dem Shop nicht vereinbart. Bitte wenden Sie sich an die Betreuung Ihres Beschaffungssystems.
    .operator = Die HOOK_URL führt zu { $origin }; dieser Rechner ist nur mit https erlaubt. Lassen Sie das Beschaffungssystem eine https-Adresse schicken (hinter einem Proxy kennt es seine äußere Adresse oft nicht), oder ergänzen Sie, wenn unverschlüsselte Rückgabe vertretbar ist, "{ $origin }" bei den erlaubten Rücksprungzielen im Tab Rücksprung des OCI-Systems (`hooks` in einer Apply-Datei).
hook-path = Ihr Warenkorb würde an eine Adresse gehen, die mit dem Shop nicht vereinbart ist. Bitte melden Sie es dem Shop, damit er sie prüfen und freigeben kann.
    .operator = Der Rechner { $origin } ist erlaubt, aber der Pfad liegt nicht unter dem erlaubten Anfang. Ergänzen Sie im Tab Rücksprung des OCI-Systems ein Ziel mit dem richtigen Pfad oder ohne Pfad (`hooks` in einer Apply-Datei).
hook-sapevent = Ihr Beschaffungssystem möchte den Warenkorb innerhalb des SAP-Fensters empfangen, und das lässt der Shop noch nicht zu. Bitte melden Sie es dem Shop.
    .operator = Die HOOK_URL ist SAPEVENT:POST, wie SAP GUI sie schickt (etwa aus ME21N oder ME51N). Arbeitet dieser Einkäufer mit SAP GUI, ergänzen Sie "SAPEVENT:POST" bei den erlaubten Rücksprungzielen im Tab Rücksprung des OCI-Systems (`hooks` in einer Apply-Datei); "any" und "any-https" schließen es nicht ein.
function-unknown = Ihr Beschaffungssystem hat etwas verlangt, das der Shop nicht kennt. Bitte wenden Sie sich an die Betreuung Ihres Beschaffungssystems.
    .operator = FUNCTION ist „{ $function }“; eine solche OCI-Funktion gibt es hier nicht. Bekannt sind DETAIL, VALIDATE, SOURCING, BACKGROUND_SEARCH und DOWNLOADJSON: Korrigieren Sie die Aufrufstruktur, oder lassen Sie FUNCTION für den gewöhnlichen Besuch im Shop weg.
function-argument = Ihr Beschaffungssystem hat nicht mitgeteilt, welches Produkt oder welche Suche gemeint ist. Bitte wenden Sie sich an die Betreuung Ihres Beschaffungssystems.
    .operator = FUNCTION={ $function } kam ohne das Argument { $argument }. Ergänzen Sie es in der Aufrufstruktur; bei früher übernommenen Positionen stammt das Produkt aus NEW_ITEM-EXT_PRODUCT_ID: Prüfen Sie, ob dieses Feld zugeordnet ist und im Beschaffungssystem erhalten bleibt.
function-argument-wrong = Ihr Beschaffungssystem hat etwas auf unverständliche Weise verlangt. Bitte wenden Sie sich an die Betreuer Ihres Beschaffungssystems.
    .operator = FUNCTION={ $function } kam mit { $argument }, womit sich nichts anfangen lässt: { $reason }. Korrigieren Sie die Aufrufstruktur im Beschaffungssystem; docs/functions.md beschreibt, wie jedes Argument geschrieben wird.
download-over = Der Katalog hat sich seit dem Beginn des Downloads zu sehr geändert. Bitte beginnen Sie den Download von vorn.
    .operator = DOWNLOADJSON verlangt den Stand TRANSACTIONID={ $transaction }, den es nicht gibt oder nicht mehr gibt. Beginnen Sie den Download mit Seite 1 und ohne TRANSACTIONID von vorn; kommt das oft vor, werden die Seiten zu langsam oder mit zu langen Pausen geholt.
shop-unavailable = Der Shop ist zurzeit nicht erreichbar. Bitte versuchen Sie es in einigen Minuten noch einmal.
    .operator = Der Shop gibt selbst Auskunft über seine Produkte (catalog_url) und hat es nicht getan: { $reason }. Prüfen Sie, ob der Shop läuft und vom Gateway aus erreichbar ist; nach mehreren Fehlern nacheinander wird er eine halbe Minute in Ruhe gelassen.
shop-answer-wrong = Der Shop hat eine unverständliche Antwort gegeben. Bitte wenden Sie sich an den Shop.
    .operator = Der Shop gibt selbst Auskunft über seine Produkte (catalog_url), aber nicht so, wie docs/shop-contract.md es beschreibt: { $reason }. Die Entwickler des Shops sollten seine Antwort mit dieser Seite vergleichen.
function-not-offered = Ihr Beschaffungssystem hat etwas verlangt, das dieser Shop nicht anbietet. Vielleicht können Sie den Shop trotzdem öffnen und dort bestellen; sonst wenden Sie sich bitte an den Shop.
    .operator = FUNCTION={ $function } wird von diesem OCI-System nicht angeboten. Bieten Sie die Funktion im Tab Anmeldung des OCI-Systems an (`functions` in [system.call] einer Apply-Datei), oder schalten Sie sie im Beschaffungssystem ab; VALIDATE und BACKGROUND_SEARCH brauchen außerdem einen Katalog im Gateway (punchgate catalog import) oder einen Shop, der selbst über seine Produkte Auskunft gibt (catalog_url), DOWNLOADJSON einen Katalog im Gateway.

## Die Anmeldung

login-missing = Ihr Beschaffungssystem hat keine vollständigen Zugangsdaten geschickt. Bitte wenden Sie sich an die Betreuung Ihres Beschaffungssystems.
    .operator = Der Parameter { $parameter } fehlt oder ist leer. Ergänzen Sie ihn in der Aufrufstruktur mit E-Mail (oder Nummer) beziehungsweise Passwort des Shop-Kunden; heißt er dort anders, tragen Sie diesen Namen im Tab Anmeldung des OCI-Systems ein (`names.user`, `names.password`).
login-wrong = Die Zugangsdaten für diesen Shop stimmen nicht. Bitte lassen Sie die in Ihrem Beschaffungssystem hinterlegten Zugangsdaten vom Shop prüfen.
    .operator = Kein aktiver Kunde dieses Shops hat diese E-Mail (oder Nummer) mit diesem Passwort. Vergleichen Sie die Zugangsdaten im Beschaffungssystem Zeichen für Zeichen und ohne Leerzeichen an den Enden mit dem Kunden; Sonderzeichen wie &, +, # und % müssen in einer URL prozentcodiert sein. Ein neues Passwort setzen Sie beim Kunden in der Administration, mit `punchgate apply` oder mit PUT /api/v1/customers.
too-many-attempts = Es gab zu viele fehlgeschlagene Anmeldungen. Bitte warten Sie einige Minuten und versuchen Sie es noch einmal; haben sich die Zugangsdaten geändert, wenden Sie sich bitte an den Shop.
    .operator = Von dieser Adresse oder für diesen Kunden sind binnen fünf Minuten zu viele Anmeldungen fehlgeschlagen; weitere müssen warten, ohne dass das Passwort geprüft wird. Wahrscheinlich steht ein altes Passwort im Beschaffungssystem. Scheinen alle Einkäufer von einer Adresse zu kommen, nennen Sie Ihren Reverse-Proxy in `trusted_proxies`; die Grenzen sind die Einstellungen `failed_logins_…`.
too-busy = Gerade melden sich sehr viele gleichzeitig an. Bitte versuchen Sie es in einigen Sekunden noch einmal.
    .operator = Alle Threads, die Passwörter prüfen, sind beschäftigt, und die Warteschlange davor ist voll. Kommt das oft vor, sehen Sie sich die Metriken an, erhöhen Sie `hash_threads` (höchstens einer je Kern) oder `hash_queue`, lassen Sie `recent_logins` eingeschaltet und prüfen Sie, ob jemand Passwörter errät.

## System, Zuordnung, Lizenzen

system-unknown = Unter dieser Adresse gibt es keinen Zugang zu einem Shop. Bitte wenden Sie sich an die Betreuung Ihres Beschaffungssystems.
    .operator = Es gibt kein OCI-System mit dem technischen Namen „{ $system }“. Korrigieren Sie die URL im Beschaffungssystem (sie endet auf /oci/ und den technischen Namen), oder legen Sie das System an; die vorhandenen stehen in der Administration unter Erweiterungen, OCI-Systeme (auf der Kommandozeile: `punchgate export`).
system-ambiguous = Es ist nicht eindeutig, welcher Zugang zum Shop gemeint ist. Bitte wenden Sie sich an den Shop; er nennt Ihnen eine eigene Adresse für Ihr Beschaffungssystem.
    .operator = Der Aufruf kam ohne System in der URL, und der Kunde ist mehreren aktiven OCI-Systemen zugeordnet: { $systems }. Tragen Sie im Beschaffungssystem die volle URL /oci/ mit dem technischen Namen eines dieser Systeme ein, oder nehmen Sie den Kunden aus den anderen heraus.
system-inactive = Der Shop hat diesen Zugang zurzeit abgeschaltet. Bitte wenden Sie sich an den Shop.
    .operator = Das OCI-System „{ $system }“ ist nicht aktiv. Setzen Sie es in seinem Tab Allgemein auf aktiv (`active` in einer Apply-Datei).
not-assigned = Das Kundenkonto Ihres Unternehmens ist für diesen Zugang noch nicht freigeschaltet. Bitte wenden Sie sich an den Shop.
    .operator = Die Anmeldung stimmt, aber der Kunde { $customer } ist dem OCI-System „{ $system }“ nicht zugeordnet. Legen Sie ihn mit einer Kunden-Lizenz (PGC-…) im Tab Kunde des Systems an ([[assignment]] in einer Apply-Datei).
system-license-missing = Dieser Zugang zum Shop ist noch nicht vollständig eingerichtet. Bitte wenden Sie sich an den Shop.
    .operator = Das OCI-System „{ $system }“ hat keinen Lizenzschlüssel. Jedes OCI-System braucht eine eigene System-Lizenz: Tragen Sie ihren Schlüssel (PGS-…) im Tab Allgemein, Feld Lizenzschlüssel, ein (`license` in einer Apply-Datei).
system-license-wrong-kind = Dieser Zugang zum Shop ist noch nicht vollständig eingerichtet. Bitte wenden Sie sich an den Shop.
    .operator = Der Schlüssel im OCI-System „{ $system }“ ist eine Kunden-Lizenz (PGC-…). Ein System braucht eine System-Lizenz: Tragen Sie im Tab Allgemein einen Schlüssel ein, der mit PGS- beginnt, und verwenden Sie die Kunden-Lizenz im Tab Kunde.
system-license-not-connected = Dieser Zugang zum Shop ist noch nicht vollständig eingerichtet. Bitte wenden Sie sich an den Shop.
    .operator = Die System-Lizenz von „{ $system }“ ist mit keiner Website verbunden. Ihr Inhaber verbindet sie im Lizenzportal mit „Verbinden“ (oder mit `punchgate license connect KEY --website URL`).
system-license-other-website = Dieser Zugang zum Shop ist noch nicht vollständig eingerichtet. Bitte wenden Sie sich an den Shop.
    .operator = Die System-Lizenz von „{ $system }“ ist mit einer anderen Website verbunden als der des Shops. Rechnername und Port müssen übereinstimmen (ein führendes www., der Pfad und der Standardport zählen nicht): Trennen Sie die Lizenz im Lizenzportal und verbinden Sie sie neu (oder mit `punchgate license disconnect KEY`, dann `connect`), oder korrigieren Sie die Website des Shops.
system-license-not-yet-valid = Dieser Zugang zum Shop gilt noch nicht. Bitte wenden Sie sich an den Shop, wenn Sie ihn früher brauchen.
    .operator = Die System-Lizenz von „{ $system }“ gilt erst ab einem späteren Zeitpunkt; das Lizenzportal und `punchgate license show KEY` nennen ihn. Warten Sie bis dahin, verwenden Sie eine Lizenz, die schon gilt, und prüfen Sie die Uhr dieses Servers.
system-license-expired = Dieser Zugang zum Shop ist abgelaufen. Bitte wenden Sie sich an den Shop.
    .operator = Die System-Lizenz von „{ $system }“ ist abgelaufen. Lassen Sie sie vom Anbieter verlängern (`punchgate license extend KEY --valid-until DATE`), oder tragen Sie im Tab Allgemein den Schlüssel einer neuen System-Lizenz ein; sie muss mit der Website des Shops verbunden sein.
system-license-suspended = Dieser Zugang zum Shop ist zurzeit gesperrt. Bitte wenden Sie sich an den Shop.
    .operator = Der Anbieter hat die System-Lizenz von „{ $system }“ gesperrt. Klären Sie es mit dem Anbieter; er hebt die Sperre mit `punchgate license resume KEY` auf.
system-license-in-use = Dieser Zugang zum Shop ist noch nicht vollständig eingerichtet. Bitte wenden Sie sich an den Shop.
    .operator = Die System-Lizenz von „{ $system }“ wird schon von einem anderen OCI-System genutzt. Eine System-Lizenz gehört zu genau einem OCI-System: Tragen Sie hier eine eigene ein, oder nehmen Sie den Schlüssel aus dem anderen System heraus.
customer-license-missing = Das Kundenkonto Ihres Unternehmens ist für diesen Zugang noch nicht vollständig freigeschaltet. Bitte wenden Sie sich an den Shop.
    .operator = Der Kunde { $customer } hat im OCI-System „{ $system }“ keine Kunden-Lizenz. Jeder Kunde braucht in jedem System eine eigene (eine kommt mit jeder System-Lizenz kostenlos): Tragen Sie ihren Schlüssel (PGC-…) beim Kunden im Tab Kunde des Systems ein (`license` des [[assignment]] in einer Apply-Datei).
customer-license-wrong-kind = Das Kundenkonto Ihres Unternehmens ist für diesen Zugang noch nicht vollständig freigeschaltet. Bitte wenden Sie sich an den Shop.
    .operator = Der Schlüssel in der Zuordnung des Kunden { $customer } zu „{ $system }“ ist eine System-Lizenz (PGS-…). Eine Zuordnung braucht eine Kunden-Lizenz: Tragen Sie einen Schlüssel ein, der mit PGC- beginnt.
customer-license-not-connected = Das Kundenkonto Ihres Unternehmens ist für diesen Zugang noch nicht vollständig freigeschaltet. Bitte wenden Sie sich an den Shop.
    .operator = Die Kunden-Lizenz von { $customer } in „{ $system }“ ist mit keiner Website verbunden; jede Lizenz muss es sein, auch die kostenlose einer System-Lizenz. Ihr Inhaber verbindet sie im Lizenzportal mit „Verbinden“ (oder mit `punchgate license connect KEY --website URL`).
customer-license-other-website = Das Kundenkonto Ihres Unternehmens ist für diesen Zugang noch nicht vollständig freigeschaltet. Bitte wenden Sie sich an den Shop.
    .operator = Die Kunden-Lizenz von { $customer } in „{ $system }“ ist mit einer anderen Website verbunden als der des Shops. Rechnername und Port müssen übereinstimmen (ein führendes www., der Pfad und der Standardport zählen nicht): Trennen Sie die Lizenz im Lizenzportal und verbinden Sie sie neu (oder mit `punchgate license disconnect KEY`, dann `connect`), oder korrigieren Sie die Website des Shops.
customer-license-not-yet-valid = Der Zugang Ihres Unternehmens zum Shop gilt noch nicht. Bitte wenden Sie sich an den Shop, wenn Sie ihn früher brauchen.
    .operator = Die Kunden-Lizenz von { $customer } in „{ $system }“ gilt erst ab einem späteren Zeitpunkt; das Lizenzportal und `punchgate license show KEY` nennen ihn. Warten Sie bis dahin, verwenden Sie eine Lizenz, die schon gilt, und prüfen Sie die Uhr dieses Servers.
customer-license-expired = Der Zugang Ihres Unternehmens zum Shop ist abgelaufen. Bitte wenden Sie sich an den Shop.
    .operator = Die Kunden-Lizenz von { $customer } in „{ $system }“ ist abgelaufen. Lassen Sie sie vom Anbieter verlängern (`punchgate license extend KEY --valid-until DATE`), oder tragen Sie im Tab Kunde den Schlüssel einer neuen Kunden-Lizenz ein; sie muss mit der Website des Shops verbunden sein.
customer-license-suspended = Der Zugang Ihres Unternehmens zum Shop ist zurzeit gesperrt. Bitte wenden Sie sich an den Shop.
    .operator = Der Anbieter hat die Kunden-Lizenz von { $customer } in „{ $system }“ gesperrt. Klären Sie es mit dem Anbieter; er hebt die Sperre mit `punchgate license resume KEY` auf.
customer-license-in-use = Das Kundenkonto Ihres Unternehmens ist für diesen Zugang noch nicht vollständig freigeschaltet. Bitte wenden Sie sich an den Shop.
    .operator = Die Kunden-Lizenz von { $customer } in „{ $system }“ wird schon anderswo genutzt. Eine Kunden-Lizenz gilt für genau einen Kunden in genau einem System: Tragen Sie hier eine eigene ein, oder nehmen Sie den Schlüssel aus der anderen Zuordnung heraus.

## Die Seite des Shops

api-key-wrong = Der Shop konnte sich nicht ausweisen. Bitte wenden Sie sich an den Shop.
    .operator = Der Header „Authorization: Bearer …“ fehlt oder enthält keinen API-Schlüssel eines hiesigen Shops. Vergleichen Sie die Einstellung im Shop mit den ersten Zeichen der Schlüssel in der Administration; gespeichert sind nur Hashes, ein verlorener Schlüssel wird deshalb dort durch einen neuen ersetzt (oder mit `api_key` des [[shop]] in einer Apply-Datei).
entry-unknown = Ihr Besuch im Shop wurde nicht gefunden. Bitte öffnen Sie den Shop noch einmal aus Ihrem Beschaffungssystem.
    .operator = Kein Punchout dieses Shops hat dieses Einmal-Token. Wahrscheinlich wurde das Token auf dem Weg durch die URL gekürzt oder verändert, der API-Schlüssel gehört einem anderen Shop, oder das Token stammt aus einer anderen Installation: Lösen Sie es genau so ein, wie es in der Weiterleitung kam.
entry-used = Dieser Weg in den Shop wurde schon benutzt. Bitte öffnen Sie den Shop noch einmal aus Ihrem Beschaffungssystem.
    .operator = Das Einmal-Token wurde bereits eingelöst; jedes gilt nur einmal. Wahrscheinlich wurde die Einstiegsseite neu geladen, oder der Shop löst zweimal ein (ein Wiederholungsversuch, ein Link-Prüfer): einmal einlösen, die Antwort in der Sitzung des Shops behalten und auf eine Seite ohne Token weiterleiten.
entry-expired = Bis sich der Shop öffnete, ist zu viel Zeit vergangen. Bitte öffnen Sie den Shop noch einmal aus Ihrem Beschaffungssystem.
    .operator = Das Einmal-Token wurde zu spät eingelöst. Wahrscheinlich wurde ein alter Link geöffnet, oder der Shop hat sehr langsam geantwortet; wie lange Token gelten, sagt die Einstellung `entry_lifetime`.
punchout-unknown = Ihr Besuch im Shop wurde nicht gefunden. Bitte öffnen Sie den Shop noch einmal aus Ihrem Beschaffungssystem.
    .operator = Dieser Shop hat keinen Punchout mit dieser Kennung. Verwenden Sie `punchout` aus der Antwort auf das eingelöste Token, mit dem API-Schlüssel desselben Shops; alte Punchouts können auch entfernt worden sein.
punchout-not-entered = Der Shop hat Ihren Besuch noch nicht eröffnet. Bitte öffnen Sie den Shop noch einmal aus Ihrem Beschaffungssystem.
    .operator = Es kam ein Warenkorb zu einem Punchout, dessen Einmal-Token noch nicht eingelöst ist. Lösen Sie zuerst das Token ein (POST /api/v1/entries/redeem), und übergeben Sie dann den Warenkorb.
punchout-returned = Ihr Warenkorb wurde schon an Ihr Beschaffungssystem übergeben. Um mehr zu bestellen, öffnen Sie den Shop bitte noch einmal von dort.
    .operator = Der Warenkorb dieses Punchouts wurde schon zurückgegeben, und das geht je Punchout einmal. Beenden Sie nach der Übergabe die Sitzung im Shop; ein weiterer Warenkorb braucht einen weiteren Punchout.
punchout-closed = Sie haben den Shop ohne Warenkorb verlassen. Um zu bestellen, öffnen Sie den Shop bitte noch einmal aus Ihrem Beschaffungssystem.
    .operator = Dieser Punchout wurde ohne Übergabe verlassen. Beenden Sie dabei auch die Sitzung im Shop; ein Warenkorb braucht einen neuen Punchout.
punchout-cancelled = Der Shop hat Ihren Besuch beendet. Bitte öffnen Sie den Shop noch einmal aus Ihrem Beschaffungssystem, oder wenden Sie sich an den Shop.
    .operator = Dieser Punchout wurde von einem Betreiber abgebrochen. Ein Warenkorb braucht einen neuen Punchout.
punchout-expired = Ihr Besuch im Shop hat zu lange gedauert und ist beendet. Bitte öffnen Sie den Shop noch einmal aus Ihrem Beschaffungssystem.
    .operator = Der Punchout war länger offen, als die Einstellung `punchout_lifetime` erlaubt (8 Stunden, wenn nichts anderes gesetzt ist). Lassen Sie den Shop seine Sitzung zu `expires_at` beenden; erhöhen Sie die Einstellung, wenn Einkäufer länger brauchen.
cart-malformed = Ihr Warenkorb konnte nicht gelesen werden; es wurde nichts übergeben. Bitte wenden Sie sich an den Shop.
    .operator = Der Warenkorb ist nicht das erwartete JSON: { $reason }. Senden Sie ihn, wie /api/docs es beschreibt, Dezimalzahlen als Zeichenketten mit Punkt.
cart-too-large = Ihr Warenkorb ist zu groß, um auf einmal übergeben zu werden. Bitte teilen Sie ihn auf, oder wenden Sie sich an den Shop.
    .operator = Der Inhalt mit dem Warenkorb ist größer als { $limit }. Wahrscheinlich stehen lange Beschreibungen oder Bilder darin: Senden Sie Texte ohne eingebettete Bilder und Anlagen als URL.
cart-too-many-lines = Ihr Warenkorb hat mehr Positionen, als auf einmal übergeben werden können. Bitte teilen Sie ihn auf mehrere Warenkörbe auf.
    .operator = Der Warenkorb hat { $count } Positionen; angenommen werden höchstens 10.000. Lassen Sie den Einkäufer ihn aufteilen; viele Beschaffungssysteme nehmen auf einmal weit weniger an.
cart-faulty = Ihr Beschaffungssystem kann etwas in Ihrem Warenkorb nicht übernehmen; deshalb wurde nichts übergeben. Bitte wenden Sie sich an den Shop.
    .operator = Aus dem Warenkorb würden keine gültigen OCI-Positionen; Zahl der Fehler: { $count }. `faults` nennt jeden mit Position, Feld und dem, was erlaubt ist: Korrigieren Sie die Daten des Shops, oder die Tabs Felder und Einheiten des OCI-Systems (`[[system.field]]`, `[system.units]` in einer Apply-Datei).
customer-faulty = Der Shop hat Kundendaten geschickt, die nicht angenommen werden können. Bitte wenden Sie sich an den Shop.
    .operator = Der Kunde kann so nicht gespeichert werden: { $reason }. Ein Kunde hat eine Nummer, eine E-Mail, die kein anderer Kunde des Shops hat, und entweder `password` oder `password_hash` (argon2id oder bcrypt); siehe /api/docs.
body-malformed = Der Shop hat etwas geschickt, das nicht gelesen werden kann. Bitte wenden Sie sich an den Shop.
    .operator = Der Inhalt der Anfrage ist nicht lesbar: { $reason }. Wahrscheinlich fehlt eine Klammer, ein Wert hat den falschen Typ, es ist kein UTF-8, oder die Verbindung brach ab; vergleichen Sie ihn mit /api/docs.
body-too-large = Der Shop hat mehr Daten geschickt, als angenommen werden. Bitte wenden Sie sich an den Shop.
    .operator = Der Inhalt der Anfrage ist größer als { $limit }. Senden Sie nur, was /api/docs nennt.

## Seiten und Pfade

ticket-unknown = Diese Seite gibt es nicht oder nicht mehr. Bitte öffnen Sie den Shop noch einmal aus Ihrem Beschaffungssystem.
    .operator = Zu dieser Rückgabe-Adresse gehört kein Punchout. Wahrscheinlich wurde die URL gekürzt oder von Hand geschrieben, stammt aus einer anderen Installation, oder der Punchout wurde inzwischen entfernt: Schicken Sie Browser genau zu der `return_url`, die genannt wurde.
nothing-to-return = Es gibt noch keinen Warenkorb, der übergeben werden könnte. Bitte gehen Sie zurück in den Shop und übergeben Sie Ihren Warenkorb von dort.
    .operator = Die Rückgabe-Seite wurde geöffnet, bevor der Shop einen Warenkorb übergeben hat. Übergeben Sie ihn zuerst (POST /api/v1/punchouts/…/cart), und schicken Sie den Browser erst nach der Antwort 201 zu `return_url`.
not-found = Unter dieser Adresse gibt es nichts. Bitte prüfen Sie die Adresse, oder öffnen Sie den Shop aus Ihrem Beschaffungssystem.
    .operator = Diesen Pfad gibt es nicht. Beschaffungssysteme rufen /oci/ mit einem technischen Namen auf, Shops /api/v1 (siehe /api/docs); ein Reverse-Proxy muss Pfade unverändert durchreichen.
method-unknown = So lässt sich diese Adresse nicht aufrufen. Bitte öffnen Sie den Shop aus Ihrem Beschaffungssystem.
    .operator = Die Anfrage kam mit { $method }; dieser Pfad kennt { $methods } (siehe /api/docs).

## Wir selbst

database-unavailable = Der Shop ist über diesen Zugang gerade nicht erreichbar. Bitte versuchen Sie es in einer Minute noch einmal.
    .operator = Die Datenbank hat nicht geantwortet. Prüfen Sie, ob sie läuft, ob `database_url` stimmt und ob die Platte voll ist; der Grund steht im Log, und /health/ready zeigt, wann sie wieder da ist.
form-foreign = Dieses Formular gilt nicht mehr. Bitte laden Sie die Seite neu und wiederholen Sie Ihre Eingabe.
    .operator = Das Formular kam nicht von einer Seite dieses Gateways, oder seine Sitzung ist inzwischen zu Ende. Hinter einem Reverse-Proxy muss die öffentliche Adresse (`PUNCHGATE_PUBLIC_URL`) die sein, die Browser benutzen.

internal = Bei uns ist etwas schiefgegangen. Bitte versuchen Sie es noch einmal; geschieht es wieder, nennen Sie dem Shop die Referenz unten.
    .operator = Das sollte nicht vorkommen: Es ist ein Fehler des Gateways. Der Grund steht im Log; bitte melden Sie ihn mit Version und Code, ohne Passwörter und Schlüssel.
