"""Changes something live for each line of standard input, publishes it, and says which version.

`quiet` publishes without a notification, as if it had been lost.
"""

import json
import sys
import time

import django


def serve() -> None:
    from django.utils import timezone

    from experiments import publishing
    from workspace.models import Site

    site, heard = Site.objects.get(key="shop"), publishing.CHANNEL
    for number, line in enumerate(sys.stdin):
        publishing.CHANNEL = "unheard" if line.strip() == "quiet" else heard
        begun = time.time()
        site.origins = ["https://shop.example", f"https://shop-{number}.example"]
        site.save()
        version = publishing.publish_if_changed(now=timezone.now())
        print(json.dumps({"version": version, "begun": begun}), flush=True)


if __name__ == "__main__":
    django.setup()
    serve()
