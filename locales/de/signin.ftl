# Anmelden.

signin-title = Anmelden
signin-email = E-Mail-Adresse
signin-password = Passwort
signin-button = Anmelden
signin-wrong = Die E-Mail-Adresse oder das Passwort stimmt nicht.
signin-too-many = Zu viele Versuche. Bitte warten Sie einige Minuten bis zum nächsten.
signin-forgotten = Passwort vergessen? Wer Ihre Lizenzen ausstellt, kann Ihnen eine neue Einladung schicken.
signin-code-title = Zweiter Faktor
signin-code = Code
signin-code-hint = Sechs Ziffern aus Ihrer Authenticator-App oder einer Ihrer Wiederherstellungscodes.
signin-code-button = Weiter
signin-code-back = Zurück
signin-code-wrong = Dieser Code stimmt nicht oder wurde schon benutzt. Bitte warten Sie auf den nächsten.
signin-invitation-title = Passwort wählen
signin-invitation-sentence = Mit diesem Passwort melden Sie sich künftig als { $email } an.
signin-invitation-button = Passwort festlegen
signin-invitation-done = Ihr Passwort ist festgelegt. Sie können sich jetzt anmelden.
signin-invitation-over-title = Dieser Link gilt nicht mehr
signin-invitation-over = Er wurde schon benutzt, ist abgelaufen, oder ein neuerer ist an seine Stelle getreten. Bitte lassen Sie sich neu einladen.
signin-password-hint = Mindestens zehn Zeichen. Mehrere Wörter merken sich leichter als ein kurzes Rätsel.
signin-password-length = Das Passwort muss mindestens { $least } Zeichen haben.
