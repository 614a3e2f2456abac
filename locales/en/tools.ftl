# The page of tools and the command `check`.

tools-title = Check a return or a call
tools-lead = Paste what a shop sends back or what a procurement system calls: you see the items as the buyer's system reads them, and everything it would not take.
tools-text = What is to be checked
tools-text-hint = The HTML of a return page, a posted body, JSON, XML, or a call as a request or an address.
tools-examples = To try:
tools-example-page = a page with faults
tools-example-body = a good body
tools-example-call = a call
tools-example-json = a downloaded catalog
tools-file = or a file
tools-profile = Buyer's system
tools-release = Release
tools-release-own = as the system's
tools-check = Check
tools-again = Check again
tools-private = Nothing pasted is stored or logged.
tools-other-language = Deutsch
tools-too-often = That was checked very often from your address. Please try again in a minute.
tools-too-busy = Too much is being checked at the moment. Please try again in a few seconds.
tools-too-large = That is too large: at most 4 MiB are checked.
tools-unreadable-form = The form could not be read. A pasted text must be text, a file one file.
tools-no-profile = There is no such preset of a buyer's system.

## What it is

tools-kind-page = A return page.
tools-kind-body = A return as it was posted.
tools-kind-json = A return in JSON.
tools-kind-xml = A return in XML.
tools-kind-download = A page of a downloaded catalog.
tools-kind-call = An OCI call.
tools-kind-unknown = Not known.
tools-verdict-unreadable = Nothing could be made of it.
tools-verdict-call = The gateway would read it so; whether login and return address are right, the system decides.
tools-verdict-call-refused = The gateway would not take it.
tools-verdict-errors = Not everything would arrive in the buyer's system.
tools-verdict-warnings = It would arrive, but not in every system and not all of it unchanged.
tools-verdict-good = It would arrive as it is.

## Items and fields

tools-items-title = Items
tools-no-items = No items.
tools-more-items = and { $count } more items
tools-article = Article
tools-description = Description
tools-quantity = Quantity
tools-unit = Unit
tools-price = Price
tools-per = per
tools-currency = Currency
tools-state = State
tools-fine = good
tools-all-fields = All fields of the items
tools-others = Other fields of the form
tools-name = Name
tools-value = Value
tools-fields-one = { $count } field
tools-fields-many = { $count } fields
tools-form = Form
tools-form-action = Sent to
tools-form-target = Frame
tools-form-charset = Character set
tools-form-fields = Fields

## Findings

tools-findings = Findings
tools-finding = Finding
tools-severity = Severity
tools-place = Place
tools-item = Item { $number }
tools-whole = The whole
tools-error = Error
tools-warning = Warning
tools-hint = Hint
tools-items-one = { $count } item
tools-items-many = { $count } items
tools-errors-one = { $count } error
tools-errors-many = { $count } errors
tools-warnings-one = { $count } warning
tools-warnings-many = { $count } warnings
tools-hints-one = { $count } hint
tools-hints-many = { $count } hints

## A call

tools-call = Call
tools-parameters-one = { $count } parameter as received
tools-parameters-many = { $count } parameters as received
tools-fact-method = Method
tools-fact-user = Login name
tools-fact-password = Password
tools-fact-hook = Return address
tools-fact-cancel = Cancel address
tools-fact-function = Function
tools-fact-asked = Asked for
tools-fact-version = OCI version
tools-fact-charset = Character set
tools-fact-target = Frame
tools-fact-language = Language
tools-fact-echo = Sent back
tools-fact-items = On every item
tools-fact-extra = Other parameters
