// The peer of bench_ingest: a plain Node server that takes a report, inflates it, parses its JSON, and does nothing else.
const http = require('http');
const zlib = require('zlib');

const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
        let body = Buffer.concat(chunks);
        if (request.headers['content-encoding'] === 'gzip') body = zlib.gunzipSync(body);
        const lines = body.toString('utf8').split('\n');
        const header = JSON.parse(lines[0]);
        JSON.parse(lines[1]);
        JSON.parse(lines[2]);
        const answer = `{"id":"${header.event_id}"}`;
        response.writeHead(200, {'Content-Type': 'application/json', 'Content-Length': answer.length});
        response.end(answer);
    });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
