"""Two more journeys of an administrator, by role and accessible name alone, with a script and without.

Those of the article are in `test_article`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from center import Center
from center_article import WORDS, banner, go, holds
from center_pages import Tenant, tenant_of
from licentia.changes import run
from licentia.store.lists import plans, users
from licentia.words.parts import product_name

Open = Callable[..., Page]

every_way = pytest.mark.parametrize("language", ["en", "nl"])
with_and_without = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])


@pytest.fixture
def tenant(center: Center) -> Tenant:
    """What the demo tenant has."""
    return tenant_of(center)


@every_way
@with_and_without
def test_find_what_is_unused_and_see_what_taking_it_back_does(
    open_page: Open, tenant: Tenant, language: str, script: bool
) -> None:
    """All licenses of a product that nobody used for 90 days, up to the preview of the plan: nothing is changed yet.

    From Home 4 clicks: Reclaim, the product, Find, Make plan; 4 pages. 90 days stand there already.
    """
    words = WORDS[language]
    page = open_page("/", language=language, script=script)
    go(page, words, "reclaim")
    page.get_by_role("combobox", name=words["product"], exact=True).select_option(
        label=product_name(tenant.pooled.sku_id)
    )
    page.get_by_role("button", name=words["find"], exact=True).click()
    make = page.get_by_role("button", name=re.compile(words["make"]))
    expect(make).to_be_visible()
    name = re.search(words["make"], make.inner_text().strip())
    assert name
    make.click()
    expect(page.get_by_role("region", name=words["consequences"], exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=words["apply"], exact=True)).to_be_enabled()
    plan = plans.header(tenant.id, int(page.url.rpartition("/")[2]))
    assert plan is not None
    assert plan["users"] == int(re.sub(r"\D", "", name[1]))
    assert plan["ready"] > 0
    assert plan["state"] == "draft"


@every_way
@with_and_without
@pytest.mark.parametrize("start", ["home", "plans"])
def test_undo_the_mistake_of_yesterday(
    open_page: Open, tenant: Tenant, language: str, script: bool, start: str
) -> None:
    """Whoever comes in anew, without the banner, finds the plan among the latest and undoes it; all have theirs back.

    From Home 3 clicks: the plan among Recent plans, Undo, Apply plan; 3 pages. From the list of plans as many after its own.
    """
    words = WORDS[language]
    chosen = [one for one in tenant.holders if len(users.sources(tenant.id, [one.id])) == 1][:3]
    wrong = tenant.plan(len(tenant.holders[: tenant.holders.index(chosen[-1]) + 1]))
    run.apply(tenant.id, wrong, tenant.actor, confirm=plans.header(tenant.id, wrong)["ready"])
    run.run(tenant.id, wrong, tenant.actor)
    assert not any(holds(tenant, one) for one in chosen)

    page = open_page("/", language=language, script=script)
    if start == "plans":
        go(page, words, "plans")
    page.get_by_role("main").get_by_role("link", name=re.compile(product_name(tenant.pooled.sku_id))).last.click()
    page.get_by_role("button", name=words["undo"], exact=True).click()
    page.get_by_role("button", name=words["apply"], exact=True).click()
    expect(banner(page, words["undone"])).to_be_visible()
    assert all(holds(tenant, one) for one in chosen)
