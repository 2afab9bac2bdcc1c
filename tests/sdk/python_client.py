# A shop with the Python SDK, unchanged.  python_client.py DSN
import sys

import sentry_sdk

sentry_sdk.init(sys.argv[1], release="shop@1.4.0", environment="production", server_name="web1")


def total(cart):
    return cart["price"]["amount"]


try:
    total({"price": None})
except TypeError:
    sentry_sdk.capture_exception()
sentry_sdk.capture_message("stock of 17 shirts is negative")
sentry_sdk.flush(5)
print("sent with", sentry_sdk.VERSION)
