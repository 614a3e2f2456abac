# Anmelden.

signin-title = Anmelden
signin-email = E-Mail-Adresse
signin-password = Passwort
signin-button = Anmelden
signin-wrong = Die E-Mail-Adresse oder das Passwort stimmt nicht.
