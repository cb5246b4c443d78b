"""How shops all over the world show a card they tell programs nothing about: one row a way of doing it.

Each row: the address, the language tag, the headline, what stands around it, and what a person reads off it: amount,
currency, stock ("" where the page does not say).
"""

ROWS: tuple[tuple[str, str, str, str, tuple[str, str, str]], ...] = (
    (
        "https://gpubay.example.com/p/1",
        "en-US",
        "Tesla P100 16GB PCIe",
        """<div class="price-box"><span class="sr-only">Your price is $149.99</span><span aria-hidden="true">
        <sup>$</sup>
        <span class="price-characteristic">149</span><span class="price-mark">.</span><span class="price-mantissa">99
        </span></span></div><p>or 4 payments of $37.50</p><p class="stock">In stock</p><button>Add to cart</button>""",
        ("149.99", "USD", "InStock"),
    ),
    (
        "https://toolhut.example.com/p/2",
        "en-US",
        "RTX A4000 16GB workstation card",
        """<div class="price-format__main-price"><span>$</span><span>749</span><span class="price-format__cents-part">
        </span><span class="price-format__large-symbols">95</span></div><div>Free delivery over $45</div>
        <button class="add-to-cart">Add to Cart</button>""",
        ("749.95", "USD", "InStock"),
    ),
    (
        "https://www.kartenprofi.de/tesla-m40",
        "de",
        "Tesla M40 24GB",
        """<p class="uvp">UVP <del>499,00 €</del></p><p class="preis"><strong>329,00 €</strong>*</p>
        <p class="hinweis">* inkl. 19 % MwSt., zzgl. <a href="/versand">Versand</a> ab 4,99 €</p>
        <p>Grundpreis: 13,71 € / GB</p><p class="lieferzeit">Sofort lieferbar, Lieferzeit 1-3 Werktage</p>
        <button>In den Warenkorb</button>""",
        ("329", "EUR", "InStock"),
    ),
    (
        "https://www.kartenprofi.at/p40",
        "de-AT",
        "Tesla P40 24GB",
        """<div class="product-price">€ 219,–</div><div class="delivery">Nicht auf Lager</div>
        <button disabled>In den Warenkorb</button><a href="#alarm">Benachrichtigen Sie mich</a>""",
        ("219", "EUR", "OutOfStock"),
    ),
    (
        "https://www.rechner.ch/fr/rtx-3080",
        "fr-CH",
        "Carte graphique RTX 3080 20 Go",
        """<div class="prix">CHF 489.–</div><div class="dispo">Actuellement indisponible</div>""",
        ("489", "CHF", "OutOfStock"),
    ),
    (
        "https://www.cartes.example.fr/v100",
        "fr",
        "Tesla V100 SXM2 32 Go",
        """<div class="fpPrice price">1 249€<sup>95</sup></div><p class="eco">dont 0,12 € d'éco-participation</p>
        <p>ou 4 x 312,49 €</p><div class="stock-web">Disponible, expédié sous 24 h</div>
        <a class="btn" href="#">Ajouter au panier</a>""",
        ("1249.95", "EUR", "InStock"),
    ),
    (
        "https://www.tienda.example.es/3090",
        "es",
        "Tarjeta gráfica RTX 3090 24 GB",
        """<div id="precio-main">799<span class="cents">,90€</span></div><s>949,00€</s> <span>-16%</span>
        <p>12 cuotas de 66,66 €</p><div>Agotado</div><button>Avísame cuando esté disponible</button>""",
        ("799.90", "EUR", "OutOfStock"),
    ),
    (
        "https://www.carrello.example.it/mi50",
        "it-IT",
        "Radeon Instinct MI50 32GB",
        """<span class="prezzo">€ 189,00</span> <span class="iva">IVA inclusa</span><p>Spedizione € 7,90</p>
        <p>Disponibilità immediata</p><button>Aggiungi al carrello</button>""",
        ("189", "EUR", "InStock"),
    ),
    (
        "https://www.loja.example.com.br/2080ti",
        "pt-BR",
        "Placa de vídeo RTX 2080 Ti 22GB",
        """<div class="price"><s>De: R$ 3.499,90</s> <strong>Por: R$ 2.799,90</strong> à vista no Pix</div>
        <p>ou em até 10x de R$ 311,10 sem juros</p><button>Comprar</button>""",
        ("2799.90", "BRL", "InStock"),
    ),
    (
        "https://www.sklep.example.pl/p100",
        "pl",
        "Karta graficzna Tesla P100 16GB",
        """<div class="price-normal">899<sup>00</sup> zł</div>
        <p>Najniższa cena z 30 dni przed obniżką: 949,00 zł</p>
        <p>Raty od 38,21 zł</p><p>Dostępny</p><button>Dodaj do koszyka</button>""",
        ("899", "PLN", "InStock"),
    ),
    (
        "https://www.obchod.example.cz/k80",
        "cs",
        "Grafická karta Tesla K80 24GB",
        """<div class="price-final"><strong>1 890 Kč</strong></div><div class="price-vat">1 561,98 Kč bez DPH</div>
        <div class="availability">Skladem 3 ks</div><button>Do košíku</button>""",
        ("1890", "CZK", "InStock"),
    ),
    (
        "https://www.obchod.example.sk/k80",
        "sk",
        "Grafická karta Tesla K80 24GB",
        """<div>Cena: <b>75,50 €</b> s DPH</div><p class="stav">Momentálne nedostupné</p>""",
        ("75.50", "EUR", "OutOfStock"),
    ),
    (
        "https://www.bolt.example.hu/3060",
        "hu",
        "RTX 3060 12GB videokártya",
        """<div class="product-price">119 990 Ft</div><div class="old">134 990 Ft</div><p>Raktáron</p>
        <button>Kosárba teszem</button>""",
        ("119990", "HUF", "InStock"),
    ),
    (
        "https://www.magazin.example.ro/3060",
        "ro",
        "Placă video RTX 3060 12GB",
        """<p class="pret-nou">1.499<sup>99</sup> Lei</p><p class="pret-vechi">1.799,99 Lei</p><p>Stoc epuizat</p>""",
        ("1499.99", "RON", "OutOfStock"),
    ),
    (
        "https://www.magazin.example.bg/3060",
        "bg",
        "Видеокарта RTX 3060 12GB",
        """<div class="price">649,00 лв.</div><div>В наличност</div><button>Добави в количката</button>""",
        ("649", "BGN", "InStock"),
    ),
    (
        "https://shop.example.ru/tesla-p40",
        "ru",
        "Видеокарта Tesla P40 24 ГБ",
        """<span class="product-buy__price">27 999 ₽</span><span class="old">31 999 ₽</span>
        <span>от 1 399 ₽/мес.</span>        <div>Нет в наличии</div><button>Сообщить о поступлении</button>""",
        ("27999", "RUB", "OutOfStock"),
    ),
    (
        "https://shop.example.ua/tesla-p40",
        "uk",
        "Відеокарта Tesla P40 24 ГБ",
        """<p class="product-price__big">12 499<span>₴</span></p><p>Є в наявності</p><button>Купити</button>""",
        ("12499", "UAH", "InStock"),
    ),
    (
        "https://shop.example.kz/p40",
        "ru-KZ",
        "Видеокарта Tesla P40",
        """<div class="cost">189 990 ₸</div><div>В наличии</div><button>В корзину</button>""",
        ("189990", "KZT", "InStock"),
    ),
    (
        "https://www.katastima.example.gr/3090",
        "el",
        "Κάρτα γραφικών RTX 3090",
        """<div class="price">749,00 €</div><div>Άμεσα διαθέσιμο</div><button>Προσθήκη στο καλάθι</button>""",
        ("749", "EUR", "InStock"),
    ),
    (
        "https://www.magaza.example.com.tr/3090",
        "tr",
        "RTX 3090 24GB Ekran Kartı",
        """<div class="eski-fiyat"><del>38.999,00 TL</del></div><div class="fiyat">34.999,00 TL</div>
        <p>Aylık 3.499,90 TL'den başlayan taksitlerle</p>
        <button>Sepete Ekle</button>""",
        ("34999", "TRY", "InStock"),
    ),
    (
        "https://www.butik.example.se/3090",
        "sv",
        "Grafikkort RTX 3090 24GB",
        """<div class="pris">7 990 kr</div><div class="ord">Ord. pris 9 490 kr</div><div>Slut i lager</div>
        <button>Bevaka produkt</button>""",
        ("7990", "SEK", "OutOfStock"),
    ),
    (
        "https://www.butikk.example.no/3090",
        "nb",
        "Skjermkort RTX 3090 24GB",
        """<span class="product-price">8 490,-</span><p>På lager (12 stk.)</p><button>Legg i handlekurv</button>""",
        ("8490", "NOK", "InStock"),
    ),
    (
        "https://www.butik.example.dk/3090",
        "da",
        "Grafikkort RTX 3090 24GB",
        """<div>Pris</div><div class="productPrice">5.499,00 kr.</div><p>Fragt fra 39 kr.</p><p>Udsolgt</p>""",
        ("5499", "DKK", "OutOfStock"),
    ),
    (
        "https://www.kauppa.example.fi/3090",
        "fi",
        "Näytönohjain RTX 3090 24GB",
        """<div class="hinta">699,00 €</div><p>tai 24,90 €/kk</p><p>Varastossa</p><button>Lisää ostoskoriin</button>""",
        ("699", "EUR", "InStock"),
    ),
    (
        "https://www.pood.example.ee/3090",
        "et",
        "Videokaart RTX 3090 24GB",
        """<div class="hind">689,00 €</div><p>Läbi müüdud</p>""",
        ("689", "EUR", "OutOfStock"),
    ),
    (
        "https://www.trgovina.example.si/3090",
        "sl",
        "Grafična kartica RTX 3090",
        """<p class="cena">Cena: 709,99 €</p><p>Na zalogi</p><button>V košarico</button>""",
        ("709.99", "EUR", "InStock"),
    ),
    (
        "https://www.winkel.example.nl/3090",
        "nl",
        "Videokaart RTX 3090 24GB",
        """<span class="promo-price" data-test="price">719<sup class="promo-price__fraction">00</sup></span>
        <p>Adviesprijs <del>999,-</del></p><p>Op voorraad. Voor 23:59 besteld, morgen in huis</p>
        <button>In winkelwagen</button>""",
        ("719", "EUR", "InStock"),
    ),
    (
        "https://item.shop.example.jp/3090",
        "ja",
        "グラフィックボード RTX 3090 24GB",
        """<p class="price"><span>98,800円</span>（税込）</p><p>送料 880円</p><p>在庫あり</p>
        <button>カートに入れる</button>""",
        ("98800", "JPY", "InStock"),
    ),
    (
        "https://item.shop.example.jp/v100",
        "ja",
        "Tesla V100 32GB SXM2",
        """<p>価格 <b>¥74,800</b></p><p>1,360ポイント</p><p>売り切れ</p>""",
        ("74800", "JPY", "OutOfStock"),
    ),
    (
        "https://item.example.cn/2080ti",
        "zh-CN",
        "魔改 2080Ti 22G 涡轮显卡",
        """<div class="tm-price-panel"><span>价格</span><em>¥</em><span class="tm-price">2499.00</span></div>
        <div class="promo"><span>促销价</span> <em>¥</em><span class="tm-price">2299.00</span></div>
        <p>运费 快递: 20.00</p>
        <p>月销量 120</p><button>立即购买</button><button>加入购物车</button>""",
        ("2299", "CNY", "InStock"),
    ),
    (
        "https://www.shangpin.example.tw/3090",
        "zh-TW",
        "顯示卡 RTX 3090 24GB",
        """<p>市價 <del>$32,900</del></p><p>網路價 <b>$25,900</b></p><p>售完，補貨中</p><button>貨到通知我</button>""",
        ("25900", "TWD", "OutOfStock"),
    ),
    (
        "https://shop.example.kr/3090",
        "ko",
        "그래픽카드 RTX 3090 24GB",
        """<span class="origin-price">1,350,000원</span><span class="total-price"><strong>1,190,000</strong><i>원</i>
        </span>
        <p>배송비 3,000원</p><button>장바구니 담기</button><button>바로구매</button>""",
        ("1190000", "KRW", "InStock"),
    ),
    (
        "https://www.dukan.example.sa/3090",
        "ar",
        "كرت شاشة RTX 3090 24GB",
        """<div class="price">2,999.00 ر.س</div><p>شامل الضريبة</p><p>غير متوفر</p>""",
        ("2999", "SAR", "OutOfStock"),
    ),
    (
        "https://www.hanut.example.co.il/3090",
        "he-IL",
        "כרטיס מסך RTX 3090 24GB",
        """<div class="price">₪3,290</div><p>במלאי</p><button>הוספה לסל</button>""",
        ("3290", "ILS", "InStock"),
    ),
    (
        "https://www.dukaan.example.in/3060",
        "en-IN",
        "RTX 3060 12GB graphics card",
        """<div class="_30jeq3 _16Jk6d">₹27,499</div><div class="_3I9_wc _2p6lqe">₹41,000</div><span>32% off</span>
        <p>No cost EMI from ₹4,584/month</p><button>ADD TO CART</button><button>BUY NOW</button>""",
        ("27499", "INR", "InStock"),
    ),
    (
        "https://www.shop.example.vn/3060",
        "vi",
        "Card màn hình RTX 3060 12GB",
        """<span class="gia">7.990.000 ₫</span><span class="gia-cu"><del>8.990.000 ₫</del></span><p>Hết hàng</p>""",
        ("7990000", "VND", "OutOfStock"),
    ),
    (
        "https://www.toko.example.co.id/3060",
        "id",
        "VGA RTX 3060 12GB",
        """<div class="harga">Rp4.250.000</div><p>Stok habis</p>""",
        ("4250000", "IDR", "OutOfStock"),
    ),
    (
        "https://www.ran.example.co.th/3060",
        "th",
        "การ์ดจอ RTX 3060 12GB",
        """<div class="price">฿9,990</div><p>สินค้าหมด</p>""",
        ("9990", "THB", "OutOfStock"),
    ),
    (
        "https://www.store.example.com.au/3090",
        "en-AU",
        "RTX 3090 24GB refurbished",
        """<div class="price">$1,099.00 <span>inc GST</span></div><p>or 4 payments of $274.75 with Afterpay</p>
        <p>Sold out</p><button disabled>Add to cart</button>""",
        ("1099", "AUD", "OutOfStock"),
    ),
    (
        "https://www.store.example.ca/en/3090",
        "en-CA",
        "RTX 3090 24GB refurbished",
        """<p>Was $1,299.99 Save $200</p><p class="sale">$1,099.99</p><p>Available online</p>
        <button>Add to Cart</button>""",
        ("1099.99", "CAD", "InStock"),
    ),
    (
        "https://www.store.example.co.uk/3090",
        "en-GB",
        "RTX 3090 24GB refurbished",
        """<ul><li>Ex VAT <span class="price">£499.17</span></li><li>Inc VAT <span class="price">£599.00</span></li>
        </ul>
        <p>In stock: 4</p><form><input type="submit" value="Add to basket"></form>""",
        ("599", "GBP", "InStock"),
    ),
    (
        "https://www.winkel.example.co.za/3090",
        "en-ZA",
        "RTX 3090 24GB",
        """<span class="currency plus currency-module">R 14,999</span> <span class="list-price">R 17,999</span>
        <p>In stock</p><button>Add to Cart</button>""",
        ("14999", "ZAR", "InStock"),
    ),
    (
        "https://articulo.tienda.example.com.mx/3090",
        "es-MX",
        "Tarjeta RTX 3090 24gb usada",
        """<span class="price-tag"><span class="price-tag-symbol">$</span>
        <span class="price-tag-fraction">13,499</span></span>
        <p>en 12x $ 1,124<sup>92</sup> sin interés</p><p>Stock disponible</p><button>Comprar ahora</button>""",
        ("13499", "MXN", "InStock"),
    ),
    (
        "https://articulo.tienda.example.com.ar/3090",
        "es-AR",
        "Placa RTX 3090 24gb usada",
        """<span class="price-tag"><span class="price-tag-symbol">$</span>
        <span class="price-tag-fraction">1.249.999</span></span>
        <p>Sin stock</p>""",
        ("1249999", "ARS", "OutOfStock"),
    ),
    (
        "https://www.anzeigen.example.de/s-anzeige/123",
        "de",
        "RTX 3090 Founders Edition",
        """<h2 id="viewad-price">650 € VB</h2><p>Nur Abholung</p><p>Gebraucht, zwei Jahre alt, Neupreis war 1.549 €.</p>
        <button>Nachricht schreiben</button>""",
        ("650", "EUR", "InStock"),
    ),
    (
        "https://www.annonces.example.fr/ad/123",
        "fr",
        "RTX 3090 Founders Edition",
        """<div data-qa-id="adview_price"><span>620 €</span></div><p>Vendeur pro</p>
        <button>Contacter le vendeur</button>""",
        ("620", "EUR", "InStock"),
    ),
    (
        "https://city.classifieds.example.org/d/123",
        "en",
        "Tesla P40 24GB server GPU",
        """<span class="price">$185</span><p>reply</p>""",
        ("185", "USD", ""),
    ),
    (
        "https://kvant.example.com/p/9",
        "en",
        "MI100 32GB accelerator",
        """<div class="woocommerce-variation-price"><p class="price"><del aria-hidden="true"><bdi>
        <span>€</span>1,250.00</bdi></del>
        <ins><bdi><span>€</span>990.00</bdi></ins></p></div><p class="stock out-of-stock">Out of stock</p>""",
        ("990", "EUR", "OutOfStock"),
    ),
    (
        "https://magento.example.com/p/10",
        "en",
        "RTX 6000 24GB Turing",
        """<div class="price-box"><span class="special-price"><span class="price-label">Special Price</span>
        <span class="price">$1,899.00</span></span><span class="old-price">
        <span class="price-label">Regular Price</span>
        <span class="price">$2,399.00</span></span></div><div class="stock available"><span>In stock</span></div>
        <button class="action tocart">Add to Cart</button>""",
        ("1899", "USD", "InStock"),
    ),
    (
        "https://magento.example.com/p/11",
        "en",
        "RTX 5000 16GB Turing",
        """<div class="price-box"><span class="regular-price"><span class="price">$799.00</span></span></div>
        <div class="stock unavailable"><span>Out of stock</span></div>""",
        ("799", "USD", "OutOfStock"),
    ),
)

# Pages on which a price stands that is not the product's: (headline, what stands around it).
PRICELESS: tuple[tuple[str, str], ...] = (
    ("DGX Station A100", "<p>Price on request</p><p>Shipping from $49.00</p><button>Request a quote</button>"),
    ("Tesla P4 8GB", "<p>Log in to see prices</p><p>Earn $5.00 in rewards points</p>"),
    ("RTX 4090 48GB", "<p>Currently unavailable.</p><p>We do not know when it will be back in stock.</p>"),
    ("RTX 3090", "<p>From $28.71/month for 24 months</p><p>Save $100 with code GPU</p>"),
    ("Best cards of 2026", "<p>We compared a $700 card with a $1,600 one, and a used one at $450.</p>"),
    ("RTX 3090 Ti", "<p>MSRP: $1,999.00</p><p>Discontinued</p>"),
)
