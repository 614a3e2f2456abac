"""What Python's werkzeug makes of a request. Started as `python3 werkzeug_server.py PORT`.

Answers a tree as php.php does. The charset is told by the path, as a program tells it that knows its forms: /iso-8859-1.
"""

import base64
import json
import sys

from werkzeug.exceptions import HTTPException
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

# Since version 3 werkzeug reads UTF-8 only.
ONLY_UTF_8 = not hasattr(Request, "charset")


def encoded(data):
    return base64.b64encode(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")).decode()


def tree(pairs):
    return [[encoded(name), encoded(value)] for name, value in pairs.items(multi=True)]


def parsed(environ):
    charset = environ["PATH_INFO"].strip("/") or "utf-8"
    kind = Request
    if charset != "utf-8":
        if ONLY_UTF_8:
            return {"unable": "werkzeug reads UTF-8 only"}
        kind = type("Request", (Request,), {"charset": charset})
    request = kind(environ)
    try:
        body = request.get_data(cache=True)
        return {"query": tree(request.args), "form": tree(request.form), "body": encoded(body)}
    except HTTPException as refusal:
        return {"refused": str(refusal)}


def application(environ, start_response):
    response = Response(json.dumps(parsed(environ)), content_type="text/plain")
    return response(environ, start_response)


make_server("127.0.0.1", int(sys.argv[1]), application, threaded=True).serve_forever()
