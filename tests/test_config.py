"""tracker.toml: what it may say, and every mistake at once."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tracker.config import Config, channels_of, read_config, settings
from tracker.core.errors import ConfigError
from tracker.core.money.currencies import KNOWN, SIGNS
from tracker.setting import duration


def read(folder: Path, text: str) -> Config:
    (folder / "tracker.toml").write_text(text, encoding="utf-8")
    return read_config(folder / "tracker.toml")


def test_no_file_says_nothing(tmp_path: Path) -> None:
    config = read_config(tmp_path / "tracker.toml")
    assert (config.buyer.country, config.sources, config.watches) == ("US", {}, {})
    assert list(channels_of(config)) == ["console"]


def test_the_starter_is_a_valid_configuration() -> None:
    config = read_config(Path(__file__).parents[1] / "tracker.example.toml")
    assert sum(source.site == "ebay" for source in config.sources.values()) == 20
    assert sum(source.site == "reddit" for source in config.sources.values()) >= 2
    assert len(config.watches) == 3


def test_watches_become_rules(tmp_path: Path) -> None:
    config = read(tmp_path, '[watches.w]\ngpu = "MI50*"\ncondition = "used"\nmetric = "usd_per_gb"\nbelow = 6.5\n')
    [rule] = config.asked
    assert (rule.wanted.gpus, rule.wanted.conditions, rule.below, rule.notify) == (
        ("mi50*",),
        ("used",),
        Decimal("6.5"),
        ("console",),
    )


def test_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_BUYER__COUNTRY", "DE")
    monkeypatch.setenv("TRACKER_CHANNELS__HOOK__SECRET", "from-env")
    config = read(
        tmp_path,
        '[buyer]\ncountry = "FR"\npostcode = "75001"\n[channels.hook]\ntype = "webhook"\nurl = "https://x.example/"\n',
    )
    assert (config.buyer.country, config.buyer.postcode) == ("DE", "75001")
    assert config.channels["hook"]["secret"] == "from-env"


MISTAKES = [
    ("[buyer\n", "is not TOML"),
    ("[buyer]\ncountry = 'Germany'\n", "buyer.country"),
    ("[buyer]\ncurrency = 'euro'\n", "buyer.currency: a currency is three capital letters"),
    ("[buyer]\ncurrency = 'XYZ'\n", "buyer.currency: 'XYZ' is no currency of ISO 4217"),
    ("[buyer]\ncurrency = 'EUX'\n", "buyer.currency: 'EUX' is no currency of ISO 4217, did you mean 'EUR'?"),
    ("[sources.a]\nsite = 'ebay'\nquery = 'x'\ncurrency = 'XYZ'\n", "sources.a.currency: 'XYZ' is no currency"),
    ("[buyers]\n", "buyers is not a setting"),
    ("[daemon]\ntick_s = 0\n", "daemon.tick_s: "),
    ("[sources.a]\nsite = 'ebay'\n", "sources.a: ebay needs 'query'"),
    ("[sources.a]\nsite = 'ebey'\nquery = 'x'\n", "unknown site 'ebey', did you mean 'ebay'?"),
    ("[sources.a]\nsite = 'ebay'\nquery = 'x'\nqurey = 'y'\n", "'qurey' is no option of ebay, did you mean 'query'?"),
    ("[sources.a]\nsite = 'ebay'\nquery = 'x'\nevery = 'soon'\n", "sources.a.every: 'soon' is no duration"),
    ("[sources.a]\nsite = 'ebay'\nquery = 'x'\nevery = '0s'\n", "sources.a.every: must be more than 0"),
    ("[watches.w]\n", "watches.w: it says nothing about when to speak: write below = …, under_market = "),
    ("[watches.w]\nunder_market = 20\n", 'watches.w.under_market: 20 is no share of a price: write "20%"'),
    ("[watches.w]\ndrop = '100%'\n", "watches.w.drop: '100%' is no share of a price"),
    ("[watches.w]\nlowest = 'always'\n", 'watches.w.lowest: \'always\' is no span of time: write "30d" or "ever"'),
    (
        "[watches.w]\nlowest = '30d'\nlowest_of = 'shop'\n",
        "watches.w.lowest_of: must be 'listing', 'variant' or 'group'",
    ),
    ("[watches.w]\nany_change = 3\n", "watches.w.any_change: 3 is no share of a price"),
    ("[watches.w]\nany_change = false\n", "watches.w: it says nothing about when to speak"),
    ("[watches.w]\nnew = true\nauction_ends = '2h'\n", "watches.w: auction_ends needs below"),
    ("[watches.w]\nnew = true\nfits = '700b-q4'\n", "watches.w.fits: no model '700b-q4'"),
    ("[watches.w]\nnew = true\nrisk = 'ignore'\n", "watches.w.risk: must be 'hide', 'mark' or 'only'"),
    ("[watches.w]\nbelow = -1\n", "watches.w.below"),
    ("[watches.w]\nbelow = 5\nmetric = 'usd_per_bg'\n", "unknown metric 'usd_per_bg', did you mean 'usd_per_gb'?"),
    ("[watches.w]\nbelow = 5\ncondition = 'mint'\n", "watches.w.condition"),
    ("[watches.w]\nbelow = 5\nnotify = 'pigeon'\n", "watches.w: unknown channel 'pigeon'; known: console"),
    ("[channels.c]\ntype = 'fax'\n", "channels.c: unknown type 'fax'; known: apprise, atom, console, email, webhook"),
    ("[channels.c]\ntype = 'webhook'\n", "channels.c.url: must be set"),
    ("[channels.c]\ntype = 'webhook'\nurl = 'no url'\n", "channels.c.url"),
    ("sources = 4\n", "sources: must be a table of its own"),
    ("buyer = 3\n", "buyer: must be a table of its own"),
    ("[channels]\na = 3\n", "channels.a: must be a table of its own"),
    ("buyr = 3\n", "buyr is not a setting, did you mean 'buyer'?"),
    ("[buyer]\nvat_reclaim = 'maybe'\n", "buyer.vat_reclaim: must be true or false"),
    ("[web]\nport = 99999999\n", "web.port: must be 65535 or less"),
    ("[rules]\nshipping_usd = { US = 'a' }\n", "rules.shipping_usd.US: must be a number"),
    ("[[rules.imports]]\nfrom = 'China'\n", "rules.imports.#1.from: a country is two capital letters"),
    ("[buyer]\ncurrency = 'Euro'\n", "buyer.currency: a currency is three capital letters"),
    ("[channels.c]\ntype = 'email'\nhost = 3\n", "channels.c.host: must be text, in quotes"),
]


@pytest.mark.parametrize(("text", "said"), MISTAKES)
def test_mistakes(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        read(tmp_path, text)
    assert said in str(error.value)


def test_a_currency_without_a_rate_is_still_a_currency(tmp_path: Path) -> None:
    assert read(tmp_path, "[buyer]\ncurrency = 'RUB'\n").buyer.currency == "RUB"
    assert {code for _, *codes in SIGNS.values() for code in codes} <= KNOWN


def test_every_mistake_is_listed(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        read(tmp_path, "[sources.a]\nsite = 'ebey'\n[watches.w]\nbelow = 1\nnotify = 'x'\n[channels.c]\ntype = 'fax'\n")
    assert len(error.value.mistakes) == 3


def test_secrets_are_masked_and_never_in_mistakes(tmp_path: Path) -> None:
    config = read(tmp_path, "[channels.c]\ntype='webhook'\nurl='https://x.example/hunter2'\nsecret='hunter2'\n")
    shown = dict(settings(config, "postgresql+psycopg://me:hunter2@db/tracker"))
    assert "hunter2" not in str(shown)
    assert shown["channels.c.secret"] == "**********"
    with pytest.raises(ConfigError) as error:
        read(tmp_path, "[channels.c]\ntype='webhook'\nurl=5\nsecret=['hunter2']\n")
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("10m", 600), ("6h", 21600), ("1d", 86400), ("2w", 1209600)]
)
def test_durations(text: str, seconds: int) -> None:
    assert duration(text) == timedelta(seconds=seconds)


def test_pages_are_sources_by_configuration_alone(tmp_path: Path) -> None:
    page = (
        '[[pages]]\nname = "barn"\nurl = "https://b.example/gpu"\nitem = ".i"\ntitle = ".t"\nprice = ".p"\nlink = "a"\n'
    )
    config = read(tmp_path, page)
    assert (config.sources["barn"].site, config.sources["barn"].options["item"]) == ("pages", ".i")
    with pytest.raises(ConfigError, match="names 'barn', and so does another source"):
        read(tmp_path, page + '[sources.barn]\nsite = "ebay"\nquery = "x"\n')
    with pytest.raises(ConfigError, match="pages needs 'price'"):
        read(tmp_path, page.replace("price", "prize"))
    with pytest.raises(ConfigError, match="item"):
        read(tmp_path, page.replace('".i"', '"..i["'))


def test_products_are_sources_named_by_their_address(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        '[[products]]\nurl = "https://shop.example/card/r9700"\n[[products]]\nname = "x"\nurl = "https://y.example/"\n',
    )
    assert {name: source.site for name, source in config.sources.items()} == {
        "shop.example/card/r9700": "product",
        "x": "product",
    }
    with pytest.raises(ConfigError, match="two"):
        read(tmp_path, '[[products]]\nurl = "https://a.example/b"\n' * 2)
    with pytest.raises(ConfigError, match="needs an url"):
        read(tmp_path, "[[products]]\nevery = '1d'\n")


def test_a_page_table_that_is_no_table_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        read(tmp_path, 'pages = "barn"\n')
