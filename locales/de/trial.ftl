# „System testen“: Der Betreiber spielt den Einkäufer.

trial-title = Test von { $system }

## Der Anfang

trial-introduction = Sie spielen den Einkäufer: Das Gateway ruft sich selbst auf, wie es das Beschaffungssystem eines Kunden täte, und alles wird geprüft wie immer, auch die Lizenzen. Nur nach dem Passwort des Kunden wird nicht gefragt, und der Warenkorb kommt in diese Administration zurück. Danach öffnen Sie entweder den Shop und füllen dort einen Warenkorb, oder Sie lassen das Gateway mit einem Beispiel-Warenkorb den Shop spielen.
trial-no-hooks = In diesem System ist noch kein Rücksprungziel erlaubt: Ein Test geht trotzdem, aber jeder echte Aufruf wird abgelehnt.
trial-inactive = Dieses System ist nicht aktiv: Der Aufruf wird abgelehnt.
trial-as-whom = Aufrufen
trial-no-customers = In diesem System ist noch kein Kunde. Legen Sie zuerst einen an: Ohne Kunden kann niemand aufrufen.
trial-search = Kundennummer oder E-Mail
trial-search-button = Suchen
trial-none-found = Dazu passt kein Kunde dieses Systems.
trial-no-customer-chosen = Bitte wählen Sie den Kunden, für den aufgerufen werden soll.
trial-customer-inactive = Der Kunde { $customer } ist deaktiviert oder gehört nicht zu diesem Shop. Sein echter Aufruf würde als falsche Anmeldung abgelehnt; aktivieren Sie ihn zuerst.
trial-deactivated = deaktiviert
trial-more = Weitere Parameter des Aufrufs (optional)
trial-more-hint = Je Zeile einer, als Name=Wert. Anmeldung, Rücksprungadresse und die Felder von OCI 4.0 werden in jedem Fall gesendet.
trial-start = Test starten
trial-started = Der Aufruf wurde angenommen. So geht es weiter.
trial-hook = Rücksprungziel prüfen
trial-hook-introduction = Ein Test kehrt in diese Administration zurück; was das System zum Rücksprungziel des echten Beschaffungssystems sagt, sehen Sie deshalb hier.
trial-hook-hint = So, wie das Beschaffungssystem sie sendet.
trial-hook-button = Prüfen
trial-hook-good = Dorthin darf ein Warenkorb zurück.
trial-refused = Das würde abgelehnt:

## Sein Verlauf

trial-next = Nächster Schritt
trial-next-enter = Der Aufruf wurde angenommen. Öffnen Sie den Shop, füllen Sie einen Warenkorb und übergeben Sie ihn dort; diese Seite bemerkt es von selbst.
trial-next-sample = Oder übergeben Sie unten einen Beispiel-Warenkorb, dann ist kein Shop nötig.
trial-open-shop = Shop öffnen
trial-next-hand-over = Der Shop hat den Kunden angemeldet. Füllen Sie dort einen Warenkorb und übergeben Sie ihn, oder nehmen Sie unten den Beispiel-Warenkorb.
trial-next-return = Aus dem Warenkorb ist ein Formular geworden. Lassen Sie es jetzt Ihren Browser zurückbringen, wie es der Browser des Einkäufers täte.
trial-return = Warenkorb zurückbringen
trial-next-nothing = Alles ist getan: Der Warenkorb ist zurückgekommen. Was das Beschaffungssystem vorgefunden hätte, steht unten.
trial-next-over = Dieser Test endete, bevor ein Warenkorb zurückkam. Starten Sie einen neuen.
trial-cancel = Test abbrechen
trial-new = Neuer Test
trial-entered-already = Der Weg in den Shop gilt einmal; er wurde schon benutzt, oder der Test ist beendet. Machen Sie im Fenster des Shops weiter, oder starten Sie einen neuen Test.
trial-arrived = Der Warenkorb ist genau so angekommen, wie er gesendet wurde.
trial-arrived-differently = Der Warenkorb ist anders angekommen, als er gesendet wurde. Diese Felder weichen ab: { $value }

## Was gefunden wurde

trial-check = Prüfung der Rückgabe
trial-check-good-one = Gelesen, wie ein Beschaffungssystem liest: { $count } Position, und alle Regeln von OCI sind eingehalten.
trial-check-good-many = Gelesen, wie ein Beschaffungssystem liest: { $count } Positionen, und alle Regeln von OCI sind eingehalten.
trial-check-bad = Darüber würde ein Beschaffungssystem stolpern:
trial-items = Positionen, wie das Beschaffungssystem sie liest
trial-sample = Den Shop spielen
trial-sample-label = Warenkorb (JSON)
trial-sample-hint = Wird genau so übergeben, wie es ein Shop über die API tut; ändern Sie ihn nach Belieben, um zu sehen, was daraus wird.
trial-hand-over = Diesen Warenkorb übergeben
trial-handed-over = Der Warenkorb wurde übernommen.
trial-call-hint = So würde das Beschaffungssystem dieses Systems ihn senden.
trial-answer = Die Antwort
trial-answer-hint = Der Browser wird in den Shop geschickt; das Token in der Adresse gilt einmal.
