# One sentence a finding: `rule-` and the code, and the case where a code has several (src/oci/rules/demands.rs).
# One line each, and no other placeholders than the values of the finding: programs read these lines, too.

## Conditions between fields

rule-missing-always = { $field } is missing; every item needs one.
rule-missing-without = { $field } is missing; an item without { $other } needs one.
rule-missing-with = { $field } is missing; { $other } needs it.
rule-both = “{ $value }” stands in { $field } although { $other } is given; since OCI 4.0 only one of the two is allowed.
rule-means-nothing = “{ $value }” stands in { $field }, which means nothing without { $other }.
rule-better-price = The item has no price; the buyer's system asks for one or takes 0.
rule-better-price-unit = PRICEUNIT is missing, so the price counts for 1; some systems reset it, so always send it.
rule-better-product-id = EXT_PRODUCT_ID is missing; without it the buyer's system can neither show the article again (DETAIL) nor check its price (VALIDATE).

## Lengths

rule-too-long = “{ $value }” has { $length } characters; { $field } may have { $max }, and a part of it would be another article.
rule-text-too-long = “{ $value }” has { $length } characters; { $field } may have { $max }, and the rest is cut off.
rule-code-too-long = “{ $value }” has { $length } characters; { $field } may have { $max }, and a part of it would be another code.

## Numbers

rule-bad-amount-comma = “{ $value }” has a decimal comma; { $field } takes a point, as in 12.500.
rule-bad-amount-thousands = “{ $value }” has signs for thousands; { $field } takes digits and one point, as in 1234.500.
rule-bad-amount-exponent = “{ $value }” is written with an exponent; { $field } takes digits and one point, as in 0.125.
rule-bad-amount-negative = “{ $value }” is negative; OCI knows no negative { $field }, so put a discount into the prices of the lines.
rule-bad-amount-decimals = “{ $value }” has more than 3 decimals in { $field }; a finer price is sent for 10, 100 or 1000, with PRICEUNIT.
rule-bad-amount-digits = “{ $value }” has more than 11 digits before the point in { $field }.
rule-bad-amount-blanks = “{ $value }” has blanks around the number in { $field }; some systems take it for no number.
rule-bad-amount-other = “{ $value }” is no number for { $field }; up to 11 digits, a point and 3 digits are allowed, as in 12.500.
rule-padded = “{ $value }” has zeros in front in { $field }; they are not needed.
rule-quantity-zero = { $field } is “{ $value }”; it must be greater than 0.
rule-bad-price-unit = “{ $value }” is not possible in { $field }; a whole number from 1 to { $max } is allowed.
rule-bad-price-unit-decimals = “{ $value }” has decimals in { $field }; it must be a whole number without a point, or the price may be taken for a thousand times as many.
rule-bad-price-unit-blanks = “{ $value }” has blanks around the number in { $field }.
rule-bad-whole = “{ $value }” is not possible in { $field }; a whole number of at most { $max } digits is allowed.

## Codes

rule-bad-flag = “{ $value }” is not possible in { $field }; “X” or nothing is allowed.
rule-bad-letter = “{ $value }” is not possible in { $field }; allowed are { $allowed }, or nothing.
rule-bad-url = “{ $value }” is no address that the buyer's system can fetch; { $field } takes one that begins with https:// or http:// and opens without a login.
rule-bad-currency = “{ $value }” is not possible in { $field }; an ISO 4217 code of three capital letters is allowed, as EUR.
rule-unit-too-long = The unit code “{ $value }” has more than the 3 characters OCI allows.
rule-unit-case = The unit code “{ $value }” is “{ $code }” in UN/ECE Recommendation 20; some systems compare capitals exactly.
rule-unit-outside-rec20 = The unit code “{ $value }” is not a code of UN/ECE Recommendation 20; the buyer must know it.
rule-later-release = OCI { $release } does not have { $field }, which came with { $since }.
rule-unknown-field = { $field } is not a field of OCI; SAP ignores it, other systems need an agreement on it.

## Texts

rule-control-characters = “{ $value }” has line breaks or control characters in { $field }; only LONGTEXT has lines.
rule-html = “{ $value }” has HTML in { $field }; buyers see the tags and entities as they are, so send plain text.
rule-character-reference = { $field } holds “{ $reference }” as text: a browser writes so what the character set of the page lacks.
rule-outside-charset = { $field } has “{ $characters }”, which { $charset } lacks: the browser sends “{ $reference }” instead. Replace what the character set lacks, or use utf-8 if the buyer asks for it.
rule-outer-blanks = { $field } has blanks at its beginning or end.

## What became of an item of a cart

rule-truncated = “{ $value }” was cut to “{ $cut }”; { $field } may have { $max } characters.
rule-left-out-long = “{ $value }” was left out of { $field }; it has { $length } characters, at most { $max } are allowed.
rule-left-out-whole = “{ $value }” was left out of { $field }; a whole number of at most { $max } digits is allowed.
rule-left-out-letter = “{ $value }” was left out of { $field }; allowed are: { $allowed }.
rule-left-out-url = “{ $value }” was left out of { $field }; an address that begins with https:// or http:// and holds no blanks and no login data is allowed.
rule-left-out-charset = “{ $value }” was left out of { $field }; { $characters } is not in { $charset }, and in other letters it would be another code.
rule-left-out-both = “{ $value }” was left out of { $field }, because { $other } is given; only one of the two is allowed.
rule-left-out-means-nothing = “{ $value }” was left out of { $field }; without { $other } it means nothing.

## Names and indices

rule-name-hyphen = { $field }: the hyphen after NEW_ITEM is missing; the buyer's system does not know the field.
rule-name-underscore = { $field }: an underscore stands where the hyphen after NEW_ITEM belongs; the buyer's system does not know the field.
rule-name-blanks = “{ $field }” has blanks in the name; the buyer's system does not know the field.
rule-name-case = { $field }: the name is not in upper case.
rule-name-width = { $field }: only LONGTEXT has a width in its name.
rule-longtext-index = { $field }: the index belongs into the name (NEW_ITEM-LONGTEXT_1:132[]); SAP puts all such texts at the first item.
rule-longtext-form = { $field }: the name should have the form NEW_ITEM-LONGTEXT_1:132[].
rule-index-unreadable = { $field }: the index is not a number; the field belongs to no item.
rule-index-zero = The first index is 0; OCI counts from 1, and SAP loses item 0.
rule-index-one = The first index is 1; this buyer's system counts from 0.
rule-index-gaps = The indices have gaps: { $missing } is missing; some systems stop at the first gap.
rule-index-order = The items are not in the order of their indices.
rule-index-none = The names have no index; items follow from repeated names, which SAP does not do.
rule-index-some = Some names have an index, others have none.
rule-twice = { $field } is sent more than once; which one counts is up to the buyer's system.

## The whole return

rule-no-items = The return has no items; some systems do not bear that.
rule-too-many-lines = The return has { $count } lines; SAP's line numbers end at { $max }.
rule-too-many-variables = The return has { $count } fields; systems in PHP stop at 1,000 (max_input_vars) without a word. Leave out empty fields.
rule-long-get = Sent by GET, the address would have about { $length } characters; servers stop at 2,000 to 8,000.
rule-parent-unknown = “{ $value }” in { $field } is not the number of another item in this return.
rule-parent-circle = “{ $value }” in { $field } makes the item its own ancestor.
rule-control-missing = { $names } did not come along; SAP up to SRM 5 needs what its call sent, later systems do not.
rule-control-value = { $field } is “{ $value }”; { $allowed } is expected.
rule-foreign-token = { $field } belongs to the shop's own software (a token or a session) and does not concern the buyer's system; leave it out of this form.
rule-foreign-field = Not fields of OCI: { $names }. If they stood in the query of HOOK_URL, they are right; else leave them out.

## The page

rule-action-none = The form has no action; that is right only for answers that the buyer's system reads itself (VALIDATE, BACKGROUND_SEARCH).
rule-action-relative = “{ $value }” as action is no absolute address, so the cart stays in the shop; the action is HOOK_URL as the call sent it.
rule-action-scheme = “{ $value }” as action is neither https nor http nor SAPEVENT:POST; that may be an attack by HOOK_URL.
rule-action-http = “{ $value }” as action is not https; browsers warn, and prices travel in the open.
rule-method-get = The form is sent by GET: about 20 lines fit, and the query of the action is replaced. POST is the standard.
rule-method-sapevent = SAP GUI takes SAPEVENT:POST only by POST.
rule-method-other = “{ $value }” is no method that a browser sends a cart by; use post.
rule-enctype = The form is sent as { $value }; buyers' systems read application/x-www-form-urlencoded only.
rule-target-none = The form has no target; inside of a frame the cart then stays in the frame. Use returntarget, then ~TARGET, then _top.
rule-target-self = The target is { $value }: inside of a frame the cart never reaches the main window.
rule-target-name = “{ $value }” is no name of a frame.
rule-no-button = The form has no button and the page no script: without a click or a script nothing is sent.
rule-no-form = The page has no form; that is right only as the answer to VALIDATE for an article that is gone.
rule-form-not-closed = The form is never closed; browsers count everything behind it to it.
rule-several-forms = { $count } forms of the page have items; only the largest is read.
rule-broken-quotes = A quotation mark ends the value of { $field } too early, at “{ $value }”; behind it stands “{ $rest }” (line { $line }). Write quotation marks inside a value as &quot;.
rule-charset-none = The page declares no character set; browsers guess, and umlauts break.
rule-charset-unknown = The character set “{ $value }” is unknown to browsers.
rule-charset-differs = The page is in { $declared }, the form is sent in { $accepted }; both should be http_content_charset of the call.
rule-charset-wanted = The page is in { $declared }; this buyer's system wants { $wanted }.
rule-charset-bytes = The page holds bytes that are not { $charset }, which it declares.

## XML

rule-xml-unreadable = The XML document cannot be read: { $reason }.
rule-xml-doctype = The XML document has a DOCTYPE; nobody needs it, and careful systems refuse it.
rule-xml-base64 = { $field } is not base64.
rule-xml-breaks = { $field } has line breaks in its base64; some systems do not take them.
rule-xml-type-none = The field that says the type is missing (~xml_type with ESAPO); the buyer's system then reads a form without items.
rule-xml-type-value = { $field } is “{ $value }”; ESAPO is expected, as ESAPO-3.5.
rule-xml-and-form = The return has an XML document and NEW_ITEM fields; only the document is read here.
rule-xml-bare = The document travels as ~xmlDocument in base64, beside ~xml_type; here it stands alone.
rule-xml-element = The element { $field } is missing or empty.

## JSON

rule-json-unreadable = The JSON document cannot be read: { $reason }.
rule-json-nested = The fields are nested as PHP and Rack read brackets; they are read back as fields of a form.
rule-json-not-oci = OCI has no cart in JSON; a buyer who asks for this names an interface of his own that only borrows OCI's names.
rule-download-missing = { $field } is missing; the buyer's system skips such an item without a word.
rule-download-case = The keys are not in upper case; most systems do not mind.
rule-download-unwrapped = The items stand without NEWITEM around them; most systems do not mind.
rule-download-counter = { $field } is missing or no whole number; the buyer's system cannot page.
rule-download-count = TOTALITEMS says { $total } on the only page; the number of items on it is { $count }.
rule-download-transaction = TRANSACTIONID is “{ $value }”; some systems take digits only.

## Calls

rule-call-raw-hook = { $field } is not percent-encoded: whatever follows its first “&” is lost, unless it comes last and the system is set so.
rule-call-twice-encoded = { $field } is encoded twice; it is decoded twice here.
rule-call-password-in-address = The login stands in the address, and so in logs and histories; POST does not show it.
rule-call-other-login = These may be the login: { $names }. Enter their names in the system's settings.
rule-call-function-not-offered = The function { $value } is not offered to this buyer's system.
rule-call-method = The call comes by { $value }, which is not agreed with this buyer's system.
rule-call-charset = http_content_charset is “{ $value }”, in which no page can be written.
rule-call-twice = { $field } stands in the call more than once; the body wins over the query, then the exact name, then the first.

## The input

rule-input-empty = There is nothing to check.
rule-input-too-large = There is too much to check; at most { $max } are read.
rule-input-not-oci = This is neither a return (a page, a posted body, XML, JSON) nor an OCI call.
rule-too-many-fields = There are more than { $max } fields; the rest is not read.
rule-more-findings = and { $count } more findings of these kinds.

## What is wrong with a shop's cart
# Quotation marks are straight from here on, as shops' programs and logs know these sentences.

rule-empty-cart = The cart has no lines; at least one is needed.
rule-missing-currency = { $field } is missing; every cart needs one, as "EUR".
rule-missing-lines = { $field } is missing; it is the list of the cart's lines.
rule-missing-in-line = { $field } is missing; every line needs one.
rule-missing-name = { $field } is missing; a line needs it or product_id.
rule-missing-text = { $field } is missing; a text line needs it or a description.
rule-wrong-type-string = The JSON type is { $type }; a string is needed.
rule-wrong-type-decimal = The JSON type is { $type }; a decimal as a string is needed, as "12.50".
rule-wrong-type-object = The JSON type is { $type }; an object is needed.
rule-wrong-type-list = The JSON type is { $type }; a list is needed.
rule-wrong-type-objects = The JSON type is { $type }; a list of objects is needed.
rule-wrong-type-configuration = The JSON type is { $type }; a text, a list of names and values, or an object is needed.
rule-bad-decimal = "{ $value }" is not a decimal; digits and perhaps a point are allowed, at most 28 digits, as 1234.50.
rule-bad-whole-number = { $value } is not possible; a whole number from 0 is allowed.
rule-unknown-kind = "{ $value }" is no kind of line; product, service, shipping, discount and text are allowed.
rule-quantity-not-positive = { $value } is not possible; a quantity is greater than 0.
rule-price-negative = { $value } is not possible; a price is 0 or more.
rule-per-not-positive = { $value } is not possible; a price is for more than 0.
rule-tax-rate-negative = { $value } is not possible; a tax rate is 0 or more.
rule-duplicate-id = "{ $value }" is already the id of line { $line }; every id is used once.
rule-unknown-parent = "{ $value }" is not the id of any line.
rule-parent-cycle = The line is its own ancestor; parents must not form a circle.

## What of a cart cannot become an item

rule-text-without-line = The text belongs to no line; give it a parent, or put it behind the line it is about.
rule-shipping-refused = "{ $name }" is shipping, which this system does not take; put it into the prices.
rule-discount-refused = "{ $name }" is a discount; OCI knows no negative price, so put it into the prices of the lines.
rule-discount-positive = The price of the discount "{ $name }" is { $value }; it must be negative.
rule-discount-too-large = The discount is larger than what the lines come to.
rule-nothing-to-spread-over = There is no line with a price over which the amount could be spread.
rule-tax-refused = The line has a tax rate of { $rate } %, and this system takes no tax.
rule-missing-tax-rate = { $field } is missing; this system wants to know the tax of every line.
rule-bad-quantity-zero = { $value } is not greater than zero.
rule-bad-quantity-digits = { $value } has more than 11 digits before the point.
rule-bad-quantity-decimals = { $value } has more than 3 decimals, and a quantity is never rounded.
rule-bad-price-negative = { $value } is negative; OCI knows no negative price.
rule-bad-price-per = The price is for { $value }, which is not greater than zero.
rule-bad-price-digits = { $value } has more than 11 digits before the point.
rule-bad-price-small = { $value } is so small that three decimals would be off by more than one percent even for 99999.
rule-bad-price-spread = The amount has more than 28 digits.
rule-bad-price-tax = The tax of the line has more than 28 digits.
rule-bad-price-gross = The price with tax has more than 28 digits.
rule-unknown-unit = The unit "{ $value }" is neither in the system's table of units nor a UN/ECE code, and there is no default.
rule-unknown-unit-none = The line has no unit, and the system has no default.
rule-template-failed = The template of { $field } failed: { $reason }
rule-not-in-charset = "{ $value }" is not possible; { $characters } is not in { $charset }, and in other letters it would be another one.

## What became of a cart

rule-truncated-system = "{ $value }" was cut to "{ $cut }"; the system allows { $max } characters.
rule-defaulted = The unit "{ $value }" is neither in the system's table of units nor a UN/ECE code; the default "{ $code }" was taken.
rule-rounded = The price { $net } for { $per } was rounded to { $price } for { $unit }; OCI allows 3 decimals and prices for up to 99999.
rule-negative-price = { $value } is outside OCI's rules; the buyer's system must know discounts.
rule-text-moved = OCI has no text lines; the text was put into LONGTEXT of line { $line }.
rule-hierarchy-left-out = OCI { $release } knows no hierarchies; the line stands for itself, not below line { $line }.
rule-parent-later = The parent "{ $value }" comes after its child; some systems want it before.
rule-charge-spread-shipping = { $amount } { $currency } of shipping were put into the prices of { $count } lines, in proportion to their value.
rule-charge-spread-discount = { $amount } { $currency } of discount were put into the prices of { $count } lines, in proportion to their value.
rule-spread-rounded = The items come to { $amount } { $currency } less than the cart, because no price that OCI can write is closer.
rule-tax-spread = Prices are sent with tax, as this system is set.
rule-tax-line = { $amount } { $currency } of tax at { $rate } % are a line of their own.
rule-transliterated = { $characters } is not in { $charset } and was written in its letters.
rule-not-in-xml = "{ $value }" was left out; the XML variant has no element for this field.

## What the buyer's system will make of a cart

rule-forecast-xml = This buyer does not read the XML variant: he will find a cart without items.
rule-forecast-insecure-hook = The return address is http and the page that sends to it is https: browsers warn the buyer or block the form.
rule-forecast-self-in-frame = This buyer shows the shop in a frame, and the form stays in that frame ("_self"): his own page will not learn of the cart. Use target = "auto" or "_top".
rule-forecast-url-length-refused = By GET the address has { $length } characters; most servers refuse more than about { $max }. Use method = "POST".
rule-forecast-url-length-cut = By GET the address has { $length } characters; some proxies and embedded browsers cut it at about { $max }.
rule-forecast-url-length-buyer = By GET the address has { $length } characters; this buyer takes { $max }.
rule-forecast-too-many-lines = The cart has { $count } items and this buyer takes { $max }; from this one on they are lost.
rule-forecast-index = The items count from { $first } and this buyer reads from { $base }: the first { $lost } will be lost. Set first_index = { $base }.
rule-forecast-gap-index = The items count from { $first }; this buyer looks for item { $base }, does not find it and reads no further. Set first_index = { $base }.
rule-forecast-gap-item = The item has no field; this buyer stops reading here.
rule-forecast-gap-field = The item has no { $field }; this buyer stops reading here, and this item and all behind it are lost.
rule-forecast-too-many-fields-whole = The form has { $fields } fields and this buyer's server reads { $max }: this item and all behind it are lost, { $lost } of { $count }.
rule-forecast-too-many-fields-last = The form has { $fields } fields and this buyer's server reads { $max }: this last item arrives incomplete.
rule-forecast-too-many-fields-more = The form has { $fields } fields and this buyer's server reads { $max }: this item arrives incomplete, and the { $lost } behind it are lost.
rule-forecast-cut = "{ $value }" has { $length } characters; this buyer keeps { $max }.
rule-forecast-price-unit = This buyer does not read PRICEUNIT: { $price } for { $unit } will become { $price } for 1.
rule-forecast-rounded = This buyer keeps { $decimals } decimals: { $price } will become about { $rounded }.
rule-forecast-unit = This buyer does not know the unit "{ $value }" and will drop the item; he knows { $units }.
rule-forecast-further = The same holds for { $count } further lines.
