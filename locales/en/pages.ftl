# Texts of the pages that buyers and passers-by see.

## Refusals

refusal-title = This did not work
refusal-title-login = The login did not work
refusal-title-not-found = Nothing found here
refusal-title-over = This visit to the shop has ended
refusal-title-later = Please try again shortly
refusal-code = Code
refusal-reference = Reference
refusal-hint = If you contact the shop, please give this reference. It shows what happened.

## Leaving without a cart

leave-title = You have left the shop
leave-sentence = No cart was sent. You can close this window.
leave-continue-sentence = No cart was sent. You can go back to your procurement system.
leave-continue = Back to the procurement system

## Home

home-title = This is a Punchgate OCI gateway
home-sentence = It connects procurement systems with a web shop. To order, please open the shop from your procurement system; there is nothing to do on this page.
home-docs-sentence = If you develop a shop, start with the interface description.
home-docs = API documentation
home-check-sentence = What a shop sends back, and what a procurement system calls, can be checked here:
home-check = Check a return or a call
home-version = Version { $version }

## The return page, which carries the cart back

return-title = Your cart is on its way
return-title-manual = Your cart is ready
return-explanation = If nothing happens within a few seconds, press the button.
return-explanation-manual = Press the button to send your cart to your procurement system.
return-explanation-sap-gui = SAP GUI takes your cart from this page. If nothing happens, press the button. If nothing happens then either, this window is not SAP GUI's: open the shop from there once more.
return-button = Send the cart

## Functions of OCI
validate-title = Price and availability
validate-minimum = The minimum order quantity is { $quantity }.
validate-packing = Only multiples of { $quantity } can be ordered.
search-title = Search results
search-heading = Results for “{ $text }”: { $total }
search-explanation = Listed here: { $shown }. Press the button to hand them over to your procurement system.
search-explanation-here = Listed here: { $shown }.
search-button = Hand the results over
