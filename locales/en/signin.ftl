# Signing in.

signin-title = Sign in
signin-email = E-mail address
signin-password = Password
signin-button = Sign in
signin-wrong = The e-mail address or the password is wrong.
signin-too-many = Too many tries. Please wait a few minutes before the next one.
signin-forgotten = Password forgotten? Whoever issues your licenses can send you a new invitation.
signin-code-title = Second factor
signin-code = Code
signin-code-hint = Six digits from your authenticator app, or one of your recovery codes.
signin-code-button = Continue
signin-code-back = Back
signin-code-wrong = This code is wrong, or it was used already. Please wait for the next one.
signin-invitation-title = Choose a password
signin-invitation-sentence = This is the password by which you will sign in as { $email } from now on.
signin-invitation-button = Set password
signin-invitation-done = Your password is set. You can sign in now.
signin-invitation-over-title = This link is no longer good
signin-invitation-over = It was used already, has expired, or a newer one took its place. Please ask for a new invitation.
signin-password-hint = At least ten characters. Several words are easier to remember than a short riddle.
signin-password-length = The password must have at least { $least } characters.
