# What stands around every page of portal, administration and vendor.

frame-skip = Skip to the content
frame-menu = Menu
frame-navigation = Main navigation
frame-start = Overview
frame-portal = License portal
frame-licenses = Licenses
frame-extensions = Extensions
frame-systems = OCI systems
frame-administration = Administration
frame-punchouts = Punchouts
frame-customers = Shop customers
frame-shops = Shops
frame-audit = Audit log
frame-checker = Checker
frame-vendor = Vendor
frame-accounts = Accounts
frame-issued-licenses = Issued licenses
frame-sign-out = Sign out
frame-pages = Pages
frame-pager-first = Back to the beginning
frame-pager-next = Next page
frame-copy = Copy
frame-copied = Copied
frame-nothing-title = Nothing found here
frame-nothing-sentence = There is no such page, or what it showed belongs to another account or was removed.
frame-nothing-back = To the overview
