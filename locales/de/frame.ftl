# Was um jede Seite von Lizenzportal, Verwaltung und Anbieter steht.

frame-skip = Zum Inhalt springen
frame-menu = Menü
frame-navigation = Hauptnavigation
frame-start = Übersicht
frame-portal = Lizenzportal
frame-licenses = Lizenzen
frame-extensions = Erweiterungen
frame-systems = OCI-Systeme
frame-administration = Verwaltung
frame-punchouts = Punchouts
frame-customers = Shop-Kunden
frame-shops = Shops
frame-audit = Änderungsprotokoll
frame-checker = Prüfer
frame-vendor = Anbieter
frame-accounts = Kundenkonten
frame-issued-licenses = Ausgestellte Lizenzen
frame-sign-out = Abmelden
frame-pages = Seiten
frame-pager-first = Zurück zum Anfang
frame-pager-next = Nächste Seite
frame-copy = Kopieren
frame-copied = Kopiert
frame-nothing-title = Hier gibt es nichts
frame-nothing-sentence = Diese Seite gibt es nicht, oder was sie zeigte, gehört zu einem anderen Kundenkonto oder wurde entfernt.
frame-nothing-back = Zur Übersicht
