# Die Seite der Werkzeuge und das Kommando `check`.

tools-title = Rückgabe oder Aufruf prüfen
tools-lead = Fügen Sie ein, was ein Shop zurücksendet oder was ein Beschaffungssystem aufruft: Sie sehen die Positionen, wie das System des Einkäufers sie liest, und alles, was es nicht nähme.
tools-text = Was geprüft werden soll
tools-text-hint = Das HTML einer Rückgabeseite, ein gesendeter Body, JSON, XML oder ein Aufruf als Request oder Adresse.
tools-examples = Zum Ausprobieren:
tools-example-page = eine Seite mit Fehlern
tools-example-body = ein guter Body
tools-example-call = ein Aufruf
tools-example-json = ein heruntergeladener Katalog
tools-file = oder eine Datei
tools-profile = System des Einkäufers
tools-release = Version
tools-release-own = wie das System
tools-check = Prüfen
tools-again = Noch einmal prüfen
tools-private = Eingefügtes wird weder gespeichert noch protokolliert.
tools-other-language = English
tools-too-often = Von Ihrer Adresse wurde sehr oft geprüft. Bitte versuchen Sie es in einer Minute wieder.
tools-too-busy = Im Augenblick wird zu viel geprüft. Bitte versuchen Sie es in einigen Sekunden wieder.
tools-too-large = Das ist zu groß: Höchstens 4 MiB werden geprüft.
tools-unreadable-form = Das Formular ließ sich nicht lesen. Ein eingefügter Text muss Text sein, eine Datei eine Datei.
tools-no-profile = Eine solche Vorlage für ein System gibt es nicht.

## Was es ist

tools-kind-page = Eine Rückgabeseite.
tools-kind-body = Eine Rückgabe, wie sie gesendet wurde.
tools-kind-json = Eine Rückgabe in JSON.
tools-kind-xml = Eine Rückgabe in XML.
tools-kind-download = Eine Seite eines heruntergeladenen Katalogs.
tools-kind-call = Ein OCI-Aufruf.
tools-kind-unknown = Unbekannt.
tools-verdict-unreadable = Damit lässt sich nichts anfangen.
tools-verdict-call = So läse ihn das Gateway; ob Anmeldung und Rücksprungadresse stimmen, entscheidet das System.
tools-verdict-call-refused = Das Gateway nähme ihn nicht an.
tools-verdict-errors = Nicht alles käme im System des Einkäufers an.
tools-verdict-warnings = Es käme an, aber nicht in jedem System und nicht alles unverändert.
tools-verdict-good = Es käme an, wie es ist.

## Positionen und Felder

tools-items-title = Positionen
tools-no-items = Keine Positionen.
tools-more-items = und { $count } weitere Positionen
tools-article = Artikel
tools-description = Bezeichnung
tools-quantity = Menge
tools-unit = Einheit
tools-price = Preis
tools-per = je
tools-currency = Währung
tools-state = Befund
tools-fine = gut
tools-all-fields = Alle Felder der Positionen
tools-others = Andere Felder des Formulars
tools-name = Name
tools-value = Wert
tools-fields-one = { $count } Feld
tools-fields-many = { $count } Felder
tools-form = Formular
tools-form-action = Gesendet an
tools-form-target = Frame
tools-form-charset = Zeichensatz
tools-form-fields = Felder

## Befunde

tools-findings = Befunde
tools-finding = Befund
tools-severity = Schwere
tools-place = Stelle
tools-item = Position { $number }
tools-whole = Das Ganze
tools-error = Fehler
tools-warning = Warnung
tools-hint = Hinweis
tools-items-one = { $count } Position
tools-items-many = { $count } Positionen
tools-errors-one = { $count } Fehler
tools-errors-many = { $count } Fehler
tools-warnings-one = { $count } Warnung
tools-warnings-many = { $count } Warnungen
tools-hints-one = { $count } Hinweis
tools-hints-many = { $count } Hinweise

## Ein Aufruf

tools-call = Aufruf
tools-parameters-one = { $count } Parameter, wie empfangen
tools-parameters-many = { $count } Parameter, wie empfangen
tools-fact-method = Methode
tools-fact-user = Anmeldename
tools-fact-password = Passwort
tools-fact-hook = Rücksprungadresse
tools-fact-cancel = Abbruchadresse
tools-fact-function = Funktion
tools-fact-asked = Gesucht
tools-fact-version = OCI-Version
tools-fact-charset = Zeichensatz
tools-fact-target = Frame
tools-fact-language = Sprache
tools-fact-echo = Zurückgesendet
tools-fact-items = An jeder Position
tools-fact-extra = Andere Parameter
