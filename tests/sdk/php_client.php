<?php
// A shop that reports as the PHP SDK does. Debian has no package of it, so this is its transport in its own order: the envelope
// with the DSN in its header, an event without a length, gzip, X-Sentry-Auth, one curl handle that is given up after five seconds
// (sentry-php 4: Serializer/PayloadSerializer.php, Serializer/EnvelopItems/EventItem.php, Util/Http.php, HttpClient/HttpClient.php).
//   php_client.php DSN [KIB OF BREADCRUMBS]
[, $dsn] = $argv;
$client = 'sentry.php/4.29.0';

function frames(Throwable $of): array
{
    $frames = [];
    $file = $of->getFile();
    $line = $of->getLine();
    foreach ($of->getTrace() as $call) {
        $frames[] = ['filename' => '/' . basename($file), 'lineno' => $line, 'in_app' => true, 'abs_path' => $file,
            'function' => (isset($call['class']) ? $call['class'] . '::' : '') . $call['function'],
            'vars' => ['secret' => 'canary'], 'context_line' => rtrim(file($file)[$line - 1])];
        $file = $call['file'] ?? '[internal]';
        $line = $call['line'] ?? 0;
    }
    $frames[] = ['filename' => '/' . basename($file), 'lineno' => $line, 'in_app' => true, 'abs_path' => $file, 'function' => null];
    return array_reverse($frames); // the crash last
}

function event(Throwable $outermost): array
{
    $values = [];
    for ($each = $outermost; $each !== null; $each = $each->getPrevious()) {
        array_unshift($values, ['type' => get_class($each), 'value' => $each->getMessage(), 'stacktrace' => ['frames' => frames($each)],
            'mechanism' => ['type' => 'generic', 'handled' => true, 'data' => ['code' => $each->getCode()]]]);
    }
    return ['timestamp' => microtime(true), 'platform' => 'php', 'sdk' => ['name' => 'sentry.php', 'version' => '4.29.0'],
        'server_name' => 'web1', 'release' => 'shop@1.4.0', 'environment' => 'production', 'modules' => ['shop/cart' => '1.4.0'],
        'user' => ['id' => '7', 'email' => 'canary@example.org'], 'contexts' => ['runtime' => ['name' => 'php', 'version' => PHP_VERSION]],
        'request' => ['url' => 'http://shop/cart', 'cookies' => ['session' => 'canary']],
        'exception' => ['values' => $values]]; // and no level: the SDK leaves it out for exceptions
}

/** Status and body of the answer, id of the event, bytes of the body that were sent before it. */
function send(string $dsn, string $client, array $event): array
{
    $part = parse_url($dsn);
    $id = bin2hex(random_bytes(16));
    $header = ['event_id' => $id, 'sent_at' => gmdate('Y-m-d\TH:i:s\Z'), 'dsn' => $dsn, 'sdk' => ['name' => 'sentry.php', 'version' => '4.29.0']];
    $envelope = json_encode($header, JSON_FORCE_OBJECT) . "\n" . json_encode(['type' => 'event', 'content_type' => 'application/json'])
        . "\n" . json_encode($event, JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE | JSON_PRESERVE_ZERO_FRACTION);
    $curl = curl_init();
    curl_setopt_array($curl, [
        CURLOPT_URL => "http://{$part['host']}:{$part['port']}/api" . $part['path'] . '/envelope/',
        CURLOPT_HTTPHEADER => ['Content-Type: application/x-sentry-envelope',
            "X-Sentry-Auth: Sentry sentry_version=7, sentry_client=$client, sentry_key={$part['user']}", 'Content-Encoding: gzip'],
        CURLOPT_USERAGENT => $client,
        CURLOPT_TIMEOUT => 5,
        CURLOPT_CONNECTTIMEOUT => 2,
        CURLOPT_ENCODING => '',
        CURLOPT_POST => true,
        CURLOPT_POSTFIELDS => gzcompress($envelope, -1, ZLIB_ENCODING_GZIP),
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_HTTP_VERSION => CURL_HTTP_VERSION_1_1,
    ]);
    $body = curl_exec($curl);
    $answer = [curl_getinfo($curl, CURLINFO_HTTP_CODE), (string) $body, $id, curl_getinfo($curl, CURLINFO_SIZE_UPLOAD_T)];
    curl_close($curl);
    return $answer;
}

class Cart
{
    public function total(?array $lines): int
    {
        return array_sum($lines);
    }
}

function checkout(): int
{
    try {
        return (new Cart())->total(null);
    } catch (TypeError $cause) {
        throw new RuntimeException('no total for the cart', 3, $cause);
    }
}

try {
    checkout();
} catch (RuntimeException $error) {
    $event = event($error);
    $event['breadcrumbs'] = ['values' => [['message' => bin2hex(random_bytes(512 * (int) ($argv[2] ?? 0)))]]];
    [$status, $body, $id, $sent] = send($dsn, $client, $event);
    if ($status !== 200 || json_decode($body, true) === ['id' => $id]) {
        echo "answered $status, $sent bytes sent\n";
    }
}
