# One message a code of src/refusal.rs: the buyer's sentence, and as `.operator` the sentence for who can mend it.
# Buyers' sentences hold no placeholder: a page never repeats what a stranger's call said.

## The call of the procurement system

call-too-large = Your procurement system sent more data than can be accepted here. Please contact the people who look after your procurement system.
    .operator = The body of the call is larger than { $limit }. Likely the procurement system posts something else than a login here, for instance a cart because its HOOK_URL is the gateway's own call URL: correct the call structure there.
too-many-parameters = Your procurement system sent more data than can be accepted here. Please contact the people who look after your procurement system.
    .operator = The call has more than 1,000 parameters. Likely a cart or a whole form was posted to the call URL: correct the call structure in the procurement system so that it sends the login, the hook and the few fields you need.
method-not-allowed = Your procurement system opened the shop in a way that is not agreed with the shop. Please contact the people who look after your procurement system.
    .operator = The call came by { $method }, which this OCI system does not allow. Change the method in the procurement system's call structure, or allow { $method } for the OCI system in its tab Login (`methods` in [system.call] of an apply file).
placeholder = Your procurement system sent the name of a field instead of its value. Please contact the people who look after your procurement system.
    .operator = The parameter { $parameter } arrived as the placeholder "{ $value }". In the procurement system's call structure, enter the real value, or give the parameter its type (in SAP customising: type 4, return URL, with an empty value, for the hook; type 1 for a SAP field).
hook-missing = Your procurement system did not say where your cart is to be sent. Please contact the people who look after your procurement system.
    .operator = The parameter { $parameter } is missing or empty. Add the return URL to the call structure (in SAP customising: type 4, value left blank); if it has another name there, enter that name in the OCI system's tab Login (`names.hook`). A hook that stands un-encoded at the end of the query needs the setting for that in the same tab (`hook_is_last`).
hook-malformed = The address to which your cart is to be sent cannot be read. Please contact the people who look after your procurement system.
    .operator = The hook is not an address a browser can post to: { $reason }. The value must be an absolute URL, percent-encoded once, at most 2,048 characters; correct it in the procurement system's call structure. If it is cut at its first "&", say in the OCI system's tab Login that it comes last (`hook_is_last`).
hook-scheme = Your cart would be sent to a kind of address that is not allowed. Please contact the people who look after your procurement system.
    .operator = The hook has the scheme "{ $scheme }"; only https, http (if allowed) and SAPEVENT:POST (if allowed) carry carts. If nobody knows this hook, treat the call as an attempt to abuse the gateway; otherwise correct the return URL in the procurement system.
hook-user-info = The address to which your cart is to be sent holds login data, and that is not allowed. Please contact the people who look after your procurement system.
    .operator = The hook holds a user name or password before its host ("user@host"). This is refused because it disguises where the cart goes and betrays secrets: let the procurement system send the return URL without it.
hook-host = Your cart would be sent to an address that is not agreed with the shop. Please tell the shop, so that it can check and allow it.
    .operator = The hook points to { $origin }, which is not among the allowed return targets. If it belongs to this buyer, add "{ $origin }" to the allowed return targets in the OCI system's tab Return (`hooks` in an apply file); if you do not know it, leave it refused.
hook-port = Your cart would be sent to an address that is not agreed with the shop. Please tell the shop, so that it can check and allow it.
    .operator = The host of { $origin } is allowed, but not with this scheme or port. If it belongs to this buyer (often a test system), add "{ $origin }" to the allowed return targets in the OCI system's tab Return (`hooks` in an apply file).
hook-not-https = Your cart would be sent over a connection that is not encrypted, and that is not agreed with the shop. Please contact the people who look after your procurement system.
    .operator = The hook is { $origin }, but this host is allowed with https only. Let the procurement system send an https return URL (behind a proxy it often does not know its outer address), or, if unencrypted return is acceptable, add "{ $origin }" to the allowed return targets in the OCI system's tab Return (`hooks` in an apply file).
hook-path = Your cart would be sent to an address that is not agreed with the shop. Please tell the shop, so that it can check and allow it.
    .operator = The hook's host { $origin } is allowed, but the path is not under the prefix that is allowed. Add a target with the right path, or the origin alone, in the OCI system's tab Return (`hooks` in an apply file).
hook-sapevent = Your procurement system wants to receive the cart inside the SAP window, and the shop does not allow that yet. Please tell the shop.
    .operator = The hook is SAPEVENT:POST, as SAP GUI sends it (for instance from ME21N or ME51N). If this buyer uses SAP GUI, add "SAPEVENT:POST" to the allowed return targets in the OCI system's tab Return (`hooks` in an apply file); "any" and "any-https" do not include it.
function-unknown = Your procurement system asked for something the shop does not know. Please contact the people who look after your procurement system.
    .operator = FUNCTION is "{ $function }", which is no OCI function known here. Known are DETAIL, VALIDATE, SOURCING, BACKGROUND_SEARCH and DOWNLOADJSON: correct the call structure, or leave FUNCTION out for a normal visit to the shop.
function-argument = Your procurement system asked for something without saying for which product or which search. Please contact the people who look after your procurement system.
    .operator = FUNCTION={ $function } came without its argument { $argument }. Add it to the call structure; for items that were returned earlier the product comes from NEW_ITEM-EXT_PRODUCT_ID, so check that this field is mapped and kept in the procurement system.
function-argument-wrong = Your procurement system asked for something in a way that cannot be understood. Please contact the people who look after your procurement system.
    .operator = FUNCTION={ $function } came with { $argument } that cannot be used: { $reason }. Correct the call structure in the procurement system; docs/functions.md says how each argument is written.
download-over = The catalog has changed too much since the download began. Please begin the download again.
    .operator = DOWNLOADJSON asks for the snapshot TRANSACTIONID={ $transaction }, which is unknown or no longer kept. Begin the download again with page 1 and without TRANSACTIONID; if that happens often, the pages are fetched too slowly or with too long pauses.
shop-unavailable = The shop cannot be reached at the moment. Please try again in a few minutes.
    .operator = The shop answers for its products itself (catalog_url) and did not: { $reason }. See whether the shop runs and can be reached from the gateway; after several failures in a row it is left alone for half a minute.
shop-answer-wrong = The shop gave an answer that cannot be understood. Please contact the shop.
    .operator = The shop answers for its products itself (catalog_url), but not as docs/shop-contract.md describes: { $reason }. Have the shop's developers compare its answer with that page.
function-not-offered = Your procurement system asked for something this shop does not offer. Opening the shop and ordering from it may still work; otherwise please contact the shop.
    .operator = FUNCTION={ $function } is not offered by this OCI system. Offer it in the OCI system's tab Login (`functions` in [system.call] of an apply file), or switch it off in the procurement system; VALIDATE and BACKGROUND_SEARCH also need a catalog in the gateway (punchgate catalog import) or a shop that answers for its products itself (catalog_url), DOWNLOADJSON a catalog in the gateway.

## The login

login-missing = Your procurement system did not send complete login data. Please contact the people who look after your procurement system.
    .operator = The parameter { $parameter } is missing or empty. Add it to the call structure with the e-mail (or number) or the password of the shop customer; if it has another name there, enter that name in the OCI system's tab Login (`names.user`, `names.password`).
login-wrong = The login data for this shop is not right. Please have the shop check the login data stored in your procurement system.
    .operator = No active customer of this shop has this e-mail (or number) with this password. Compare the login data in the procurement system with the customer, letter by letter and without blanks at the ends; special characters such as &, +, # and % must be percent-encoded in a URL. A new password is set at the customer in the administration, with `punchgate apply` or with PUT /api/v1/customers.
too-many-attempts = There were too many failed logins. Please wait a few minutes and try again; if the login data has changed, please tell the shop.
    .operator = Too many logins failed from this address or for this customer within five minutes, so further ones wait without a look at the password. Likely an old password in the procurement system. If all buyers seem to come from one address, name your reverse proxy in `trusted_proxies`; the limits are the settings `failed_logins_…`.
too-busy = Very many people are logging in at this moment. Please try again in a few seconds.
    .operator = All threads that check passwords are at work and the line before them is full. If it happens often, look at the metrics, raise `hash_threads` (at most one a core) or `hash_queue`, keep `recent_logins` on, and see whether somebody is guessing passwords.

## System, assignment, licenses

system-unknown = There is no access to a shop at this address. Please contact the people who look after your procurement system.
    .operator = There is no OCI system with the technical name "{ $system }". Correct the URL in the procurement system (it ends in /oci/ and the technical name), or add the system; those that exist stand in the administration under Extensions, OCI systems (on the command line: `punchgate export`).
system-ambiguous = It is not clear which access to the shop is meant. Please tell the shop; it will give you an address of your own for your procurement system.
    .operator = The call came without a system in the URL, and the customer is assigned to several active OCI systems: { $systems }. Enter the full URL /oci/ with the technical name of one of them in the procurement system, or take the customer out of the others.
system-inactive = The shop has switched off this access at the moment. Please contact the shop.
    .operator = The OCI system "{ $system }" is not active. Make it active in its tab General (`active` in an apply file).
not-assigned = Your company's account is not enabled for this access yet. Please contact the shop.
    .operator = The login is right, but the customer { $customer } is not assigned to the OCI system "{ $system }". Add the customer with a customer license (PGC-…) in the system's tab Customers ([[assignment]] in an apply file).
system-license-missing = This access to the shop is not set up completely. Please contact the shop.
    .operator = The OCI system "{ $system }" has no license key. Each OCI system needs a system license of its own: enter its key (PGS-…) in the system's tab General, field License key (`license` in an apply file).
system-license-wrong-kind = This access to the shop is not set up completely. Please contact the shop.
    .operator = The key in the OCI system "{ $system }" is a customer license (PGC-…). A system needs a system license: enter a key that begins with PGS- in the tab General, and use the customer license in the tab Customers.
system-license-not-connected = This access to the shop is not set up completely. Please contact the shop.
    .operator = The system license of "{ $system }" is not connected to a website. Its owner connects it in the license portal, button Connect (or with `punchgate license connect KEY --website URL`).
system-license-other-website = This access to the shop is not set up completely. Please contact the shop.
    .operator = The system license of "{ $system }" is connected to another website than that of the shop. Host and port must agree (a leading www., the path and the default port do not count): disconnect the license in the license portal and connect it anew (or with `punchgate license disconnect KEY`, then `connect`), or correct the website of the shop.
system-license-not-yet-valid = This access to the shop is not active yet. Please contact the shop if you need it earlier.
    .operator = The validity of the system license of "{ $system }" begins in the future; the license portal and `punchgate license show KEY` tell when. Wait until then, use a license that is valid now, and check the clock of this server.
system-license-expired = This access to the shop has expired. Please contact the shop.
    .operator = The system license of "{ $system }" has expired. Have the vendor extend it (`punchgate license extend KEY --valid-until DATE`), or enter the key of a new system license in the tab General; the new one must be connected to the shop's website.
system-license-suspended = This access to the shop is suspended at the moment. Please contact the shop.
    .operator = The vendor has suspended the system license of "{ $system }". Settle the matter with the vendor, who lifts it with `punchgate license resume KEY`.
system-license-in-use = This access to the shop is not set up completely. Please contact the shop.
    .operator = The system license of "{ $system }" is already used by another OCI system. A system license belongs to exactly one OCI system: enter a license of its own here, or take the key out of the other system.
customer-license-missing = Your company's account is not enabled completely for this access. Please contact the shop.
    .operator = The customer { $customer } has no customer license in the OCI system "{ $system }". Each customer needs one of its own in each system (one comes free with every system license): enter its key (PGC-…) at the customer in the system's tab Customers (`license` of the [[assignment]] in an apply file).
customer-license-wrong-kind = Your company's account is not enabled completely for this access. Please contact the shop.
    .operator = The key in the assignment of customer { $customer } to "{ $system }" is a system license (PGS-…). An assignment needs a customer license: enter a key that begins with PGC-.
customer-license-not-connected = Your company's account is not enabled completely for this access. Please contact the shop.
    .operator = The customer license of { $customer } in "{ $system }" is not connected to a website; every license has to be, also the one that came free with a system license. Its owner connects it in the license portal, button Connect (or with `punchgate license connect KEY --website URL`).
customer-license-other-website = Your company's account is not enabled completely for this access. Please contact the shop.
    .operator = The customer license of { $customer } in "{ $system }" is connected to another website than that of the shop. Host and port must agree (a leading www., the path and the default port do not count): disconnect the license in the license portal and connect it anew (or with `punchgate license disconnect KEY`, then `connect`), or correct the website of the shop.
customer-license-not-yet-valid = Your company's access to the shop is not active yet. Please contact the shop if you need it earlier.
    .operator = The validity of the customer license of { $customer } in "{ $system }" begins in the future; the license portal and `punchgate license show KEY` tell when. Wait until then, use a license that is valid now, and check the clock of this server.
customer-license-expired = Your company's access to the shop has expired. Please contact the shop.
    .operator = The customer license of { $customer } in "{ $system }" has expired. Have the vendor extend it (`punchgate license extend KEY --valid-until DATE`), or enter the key of a new customer license in the tab Customers; the new one must be connected to the shop's website.
customer-license-suspended = Your company's access to the shop is suspended at the moment. Please contact the shop.
    .operator = The vendor has suspended the customer license of { $customer } in "{ $system }". Settle the matter with the vendor, who lifts it with `punchgate license resume KEY`.
customer-license-in-use = Your company's account is not enabled completely for this access. Please contact the shop.
    .operator = The customer license of { $customer } in "{ $system }" is already used elsewhere. A customer license serves exactly one customer in exactly one system: enter a license of its own here, or take the key out of the other assignment.

## The shop's side

api-key-wrong = The shop could not identify itself. Please contact the shop.
    .operator = The header "Authorization: Bearer …" is missing or holds no API key of any shop here. Compare the shop's setting with the first characters of the keys in the administration; only hashes are kept, so a lost key is replaced by a new one there (or with `api_key` of the [[shop]] in an apply file).
entry-unknown = Your visit to the shop could not be found. Please open the shop again from your procurement system.
    .operator = No punchout of this shop has this entry token. Likely the token was cut or changed on its way through the URL, the API key belongs to another shop, or the token comes from another installation: redeem it exactly as it came in the redirect.
entry-used = This way into the shop has been used already. Please open the shop again from your procurement system.
    .operator = The entry token was redeemed before; each is good for once. Likely the entry page was reloaded, or the shop redeems twice (a retry, a link checker): redeem once, keep the answer in the shop's session and redirect to a page without the token.
entry-expired = Too much time passed before the shop opened. Please open the shop again from your procurement system.
    .operator = The entry token was redeemed too late. Likely an old link was opened, or the shop answered very slowly; tokens live as long as the setting `entry_lifetime` says.
punchout-unknown = Your visit to the shop could not be found. Please open the shop again from your procurement system.
    .operator = This shop has no punchout with this id. Use the `punchout` from the answer to the redeemed token, with the API key of the same shop; old punchouts may also have been removed.
punchout-not-entered = The shop has not opened your visit yet. Please open the shop again from your procurement system.
    .operator = A cart came for a punchout whose entry token has not been redeemed. Redeem the token first (POST /api/v1/entries/redeem), then hand over the cart.
punchout-returned = Your cart has been sent to your procurement system already. To order more, please open the shop again from there.
    .operator = The cart of this punchout was returned before, and a punchout returns once. End the shop's session after the transfer; a further cart needs a further punchout.
punchout-closed = You have left the shop without a cart. To order, please open the shop again from your procurement system.
    .operator = This punchout was left without a transfer. End the shop's session when it leaves; a cart needs a new punchout.
punchout-cancelled = The shop has ended your visit. Please open the shop again from your procurement system, or contact the shop.
    .operator = This punchout was cancelled by an operator. A cart needs a new punchout.
punchout-expired = Your visit to the shop took too long and has ended. Please open the shop again from your procurement system.
    .operator = The punchout was open longer than the setting `punchout_lifetime` allows (8 hours unless set). Let the shop end its session by `expires_at`; raise the setting if buyers need longer.
cart-malformed = Your cart could not be read, and nothing was sent. Please contact the shop.
    .operator = The cart is not the JSON that is expected: { $reason }. Send it as /api/docs describes, with decimals as strings with a point.
cart-too-large = Your cart is too large to be sent in one piece. Please divide it, or contact the shop.
    .operator = The body with the cart is larger than { $limit }. Likely long descriptions or pictures stand in it: send texts without embedded pictures, attachments as URLs.
cart-too-many-lines = Your cart has more items than can be sent in one piece. Please divide it into several carts.
    .operator = The cart has { $count } lines; at most 10,000 are accepted. Let the buyer divide it; many procurement systems take far fewer in one return.
cart-faulty = Something in your cart cannot be taken over by your procurement system, so nothing was sent. Please contact the shop.
    .operator = The cart would not become valid OCI items; number of faults: { $count }. `faults` names each with its line, field and what is allowed: correct the shop's data, or the OCI system's tabs Fields and Units (`[[system.field]]`, `[system.units]` in an apply file).
customer-faulty = The shop sent customer data that cannot be accepted. Please contact the shop.
    .operator = The customer cannot be stored as sent: { $reason }. A customer has a number, an e-mail that no other customer of the shop has, and either a `password` or a `password_hash` (argon2id or bcrypt); see /api/docs.
body-malformed = The shop sent something that cannot be read. Please contact the shop.
    .operator = The body of the request cannot be read: { $reason }. Likely a bracket is missing, a member has the wrong type, it is not UTF-8, or the connection broke off; compare it with /api/docs.
body-too-large = The shop sent more data than can be accepted. Please contact the shop.
    .operator = The body of the request is larger than { $limit }. Send only the members that /api/docs names.

## Pages and paths

ticket-unknown = This page does not exist, or no longer. Please open the shop again from your procurement system.
    .operator = No punchout belongs to this return address. Likely the URL was cut or typed by hand, comes from another installation, or the punchout has been removed since: send browsers to `return_url` exactly as it was given.
nothing-to-return = There is no cart to be sent yet. Please go back to the shop and transfer your cart from there.
    .operator = The return page was opened before the shop handed over a cart. Hand it over first (POST /api/v1/punchouts/…/cart), and send the browser to `return_url` only after the answer 201.
not-found = There is nothing at this address. Please check it, or open the shop from your procurement system.
    .operator = No route has this path. Procurement systems call /oci/ and a technical name, shops call /api/v1 (see /api/docs); a reverse proxy must pass paths on unchanged.
method-unknown = This address cannot be asked in this way. Please open the shop from your procurement system.
    .operator = The request came by { $method }; this path knows { $methods } (see /api/docs).

## Ourselves

database-unavailable = The shop cannot be reached through this access at the moment. Please try again in a minute.
    .operator = The database did not answer. Check that it runs, that `database_url` is right and the disk is not full; the log holds the reason, and /health/ready tells when it is back.
form-foreign = This form is no longer good. Please load the page again and repeat what you did.
    .operator = The form did not come from a page of this gateway, or its session has ended meanwhile. Behind a reverse proxy, the public URL (`PUNCHGATE_PUBLIC_URL`) must be the address that browsers use.

internal = Something went wrong on our side. Please try again; if it happens again, give the reference below to the shop.
    .operator = This should not happen: it is a fault of the gateway. The log holds the reason; please report it with the version and the code, without passwords or keys.
