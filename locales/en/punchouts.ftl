# Punchouts and refused calls in the administration.

punchouts-title = Punchouts
punchouts-one-title = Punchout
punchouts-refusal-title = Refused

## The list

punchouts-search = Reference or id
punchouts-state = State
punchouts-system = OCI system
punchouts-customer = Customer
punchouts-from = From
punchouts-to = To
punchouts-any = All
punchouts-filter = Filter
punchouts-filter-clear = Clear filters
punchouts-too-many-customers = More than 20 customers begin like this; only the first ones were looked at. Please type more of the number or the e-mail address.
punchouts-none = No punchouts yet
punchouts-none-sentence = As soon as a procurement system calls, you see it here, also when the call is refused. To see how it goes, open an OCI system and test it: no procurement system is needed for that.
punchouts-none-button = To the OCI systems
punchouts-none-found = Nothing fits these filters
punchouts-none-found-sentence = Check the reference for a mistyped character, or look for less.
punchouts-time = Time
punchouts-lines = Lines
punchouts-total = Total (net)
punchouts-duration = Duration
punchouts-reference = Reference
punchouts-trial = Test

## States

punchouts-state-open = Opened
punchouts-state-in-shop = In the shop
punchouts-state-returned = Returned
punchouts-state-closed = Left
punchouts-state-cancelled = Cancelled
punchouts-state-expired = Expired
punchouts-state-refused = Refused

## One punchout

punchouts-facts = At a glance
punchouts-shop = Shop
punchouts-address = Called from
punchouts-id = Punchout id
punchouts-timeline = What happened
punchouts-event-opened = The call was accepted
punchouts-event-entered = The shop logged the customer in
punchouts-event-cart-one = The shop handed the cart over: { $count } line
punchouts-event-cart-many = The shop handed the cart over: { $count } lines
punchouts-event-returned = The browser took the cart to the procurement system
punchouts-event-closed = The buyer left without a cart
punchouts-event-cancelled = Cancelled by an operator
punchouts-event-expired = The time ran out
punchouts-event-refused = Refused: { $code } ({ $reference })
punchouts-event-details = Details
punchouts-call = The call
punchouts-call-hint = In the order they came. Passwords and tokens are never kept; they show as ***.
punchouts-parameters = Parameters of the call
punchouts-no-parameters = There were no parameters, or too many to keep.
punchouts-name = Name
punchouts-value = Value
punchouts-cart = Cart of the shop
punchouts-no-cart = The shop has not handed a cart over.
punchouts-position = Line
punchouts-product = Product number
punchouts-designation = Name
punchouts-quantity = Quantity
punchouts-unit = Unit
punchouts-price = Price (net)
punchouts-price-per = { $price } per { $per }
punchouts-amount = Amount (net)
punchouts-more-lines = and { $count } more lines
punchouts-cart-json = As the shop sent it (JSON)
punchouts-notices = Changed on the way
punchouts-notices-hint = What OCI or the settings of the system do not take as the shop sent it.
punchouts-forecast = Forecast
punchouts-forecast-hint = What the buyer's system will do with this cart, as far as its settings tell (system.buyer). The shop was told before the buyer sent the form.
punchouts-findings = Findings
punchouts-field = Field
punchouts-finding = Finding
punchouts-form = Form to the procurement system
punchouts-form-action = Sent to
punchouts-form-charset = Character set
punchouts-form-target = Frame
punchouts-form-fields = { $count } fields as sent
punchouts-more-fields = and { $count } more fields
punchouts-to-trial = To the test

## Cancelling

punchouts-cancel = Cancel punchout
punchouts-cancel-title = Cancel this punchout?
punchouts-cancel-sentence = The visit of customer { $customer } from “{ $system }” ends at once: no cart can be handed over any more, and the buyer opens the shop anew from his procurement system.
punchouts-cancel-button = Cancel it
punchouts-cancel-no = Leave it open
punchouts-cancelled = The punchout was cancelled.
punchouts-over-already = This punchout had already ended; nothing was changed.

## A refusal

punchouts-mend = Cause and fix
punchouts-code-gone = The code { $code } is not known to this version.
punchouts-step = Step
punchouts-step-call = Call of the procurement system
punchouts-step-entry = The shop redeems the entry token
punchouts-step-cart = The shop hands the cart over
punchouts-step-return = The browser fetches the return page
punchouts-step-leave = Leaving without a cart
punchouts-took = Answered after
punchouts-buyer-read = What the buyer read
punchouts-others = Everything of this customer
punchouts-faults = Faults of the cart
punchouts-mend-login = To the system's login settings
punchouts-mend-return = To the allowed return targets
punchouts-mend-customer = To the customer
punchouts-mend-customers = To the shop customers
punchouts-mend-systems = To the OCI systems
punchouts-mend-general = To the system's general settings
punchouts-mend-license = To the license
punchouts-mend-customers-of-system = To the system's customers
punchouts-mend-fields = To the field mapping
punchouts-mend-shops = To the shops
punchouts-mend-shop = To the shop
