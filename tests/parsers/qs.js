// What npm's qs makes of a request. Started as `node qs.js PORT`.
// Answers a tree as php.php does. The path says how qs is set: /defaults, /whole (every index kept, no limit),
// /whole/iso-8859-1.

const http = require('node:http');
const qs = require('qs');

const base64 = (text) => Buffer.from(text, 'utf8').toString('base64');
const tree = (value) =>
    typeof value === 'object' && value !== null
        ? Object.entries(value).map(([name, inner]) => [base64(name), tree(inner)])
        : base64(String(value));

const WHOLE = { parseArrays: false, parameterLimit: Infinity };

function answer(request, body) {
    const [path, query = ''] = request.url.split('?', 2);
    const options = path.startsWith('/whole') ? { ...WHOLE } : {};
    if (path.endsWith('/iso-8859-1')) options.charset = 'iso-8859-1';
    try {
        return {
            query: tree(qs.parse(query, options)),
            form: tree(qs.parse(body.toString('latin1'), options)),
            body: body.toString('base64'),
        };
    } catch (refusal) {
        return { refused: String(refusal) };
    }
}

http.createServer({ maxHeaderSize: 1 << 20 }, (request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(answer(request, Buffer.concat(chunks))));
    });
}).listen(Number(process.argv[2]), '127.0.0.1');
