// A shop with the Node SDK, unchanged.  node_client.js SDK_FOLDER DSN MODE   modes: one, large, storm
const [, , sdk, dsn, mode] = process.argv;
const Sentry = require(sdk);
Sentry.init({dsn, release: 'shop@1.4.0', environment: 'production', tracesSampleRate: 1});

function total(cart) {
    return cart.price.amount;
}

function fail(order) {
    try {
        total({});
    } catch (error) {
        if (order) error.message += ` of order ${order}`;  // the SDK drops what is equal to the one before
        Sentry.captureException(error);
    }
}

async function main() {
    if (mode === 'one') {
        Sentry.setUser({email: 'canary@shop.example', ip_address: '203.0.113.7'});
        fail();
    }
    if (mode === 'large') {
        Sentry.withScope((scope) => {
            scope.setExtra('text', 'x'.repeat(50000));  // more than 32 KiB: the SDK compresses
            scope.setExtra('more', Array.from({length: 3000}, (_, i) => `line ${i}`).join(','));
            fail();
        });
    }
    for (let sent = 0; mode === 'storm' && sent < 20; ++sent) {
        fail(1000 + sent);
        await Sentry.flush(2000);  // each is answered before the next happens
    }
    if (!(await Sentry.close(5000))) throw new Error('not everything was sent in time');
    console.log(`sent with ${Sentry.SDK_VERSION}`);
}
main().catch((error) => {
    console.error(error);
    process.exit(1);
});
