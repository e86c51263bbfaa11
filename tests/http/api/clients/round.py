"""A round of calls with the client that openapi-python-client makes of the API's document."""

import sys

from gaceta_client import AuthenticatedClient
from gaceta_client.api.articles import get_articles, get_articles_id, post_articles
from gaceta_client.api.newsletters import patch_newsletters_slug, post_newsletters
from gaceta_client.api.newsroom import patch_sign_up
from gaceta_client.models import (
    NewArticle,
    NewNewsletter,
    NewsletterChanges,
    Problem,
    SignUpChanges,
)

base_url, token = sys.argv[1:3]
client = AuthenticatedClient(base_url=base_url, token=token)

made = post_newsletters.sync_detailed(
    client=client,
    body=NewNewsletter(slug="python", title="Python", private=True, send_at="06:15"),
)
assert made.status_code == 201, made

# a title alone: nothing else is put back to its default
changed = patch_newsletters_slug.sync(
    "python", client=client, body=NewsletterChanges(title="Python well")
)
assert (changed.title, changed.private, changed.send_at) == ("Python well", True, "06:15")

stale = patch_newsletters_slug.sync(
    "python", client=client, body=NewsletterChanges(title="Lost"), if_match='"stale"'
)
assert isinstance(stale, Problem) and stale.status == 412, stale

settings = patch_sign_up.sync(client=client, body=SignUpChanges(per_origin=[20, 200]))
assert settings.per_origin == [20, 200], settings

article = post_articles.sync(
    client=client,
    body=NewArticle(newsletter="python", title="A quay", url="https://news.example.org/quay"),
    idempotency_key="python-1",
)
assert article.title == "A quay", article
listed = get_articles.sync(client=client, newsletter="python", limit=10)
assert [one.id for one in listed.data] == [article.id], listed
missing = get_articles_id.sync("999999", client=client)
assert isinstance(missing, Problem) and missing.title == "Not Found", missing
print("round done")
