#!/bin/sh
# What importing a catalog costs: time, memory, and the size of the database.
#
#   benches/catalog.sh [ARTICLES] [PUNCHGATE]       100000 and target/release/punchgate if left out
#
# Makes a BMEcat 1.2 file of its own, the same each time, in a folder that goes away; imports it into SQLite, then once
# more unchanged, then with one price in ten changed. PUNCHGATE_DATABASE_URL=postgres://… takes that database instead.
# With KEEP=FOLDER the files stay there.
set -eu

articles=${1:-100000}
punchgate=$(realpath "${2:-target/release/punchgate}")
folder=${KEEP:-$(mktemp -d)}
mkdir -p "$folder"
[ -n "${KEEP:-}" ] || trap 'rm -rf "$folder"' EXIT
cd "$folder"
export PUNCHGATE_DATABASE_URL="${PUNCHGATE_DATABASE_URL:-sqlite://$folder/punchgate.db}"

# Two languages, three price steps, a classification and a picture each: some 2.2 KB an article.
bmecat() {
    awk -v articles="$1" -v raise="$2" 'BEGIN {
        nouns = split("Sechskantschraube Zylinderschraube Senkschraube Unterlegscheibe Sechskantmutter Gewindestange Spanplattenschraube Schraubendreher Ringschlüssel Steckschlüssel Kombizange Seitenschneider Bohrmaschine Akkuschrauber Winkelschleifer Trennscheibe Schutzbrille Arbeitshandschuh Sicherheitsschuh Gehörschutz Kabelbinder Steckdose Lichtschalter Leitungsschutzschalter Druckerpapier Kugelschreiber Aktenordner Haftnotiz Wasserwaage Maßband", noun)
        english = split("hexagon-bolt cap-screw countersunk-screw washer hexagon-nut threaded-rod chipboard-screw screwdriver ring-spanner socket-spanner pliers side-cutter drill cordless-driver angle-grinder cutting-disc safety-glasses work-glove safety-shoe ear-protection cable-tie socket light-switch circuit-breaker printer-paper ball-pen lever-arch-file sticky-note spirit-level tape-measure", translated)
        kinds = split("verzinkt brüniert rostfrei A2 A4 schwarz vernickelt extra-stark Profi Standard", kind)
        makers = split("Acme Berg-und-Söhne Nordwerk Tallmann Fixwell Orbit", maker)
        print "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE BMECAT SYSTEM \"bmecat_new_catalog_1_2.dtd\">\n<BMECAT version=\"1.2\"><HEADER><CATALOG><LANGUAGE>deu</LANGUAGE><CATALOG_ID>bench</CATALOG_ID><CATALOG_VERSION>1.0</CATALOG_VERSION><CURRENCY>EUR</CURRENCY><MIME_ROOT>https://media.acme.example/</MIME_ROOT></CATALOG></HEADER>\n<T_NEW_CATALOG>"
        for (n = 1; n <= articles; n++) {
            # A step that visits every number once in no order, as suppliers number.
            i = (n * 7919) % 1000003
            w = i % nouns + 1; k = int(i / 7) % kinds + 1; m = int(i / 11) % makers + 1
            size = "M" (3 + i % 14) "x" (8 + 2 * (int(i / 3) % 60))
            price = 0.05 + (i % 40000) / 100 + (raise && n % 10 == 0 ? 0.01 : 0)
            printf "<ARTICLE mode=\"new\"><SUPPLIER_AID>%s-%07d</SUPPLIER_AID><ARTICLE_DETAILS>\n", toupper(substr(maker[m], 1, 2)), i
            printf "<DESCRIPTION_SHORT lang=\"deu\">%s %s %s, %d Stück</DESCRIPTION_SHORT><DESCRIPTION_SHORT lang=\"eng\">%s %s, pack of %d</DESCRIPTION_SHORT>\n", noun[w], size, kind[k], 10 + i % 90, translated[w], size, 10 + i % 90
            printf "<DESCRIPTION_LONG lang=\"deu\">&lt;p&gt;%s %s in der Ausführung %s.&lt;/p&gt;&lt;ul&gt;&lt;li&gt;Festigkeitsklasse 8.8&lt;/li&gt;&lt;li&gt;geeignet für Innen- und Außenbereich&lt;/li&gt;&lt;li&gt;Lieferung im Karton&lt;/li&gt;&lt;/ul&gt;</DESCRIPTION_LONG>\n", noun[w], size, kind[k]
            printf "<EAN>40%011d</EAN><MANUFACTURER_AID>%s%d.%d</MANUFACTURER_AID><MANUFACTURER_NAME>%s</MANUFACTURER_NAME><DELIVERY_TIME>%d</DELIVERY_TIME><KEYWORD lang=\"deu\">Werkzeug</KEYWORD><KEYWORD lang=\"deu\">%s</KEYWORD></ARTICLE_DETAILS>\n", i * 9, substr(noun[w], 1, 2), int(i / 100), i % 100, maker[m], 1 + i % 9, kind[k]
            printf "<ARTICLE_FEATURES><REFERENCE_FEATURE_SYSTEM_NAME>ECLASS-5.1</REFERENCE_FEATURE_SYSTEM_NAME><REFERENCE_FEATURE_GROUP_ID>2311%04d</REFERENCE_FEATURE_GROUP_ID><FEATURE><FNAME>Größe</FNAME><FVALUE>%s</FVALUE></FEATURE><FEATURE><FNAME>Oberfläche</FNAME><FVALUE>%s</FVALUE></FEATURE></ARTICLE_FEATURES>\n", w * 101, size, kind[k]
            print "<ARTICLE_ORDER_DETAILS><ORDER_UNIT>PK</ORDER_UNIT><CONTENT_UNIT>C62</CONTENT_UNIT><NO_CU_PER_OU>100</NO_CU_PER_OU><PRICE_QUANTITY>1</PRICE_QUANTITY><QUANTITY_MIN>1</QUANTITY_MIN><QUANTITY_INTERVAL>1</QUANTITY_INTERVAL></ARTICLE_ORDER_DETAILS><ARTICLE_PRICE_DETAILS><DATETIME type=\"valid_start_date\"><DATE>2020-01-01</DATE></DATETIME>"
            for (s = 0; s < 3; s++) printf "<ARTICLE_PRICE price_type=\"net_list\"><PRICE_AMOUNT>%.2f</PRICE_AMOUNT><PRICE_CURRENCY>EUR</PRICE_CURRENCY><TAX>0.19</TAX><LOWER_BOUND>%d</LOWER_BOUND></ARTICLE_PRICE>\n", price * (1 - s / 10), 10 ^ s
            printf "</ARTICLE_PRICE_DETAILS><MIME_INFO><MIME><MIME_TYPE>image/jpeg</MIME_TYPE><MIME_SOURCE>bilder/%07d.jpg</MIME_SOURCE><MIME_DESCR>Foto</MIME_DESCR><MIME_PURPOSE>normal</MIME_PURPOSE></MIME></MIME_INFO></ARTICLE>\n", i
        }
        print "</T_NEW_CATALOG></BMECAT>"
    }'
}

bmecat "$articles" 0 >first.xml
bmecat "$articles" 1 >raised.xml
cat >setup.toml <<'TOML'
[[shop]]
slug = "acme"
name = "Acme"
website = "https://shop.acme.example"
connector = { kind = "redirect", entry_url = "https://shop.acme.example/enter" }
api_key = "bench-key-0123456789abcdef"
TOML
"$punchgate" apply setup.toml >/dev/null
echo "$articles articles, $(($(wc -c <first.xml) / 1048576)) MiB of BMEcat"
for step in "first import:first.xml" "the same again:first.xml" "one price in ten:raised.xml"; do
    echo "-- ${step%%:*}"
    /usr/bin/time -f "%e s, %U s of processor, %M KB at most" "$punchgate" catalog import --shop acme "${step#*:}"
done
ls -l punchgate.db* 2>/dev/null | awk '{ print $5 / 1048576 " MiB " $9 }' || true
