# "Test this system": the operator plays the buyer.

trial-title = Test of { $system }

## The start

trial-introduction = You play the buyer: the gateway calls itself as the procurement system of a customer would, and everything is checked as ever, the licenses too. Only the customer's password is not asked for, and the cart comes back to this administration. Then either open the shop and fill a cart there, or let the gateway play the shop with a sample cart.
trial-no-hooks = No return target is allowed in this system yet: a test works all the same, but every real call will be refused.
trial-inactive = This system is not active: the call will be refused.
trial-as-whom = Make a call
trial-no-customers = No customer is in this system yet. Add one first: without a customer nobody can call.
trial-search = Customer number or e-mail
trial-search-button = Search
trial-none-found = No customer of this system fits.
trial-no-customer-chosen = Please choose the customer whose call is to be made.
trial-customer-inactive = The customer { $customer } is deactivated or not one of this shop. His real call would be refused as a wrong login; activate him first.
trial-deactivated = deactivated
trial-more = Further parameters of the call (optional)
trial-more-hint = One a line, as name=value. Login, return target and the fields of OCI 4.0 are sent in any case.
trial-start = Start the test
trial-started = The call was accepted. Here is what comes next.
trial-hook = Check a return target
trial-hook-introduction = A test returns to this administration, so here you can see what the system says to the return target of the real procurement system.
trial-hook-hint = As the procurement system sends it.
trial-hook-button = Check
trial-hook-good = A cart may return there.
trial-refused = This would be refused:

## Its course

trial-next = Next step
trial-next-enter = The call was accepted. Open the shop, fill a cart and hand it over there; this page notices by itself.
trial-next-sample = Or hand a sample cart over below, and no shop is needed.
trial-open-shop = Open the shop
trial-next-hand-over = The shop has logged the customer in. Fill a cart there and hand it over, or use the sample cart below.
trial-next-return = The cart has become a form. Now let your browser carry it back, as the buyer's browser would.
trial-return = Return the cart
trial-next-nothing = Everything is done: the cart has come back. What the procurement system would have found stands below.
trial-next-over = This test ended before a cart came back. Start a new one.
trial-cancel = Cancel the test
trial-new = New test
trial-entered-already = The way into the shop works once, and it was used already or has ended. Go on in the window of the shop, or start a new test.
trial-arrived = The cart arrived exactly as it was sent.
trial-arrived-differently = The cart arrived differently from how it was sent. These fields differ: { $value }

## What was found

trial-check = Check of the return
trial-check-good-one = Read as a procurement system reads it: { $count } item, and every rule of OCI is kept.
trial-check-good-many = Read as a procurement system reads it: { $count } items, and every rule of OCI is kept.
trial-check-bad = A procurement system would stumble over this:
trial-items = Items as the procurement system reads them
trial-sample = Play the shop
trial-sample-label = Cart (JSON)
trial-sample-hint = Handed over just as a shop does by the API; change it as you like to see what becomes of it.
trial-hand-over = Hand this cart over
trial-handed-over = The cart was taken over.
trial-call-hint = As this system's procurement system would send it.
trial-answer = The answer
trial-answer-hint = The browser is sent into the shop; the token in the address works once.
