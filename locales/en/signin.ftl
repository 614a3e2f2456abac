# Signing in.

signin-title = Sign in
signin-email = E-mail address
signin-password = Password
signin-button = Sign in
signin-wrong = The e-mail address or the password is wrong.
