BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE alert (
	id INTEGER NOT NULL, 
	"key" VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	watch VARCHAR NOT NULL, 
	payload VARCHAR NOT NULL, 
	created_at BIGINT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE ("key")
);
INSERT INTO "alert" VALUES(1,'17142dd97a4b6c9586d41adc50983d1a','summary','cheap-gigabytes','{"schema": 1, "key": "17142dd97a4b6c9586d41adc50983d1a", "kind": "summary", "occasion": "first visit of ebay", "watch": "cheap-gigabytes", "metric": "usd_per_gb", "unit": "USD/GB", "below": 8.5, "created_at": "2026-11-22T09:42:57+00:00", "count": 2, "offers": [{"event": "new", "value": 5.9375, "was_usd": null, "gpu": "mi50", "variant": "mi50-32gb", "title": "Lot of 4x AMD MI50 32GB HBM2 PCIe accelerators", "site": "ebay", "url": "https://www.ebay.com/itm/110000023757", "kind": "card", "condition": "used", "modded": false, "quantity": 4, "price": 720.0, "currency": "USD", "shipping": 40.0, "shipping_known": true, "landed_usd": 760.0, "unit_usd": 190.0, "vram_gb": 32, "bandwidth_gb_s": 1024, "usd": 190.0, "usd_per_gb": 5.9375, "usd_per_gbps": 0.1855, "usd_per_gb_tbps": 5.7983, "usd_per_fp16_tflops": 7.1698, "gb_per_watt": 0.1067, "usd_per_tok_s": 3.3398, "usd_per_year": 166.2028, "seller": "datacenter-surplus", "feedback_percent": 99.1, "feedback_count": 15020, "country": "US", "best_offer": true, "auction": false, "flags": "", "needs": "blower shroud; eps 8-pin cable", "source": "ebay", "listing_id": 3, "site_id": "v1|110000023757|0", "listed_at": "2026-11-20T09:00:00+00:00", "ends_at": null, "first_seen_at": "2026-11-22T09:42:57+00:00", "last_seen_at": "2026-11-22T09:42:57+00:00"}, {"event": "new", "value": 6.2969, "was_usd": null, "gpu": "mi50", "variant": "mi50-32gb", "title": "AMD Instinct MI50 32GB HBM2 server pull, tested with ROCm", "site": "ebay", "url": "https://www.ebay.com/itm/110000007919", "kind": "card", "condition": "used", "modded": false, "quantity": 1, "price": 189.0, "currency": "USD", "shipping": 12.5, "shipping_known": true, "landed_usd": 201.5, "unit_usd": 201.5, "vram_gb": 32, "bandwidth_gb_s": 1024, "usd": 201.5, "usd_per_gb": 6.2969, "usd_per_gbps": 0.1968, "usd_per_gb_tbps": 6.1493, "usd_per_fp16_tflops": 7.6038, "gb_per_watt": 0.1067, "usd_per_tok_s": 3.542, "usd_per_year": 168.5028, "seller": "rackpulls-west", "feedback_percent": 99.6, "feedback_count": 8123, "country": "US", "best_offer": true, "auction": false, "flags": "", "needs": "blower shroud; eps 8-pin cable", "source": "ebay", "listing_id": 1, "site_id": "v1|110000007919|0", "listed_at": "2026-11-20T09:00:00+00:00", "ends_at": null, "first_seen_at": "2026-11-22T09:42:57+00:00", "last_seen_at": "2026-11-22T09:42:57+00:00"}]}',1795426977365);
INSERT INTO "alert" VALUES(2,'5eb1ff181da7bdd6a98d6d476ac53240','summary','forty-eight-gb','{"schema": 1, "key": "5eb1ff181da7bdd6a98d6d476ac53240", "kind": "summary", "occasion": "first visit of ebay", "watch": "forty-eight-gb", "metric": "usd", "unit": "USD", "below": 2700.0, "created_at": "2026-11-22T09:42:57+00:00", "count": 1, "offers": [{"event": "new", "value": 2590.0, "was_usd": null, "gpu": "rtx-4090-d", "variant": "rtx-4090-d-48gb-modded", "title": "RTX 4090D 48GB dual slot blower", "site": "ebay", "url": "https://www.ebay.com/itm/110000102947", "kind": "card", "condition": "new", "modded": true, "quantity": 1, "price": 2590.0, "currency": "USD", "shipping": null, "shipping_known": false, "landed_usd": 2590.0, "unit_usd": 2590.0, "vram_gb": 48, "bandwidth_gb_s": 1008, "usd": 2590.0, "usd_per_gb": 53.9583, "usd_per_gbps": 2.5694, "usd_per_gb_tbps": 53.5301, "usd_per_fp16_tflops": 8.8035, "gb_per_watt": 0.1129, "usd_per_tok_s": 46.25, "usd_per_year": 699.6206, "seller": "sz-compute-store", "feedback_percent": 98.7, "feedback_count": 3310, "country": "CN", "best_offer": false, "auction": false, "flags": "blower", "needs": "", "source": "ebay", "listing_id": 13, "site_id": "v1|110000102947|0", "listed_at": "2026-11-20T09:00:00+00:00", "ends_at": null, "first_seen_at": "2026-11-22T09:42:57+00:00", "last_seen_at": "2026-11-22T09:42:57+00:00"}]}',1795426977365);
INSERT INTO "alert" VALUES(3,'2bedd4a79e62a906cc80c44cb3d09274','deal','cheap-gigabytes','{"schema": 1, "key": "2bedd4a79e62a906cc80c44cb3d09274", "kind": "deal", "occasion": "new", "watch": "cheap-gigabytes", "metric": "usd_per_gb", "unit": "USD/GB", "below": 8.5, "created_at": "2026-11-23T09:42:57+00:00", "count": 1, "offers": [{"event": "new", "value": 4.6562, "was_usd": null, "gpu": "mi50", "variant": "mi50-32gb", "title": "AMD Instinct MI50 32GB, pulled from working server, 5 cards left", "site": "ebay", "url": "https://www.ebay.com/itm/110000213813", "kind": "card", "condition": "used", "modded": false, "quantity": 1, "price": 149.0, "currency": "USD", "shipping": 0.0, "shipping_known": true, "landed_usd": 149.0, "unit_usd": 149.0, "vram_gb": 32, "bandwidth_gb_s": 1024, "usd": 149.0, "usd_per_gb": 4.6562, "usd_per_gbps": 0.1455, "usd_per_gb_tbps": 4.5471, "usd_per_fp16_tflops": 5.6226, "gb_per_watt": 0.1067, "usd_per_tok_s": 2.6191, "usd_per_year": 158.0028, "seller": "datacenter-surplus", "feedback_percent": 99.1, "feedback_count": 15020, "country": "US", "best_offer": true, "auction": false, "flags": "", "needs": "blower shroud; eps 8-pin cable", "source": "ebay", "listing_id": 35, "site_id": "v1|110000213813|0", "listed_at": "2026-11-20T09:00:00+00:00", "ends_at": null, "first_seen_at": "2026-11-23T09:42:57+00:00", "last_seen_at": "2026-11-23T09:42:57+00:00"}]}',1795426977475);
INSERT INTO "alert" VALUES(4,'a0de28cbabd1a03aff25836234b6e0ae','deal','cheap-gigabytes','{"schema": 1, "key": "a0de28cbabd1a03aff25836234b6e0ae", "kind": "deal", "occasion": "price", "watch": "cheap-gigabytes", "metric": "usd_per_gb", "unit": "USD/GB", "below": 8.5, "created_at": "2026-11-23T09:42:57+00:00", "count": 1, "offers": [{"event": "price", "value": 8.2917, "was_usd": 245.0, "gpu": "p40", "variant": "p40-24gb", "title": "NVIDIA Tesla P40 24GB Refurbished", "site": "shopify", "url": "https://refurb.example/products/nvidia-tesla-p40-24gb-refurbished?variant=8000010", "kind": "card", "condition": "refurbished", "modded": false, "quantity": 1, "price": 199.0, "currency": "USD", "shipping": null, "shipping_known": false, "landed_usd": 199.0, "unit_usd": 199.0, "vram_gb": 24, "bandwidth_gb_s": 347.136, "usd": 199.0, "usd_per_gb": 8.2917, "usd_per_gbps": 0.5733, "usd_per_gb_tbps": 23.8859, "usd_per_fp16_tflops": 1081.5217, "gb_per_watt": 0.096, "usd_per_tok_s": 10.3187, "usd_per_year": 146.6356, "seller": "", "feedback_percent": null, "feedback_count": null, "country": "", "best_offer": false, "auction": false, "flags": "returns", "needs": "blower shroud; eps 8-pin cable", "source": "refurb-shop", "listing_id": 27, "site_id": "refurb.example/8000010", "listed_at": "2026-11-01T10:00:00+00:00", "ends_at": null, "first_seen_at": "2026-11-22T09:42:57+00:00", "last_seen_at": "2026-11-23T09:42:57+00:00"}]}',1795426977480);
INSERT INTO "alert" VALUES(5,'0a13b75ebc9a791b8e5aca835586abb2','summary','cheap-gigabytes','{"schema": 1, "key": "0a13b75ebc9a791b8e5aca835586abb2", "kind": "summary", "occasion": "first visit of barn", "watch": "cheap-gigabytes", "metric": "usd_per_gb", "unit": "USD/GB", "below": 8.5, "created_at": "2026-11-23T09:42:57+00:00", "count": 1, "offers": [{"event": "new", "value": 6.5984, "was_usd": null, "gpu": "mi50", "variant": "mi50-32gb", "title": "Instinct MI50 32GB", "site": "shopify", "url": "https://barn.example/products/p1?variant=101", "kind": "card", "condition": "unknown", "modded": false, "quantity": 1, "price": 189.0, "currency": "EUR", "shipping": null, "shipping_known": false, "landed_usd": 211.15, "unit_usd": 211.15, "vram_gb": 32, "bandwidth_gb_s": 1024, "usd": 211.15, "usd_per_gb": 6.5984, "usd_per_gbps": 0.2062, "usd_per_gb_tbps": 6.4438, "usd_per_fp16_tflops": 7.9679, "gb_per_watt": 0.1067, "usd_per_tok_s": 3.7116, "usd_per_year": 170.4328, "seller": "", "feedback_percent": null, "feedback_count": null, "country": "", "best_offer": false, "auction": false, "flags": "", "needs": "blower shroud; eps 8-pin cable", "source": "barn", "listing_id": 36, "site_id": "barn.example/101", "listed_at": null, "ends_at": null, "first_seen_at": "2026-11-23T09:42:57+00:00", "last_seen_at": "2026-11-23T09:42:57+00:00"}]}',1795426977617);
CREATE TABLE daily (
	condition VARCHAR NOT NULL, 
	variant VARCHAR NOT NULL, 
	day VARCHAR NOT NULL, 
	n INTEGER NOT NULL, 
	min_cents BIGINT, 
	p10_cents BIGINT, 
	median_cents BIGINT, 
	p90_cents BIGINT, 
	PRIMARY KEY (condition, variant, day)
)
 WITHOUT ROWID

;
INSERT INTO "daily" VALUES('any','a100-pcie-40gb','2026-11-22',1,395000,395000,395000,395000);
INSERT INTO "daily" VALUES('any','l4-24gb','2026-11-22',1,235000,235000,235000,235000);
INSERT INTO "daily" VALUES('any','m40-24gb','2026-11-22',1,10800,10800,10800,10800);
INSERT INTO "daily" VALUES('any','mi50-16gb','2026-11-22',1,11900,11900,11900,11900);
INSERT INTO "daily" VALUES('any','mi50-32gb','2026-11-22',2,19000,19000,19000,20150);
INSERT INTO "daily" VALUES('any','mi50-32gb','2026-11-23',3,14900,14900,19000,20150);
INSERT INTO "daily" VALUES('any','p100-pcie-16gb','2026-11-22',1,14900,14900,14900,14900);
INSERT INTO "daily" VALUES('any','p40-24gb','2026-11-22',2,22900,22900,22900,24500);
INSERT INTO "daily" VALUES('any','p40-24gb','2026-11-23',2,19900,19900,19900,22900);
INSERT INTO "daily" VALUES('any','radeon-ai-pro-r9700-32gb','2026-11-22',1,129900,129900,129900,129900);
INSERT INTO "daily" VALUES('any','rtx-2080-ti-11gb','2026-11-22',1,26300,26300,26300,26300);
INSERT INTO "daily" VALUES('any','rtx-2080-ti-22gb-modded','2026-11-22',1,39400,39400,39400,39400);
INSERT INTO "daily" VALUES('any','rtx-2080-ti-22gb-modded','2026-11-23',2,39400,39400,39400,43790);
INSERT INTO "daily" VALUES('any','rtx-3060-12gb','2026-11-22',1,22500,22500,22500,22500);
INSERT INTO "daily" VALUES('any','rtx-3080-20gb-modded','2026-11-22',1,44000,44000,44000,44000);
INSERT INTO "daily" VALUES('any','rtx-3090-24gb','2026-11-22',1,73800,73800,73800,73800);
INSERT INTO "daily" VALUES('any','rtx-3090-24gb','2026-11-23',2,63700,63700,63700,71501);
INSERT INTO "daily" VALUES('any','rtx-4090-24gb','2026-11-22',1,189000,189000,189000,189000);
INSERT INTO "daily" VALUES('any','rtx-4090-48gb-modded','2026-11-22',1,274900,274900,274900,274900);
INSERT INTO "daily" VALUES('any','rtx-4090-48gb-modded','2026-11-23',3,274900,274900,289000,289355);
INSERT INTO "daily" VALUES('any','rtx-4090-d-48gb-modded','2026-11-22',1,259000,259000,259000,259000);
INSERT INTO "daily" VALUES('any','rtx-5060-ti-16gb','2026-11-22',1,42900,42900,42900,42900);
INSERT INTO "daily" VALUES('any','rtx-a4000-16gb','2026-11-22',1,46900,46900,46900,46900);
INSERT INTO "daily" VALUES('any','rtx-a6000-48gb','2026-11-22',1,335000,335000,335000,335000);
INSERT INTO "daily" VALUES('any','rtx-a6000-48gb','2026-11-23',1,335000,335000,335000,335000);
INSERT INTO "daily" VALUES('any','rtx-pro-6000-blackwell-96gb','2026-11-22',1,819000,819000,819000,819000);
INSERT INTO "daily" VALUES('any','rx-7900-xtx-24gb','2026-11-22',1,79900,79900,79900,79900);
INSERT INTO "daily" VALUES('any','v100-sxm2-32gb','2026-11-22',1,42900,42900,42900,42900);
INSERT INTO "daily" VALUES('new','l4-24gb','2026-11-22',1,235000,235000,235000,235000);
INSERT INTO "daily" VALUES('new','rtx-4090-48gb-modded','2026-11-22',1,274900,274900,274900,274900);
INSERT INTO "daily" VALUES('new','rtx-4090-48gb-modded','2026-11-23',2,274900,274900,274900,289000);
INSERT INTO "daily" VALUES('new','rtx-4090-d-48gb-modded','2026-11-22',1,259000,259000,259000,259000);
INSERT INTO "daily" VALUES('new','rtx-5060-ti-16gb','2026-11-22',1,42900,42900,42900,42900);
INSERT INTO "daily" VALUES('new','rtx-pro-6000-blackwell-96gb','2026-11-22',1,819000,819000,819000,819000);
INSERT INTO "daily" VALUES('renewed','a100-pcie-40gb','2026-11-22',1,395000,395000,395000,395000);
INSERT INTO "daily" VALUES('renewed','p100-pcie-16gb','2026-11-22',1,14900,14900,14900,14900);
INSERT INTO "daily" VALUES('renewed','p40-24gb','2026-11-22',1,24500,24500,24500,24500);
INSERT INTO "daily" VALUES('renewed','p40-24gb','2026-11-23',1,19900,19900,19900,19900);
INSERT INTO "daily" VALUES('renewed','rtx-2080-ti-22gb-modded','2026-11-22',1,39400,39400,39400,39400);
INSERT INTO "daily" VALUES('renewed','rtx-2080-ti-22gb-modded','2026-11-23',1,39400,39400,39400,39400);
INSERT INTO "daily" VALUES('renewed','rtx-3080-20gb-modded','2026-11-22',1,44000,44000,44000,44000);
INSERT INTO "daily" VALUES('renewed','rtx-a4000-16gb','2026-11-22',1,46900,46900,46900,46900);
INSERT INTO "daily" VALUES('unknown','mi50-32gb','2026-11-23',0,NULL,NULL,NULL,NULL);
INSERT INTO "daily" VALUES('unknown','radeon-ai-pro-r9700-32gb','2026-11-22',1,129900,129900,129900,129900);
INSERT INTO "daily" VALUES('unknown','rtx-3090-24gb','2026-11-23',1,71501,71501,71501,71501);
INSERT INTO "daily" VALUES('unknown','rtx-4090-48gb-modded','2026-11-23',1,289355,289355,289355,289355);
INSERT INTO "daily" VALUES('used','m40-24gb','2026-11-22',1,10800,10800,10800,10800);
INSERT INTO "daily" VALUES('used','mi50-16gb','2026-11-22',1,11900,11900,11900,11900);
INSERT INTO "daily" VALUES('used','mi50-32gb','2026-11-22',2,19000,19000,19000,20150);
INSERT INTO "daily" VALUES('used','mi50-32gb','2026-11-23',3,14900,14900,19000,20150);
INSERT INTO "daily" VALUES('used','p40-24gb','2026-11-22',1,22900,22900,22900,22900);
INSERT INTO "daily" VALUES('used','p40-24gb','2026-11-23',1,22900,22900,22900,22900);
INSERT INTO "daily" VALUES('used','rtx-2080-ti-11gb','2026-11-22',1,26300,26300,26300,26300);
INSERT INTO "daily" VALUES('used','rtx-2080-ti-22gb-modded','2026-11-23',1,43790,43790,43790,43790);
INSERT INTO "daily" VALUES('used','rtx-3060-12gb','2026-11-22',1,22500,22500,22500,22500);
INSERT INTO "daily" VALUES('used','rtx-3090-24gb','2026-11-22',1,73800,73800,73800,73800);
INSERT INTO "daily" VALUES('used','rtx-3090-24gb','2026-11-23',1,63700,63700,63700,63700);
INSERT INTO "daily" VALUES('used','rtx-4090-24gb','2026-11-22',1,189000,189000,189000,189000);
INSERT INTO "daily" VALUES('used','rtx-a6000-48gb','2026-11-22',1,335000,335000,335000,335000);
INSERT INTO "daily" VALUES('used','rtx-a6000-48gb','2026-11-23',1,335000,335000,335000,335000);
INSERT INTO "daily" VALUES('used','rx-7900-xtx-24gb','2026-11-22',1,79900,79900,79900,79900);
INSERT INTO "daily" VALUES('used','v100-sxm2-32gb','2026-11-22',1,42900,42900,42900,42900);
CREATE TABLE delivery (
	alert_id BIGINT NOT NULL, 
	channel VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	attempts INTEGER NOT NULL, 
	next_try_at BIGINT NOT NULL, 
	claimed_until BIGINT, 
	sent_at BIGINT, 
	error VARCHAR NOT NULL, 
	PRIMARY KEY (alert_id, channel), 
	FOREIGN KEY(alert_id) REFERENCES alert (id)
);
INSERT INTO "delivery" VALUES(1,'taken','sent',1,1795426977365,NULL,1795426977459,'');
INSERT INTO "delivery" VALUES(1,'refused','failed',1,1795426977365,NULL,NULL,'barn.example answered 404');
INSERT INTO "delivery" VALUES(1,'down','owed',1,1795427037407,NULL,NULL,'barn.example answered 503');
INSERT INTO "delivery" VALUES(2,'console','sent',1,1795426977365,NULL,1795426977461,'');
INSERT INTO "delivery" VALUES(3,'taken','sent',1,1795426977475,NULL,1795426977550,'');
INSERT INTO "delivery" VALUES(3,'refused','failed',1,1795426977475,NULL,NULL,'barn.example answered 404');
INSERT INTO "delivery" VALUES(3,'down','owed',1,1795427037505,NULL,NULL,'barn.example answered 503');
INSERT INTO "delivery" VALUES(4,'taken','sent',1,1795426977480,NULL,1795426977602,'');
INSERT INTO "delivery" VALUES(4,'refused','failed',1,1795426977480,NULL,NULL,'barn.example answered 404');
INSERT INTO "delivery" VALUES(4,'down','owed',1,1795427037662,NULL,NULL,'barn.example answered 503');
INSERT INTO "delivery" VALUES(5,'taken','sent',1,1795426977617,NULL,1795426977705,'');
INSERT INTO "delivery" VALUES(5,'refused','failed',1,1795426977617,NULL,NULL,'barn.example answered 404');
INSERT INTO "delivery" VALUES(5,'down','owed',1,1795427037936,NULL,NULL,'barn.example answered 503');
CREATE TABLE listing (
	id INTEGER NOT NULL, 
	site VARCHAR NOT NULL, 
	site_id VARCHAR NOT NULL, 
	source_id INTEGER NOT NULL, 
	url VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	raw VARCHAR NOT NULL, 
	digest BIGINT NOT NULL, 
	kind VARCHAR NOT NULL, 
	gpu VARCHAR, 
	variant VARCHAR, 
	vram_gb FLOAT, 
	quantity INTEGER NOT NULL, 
	modded BOOLEAN NOT NULL, 
	form VARCHAR, 
	condition VARCHAR NOT NULL, 
	flags VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	rejected VARCHAR, 
	price BIGINT, 
	currency VARCHAR NOT NULL, 
	shipping BIGINT, 
	rate TEXT, 
	landed_usd BIGINT, 
	unit_usd BIGINT, 
	on_offer BOOLEAN NOT NULL, 
	seller VARCHAR NOT NULL, 
	feedback_percent FLOAT, 
	feedback_count INTEGER, 
	country VARCHAR NOT NULL, 
	best_offer BOOLEAN NOT NULL, 
	auction BOOLEAN NOT NULL, 
	listed_at BIGINT, 
	ends_at BIGINT, 
	first_seen_at BIGINT NOT NULL, 
	ended_at BIGINT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(source_id) REFERENCES source (id), 
	UNIQUE (site, site_id)
);
INSERT INTO "listing" VALUES(1,'ebay','v1|110000007919|0',1,'https://www.ebay.com/itm/110000007919','AMD Instinct MI50 32GB HBM2 server pull, tested with ROCm','{"price":"189.00","currency":"USD","shipping":"12.50","shipping_currency":"USD","condition":"Used","attributes":{"conditionId":"3000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE, BEST_OFFER","marketplace":"EBAY_US"},"seller":"rackpulls-west","feedback_percent":"99.6","feedback_count":"8123","country":"US","listed_at":"2026-11-20T09:00:00.000Z","best_offer":true}',1610391524093094574,'card','mi50','mi50-32gb',32.0,1,0,NULL,'used','','Instinct MI50, 32 GB',NULL,18900,'USD',1250,'1',20150,20150,1,'rackpulls-west',99.6,8123,'US',1,0,1795165200000,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(2,'ebay','v1|110000015838|0',1,'https://www.ebay.com/itm/110000015838','Radeon Instinct MI50 16GB HBM2 passive accelerator','{"price":"119.00","currency":"USD","condition":"Used","attributes":{"conditionId":"3000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE","marketplace":"EBAY_US"},"seller":"homelab-attic","feedback_percent":"100","feedback_count":"212","country":"US","listed_at":"2026-11-20T09:00:00.000Z"}',1446683076437646612,'card','mi50','mi50-16gb',16.0,1,0,NULL,'used','','Instinct MI50, 16 GB',NULL,11900,'USD',NULL,'1',11900,11900,1,'homelab-attic',100.0,212,'US',0,0,1795165200000,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(3,'ebay','v1|110000023757|0',1,'https://www.ebay.com/itm/110000023757','Lot of 4x AMD MI50 32GB HBM2 PCIe accelerators','{"price":"720.00","currency":"USD","shipping":"40.00","shipping_currency":"USD","condition":"Used","attributes":{"conditionId":"3000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE, BEST_OFFER","marketplace":"EBAY_US"},"seller":"datacenter-surplus","feedback_percent":"99.1","feedback_count":"15020","country":"US","listed_at":"2026-11-20T09:00:00.000Z","best_offer":true}',4153790047793162470,'card','mi50','mi50-32gb',32.0,4,0,'pcie','used','','4 × Instinct MI50, 32 GB',NULL,72000,'USD',4000,'1',76000,19000,1,'datacenter-surplus',99.1,15020,'US',1,0,1795165200000,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(4,'ebay','v1|110000031676|0',1,'https://www.ebay.com/itm/110000031676','3D printed fan shroud for Instinct MI50 MI60 with 92mm fan','{"price":"29.00","currency":"USD","shipping":"5.00","shipping_currency":"USD","condition":"New","attributes":{"conditionId":"1000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE","marketplace":"EBAY_US"},"seller":"print-and-cool","feedback_percent":"99.8","feedback_count":"940","country":"US","listed_at":"2026-11-20T09:00:00.000Z"}',-2310426411012493337,'accessory',NULL,NULL,NULL,1,0,NULL,'new','','“3d printed” is an accessory','accessory',NULL,'',NULL,NULL,NULL,NULL,0,'print-and-cool',99.8,940,'US',0,0,NULL,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(5,'ebay','v1|110000039595|0',1,'https://www.ebay.com/itm/110000039595','Nvidia Tesla V100 SXM2 16GB HBM2 module, bare, needs adapter','{"price":"95.00","currency":"USD","shipping":"9.00","shipping_currency":"USD","condition":"Used","attributes":{"conditionId":"3000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE","marketplace":"EBAY_US"},"seller":"sz-compute-store","feedback_percent":"98.7","feedback_count":"3310","country":"CN","listed_at":"2026-11-20T09:00:00.000Z"}',106598467491760016,'accessory','v100',NULL,16.0,1,0,NULL,'used','','“adapter” is sold, not a card','accessory',NULL,'',NULL,NULL,NULL,NULL,0,'sz-compute-store',98.7,3310,'CN',0,0,NULL,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(6,'ebay','v1|110000047514|0',1,'https://www.ebay.com/itm/110000047514','Tesla V100 SXM2 32GB with PCIe adapter board and heatsink','{"price":"429.00","currency":"USD","shipping":"0.00","shipping_currency":"USD","condition":"Used","attributes":{"conditionId":"3000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE, BEST_OFFER","marketplace":"EBAY_US"},"seller":"sz-compute-store","feedback_percent":"98.7","feedback_count":"3310","country":"CN","listed_at":"2026-11-20T09:00:00.000Z","best_offer":true}',-9016590936658311266,'card','v100','v100-sxm2-32gb',32.0,1,0,'sxm','used','adapter-included','Tesla V100, 32 GB',NULL,42900,'USD',0,'1',42900,42900,1,'sz-compute-store',98.7,3310,'CN',1,0,1795165200000,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(7,'ebay','v1|110000055433|0',1,'https://www.ebay.com/itm/110000055433','SXM2 to PCIe adapter board for V100 P100, no GPU','{"price":"62.00","currency":"USD","shipping":"15.00","shipping_currency":"USD","condition":"New","attributes":{"conditionId":"1000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE","marketplace":"EBAY_US"},"seller":"board-lab","feedback_percent":"97.9","feedback_count":"801","country":"CN","listed_at":"2026-11-20T09:00:00.000Z"}',-1544630476841538137,'accessory',NULL,NULL,NULL,1,0,NULL,'new','','“sxm2 to pcie adapter” is an accessory','accessory',NULL,'',NULL,NULL,NULL,NULL,0,'board-lab',97.9,801,'CN',0,0,NULL,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(8,'ebay','v1|110000063352|0',1,'https://www.ebay.com/itm/110000063352','NVIDIA Tesla P40 24GB GDDR5 PCIe accelerator','{"price":"229.00","currency":"USD","shipping":"0.00","shipping_currency":"USD","condition":"Used","attributes":{"conditionId":"3000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE, BEST_OFFER","marketplace":"EBAY_US"},"seller":"rackpulls-west","feedback_percent":"99.6","feedback_count":"8123","country":"US","listed_at":"2026-11-20T09:00:00.000Z","best_offer":true}',7455926445526180828,'card','p40','p40-24gb',24.0,1,0,'pcie','used','','Tesla P40, 24 GB',NULL,22900,'USD',0,'1',22900,22900,1,'rackpulls-west',99.6,8123,'US',1,0,1795165200000,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(9,'ebay','v1|110000071271|0',1,'https://www.ebay.com/itm/110000071271','RTX 2080 Ti 22GB modded turbo, memory upgraded, 90 days warranty','{"price":"369.00","currency":"USD","shipping":"25.00","shipping_currency":"USD","condition":"Excellent - Refurbished","attributes":{"conditionId":"2010","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE","marketplace":"EBAY_US"},"seller":"vram-workshop","feedback_percent":"98.9","feedback_count":"1544","country":"CN","listed_at":"2026-11-20T09:00:00.000Z"}',1565892602453401938,'card','rtx-2080-ti','rtx-2080-ti-22gb-modded',22.0,1,1,NULL,'refurbished','blower warranty','GeForce RTX 2080 Ti, 22 GB fitted afterwards',NULL,36900,'USD',2500,'1',39400,39400,1,'vram-workshop',98.9,1544,'CN',0,0,1795165200000,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(10,'ebay','v1|110000079190|0',1,'https://www.ebay.com/itm/110000079190','GeForce RTX 2080 Ti 11GB Founders Edition','{"price":"249.00","currency":"USD","shipping":"14.00","shipping_currency":"USD","condition":"Used","attributes":{"conditionId":"3000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE, BEST_OFFER","marketplace":"EBAY_US"},"seller":"pc-parts-pat","feedback_percent":"99.2","feedback_count":"455","country":"US","listed_at":"2026-11-20T09:00:00.000Z","best_offer":true}',-2959906984205133594,'card','rtx-2080-ti','rtx-2080-ti-11gb',11.0,1,0,NULL,'used','','GeForce RTX 2080 Ti, 11 GB',NULL,24900,'USD',1400,'1',26300,26300,1,'pc-parts-pat',99.2,455,'US',1,0,1795165200000,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(11,'ebay','v1|110000087109|0',1,'https://www.ebay.com/itm/110000087109','RTX 4090 48GB turbo blower, custom PCB, tested 24h','{"price":"2749.00","currency":"USD","shipping":"0.00","shipping_currency":"USD","condition":"New","attributes":{"conditionId":"1000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE","marketplace":"EBAY_US"},"seller":"gpu-rebuild-hk","feedback_percent":"99.3","feedback_count":"2210","country":"HK","listed_at":"2026-11-20T09:00:00.000Z"}',1187881066445775567,'card','rtx-4090','rtx-4090-48gb-modded',48.0,1,1,NULL,'new','blower','GeForce RTX 4090, 48 GB fitted afterwards',NULL,274900,'USD',0,'1',274900,274900,1,'gpu-rebuild-hk',99.3,2210,'HK',0,0,1795165200000,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(12,'ebay','v1|110000095028|0',1,'https://www.ebay.com/itm/110000095028','GeForce RTX 4090 24GB triple fan, boxed','{"price":"1890.00","currency":"USD","shipping":"0.00","shipping_currency":"USD","condition":"Used","attributes":{"conditionId":"3000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE, BEST_OFFER","marketplace":"EBAY_US"},"seller":"quiet-builds","feedback_percent":"100","feedback_count":"96","country":"US","listed_at":"2026-11-20T09:00:00.000Z","best_offer":true}',4394984286692558974,'card','rtx-4090','rtx-4090-24gb',24.0,1,0,NULL,'used','','GeForce RTX 4090, 24 GB',NULL,189000,'USD',0,'1',189000,189000,1,'quiet-builds',100.0,96,'US',1,0,1795165200000,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(13,'ebay','v1|110000102947|0',1,'https://www.ebay.com/itm/110000102947','RTX 4090D 48GB dual slot blower','{"price":"2590.00","currency":"USD","condition":"New","attributes":{"conditionId":"1000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE","marketplace":"EBAY_US"},"seller":"sz-compute-store","feedback_percent":"98.7","feedback_count":"3310","country":"CN","listed_at":"2026-11-20T09:00:00.000Z"}',6178023027120901415,'card','rtx-4090-d','rtx-4090-d-48gb-modded',48.0,1,1,NULL,'new','blower','GeForce RTX 4090 D, 48 GB fitted afterwards',NULL,259000,'USD',NULL,'1',259000,259000,1,'sz-compute-store',98.7,3310,'CN',0,0,1795165200000,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(14,'ebay','v1|110000110866|0',1,'https://www.ebay.com/itm/110000110866','GeForce RTX 3090 24GB, repasted, works perfectly','{"price":"619.00","currency":"USD","shipping":"18.00","shipping_currency":"USD","condition":"Used","attributes":{"conditionId":"3000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE, BEST_OFFER","marketplace":"EBAY_US"},"seller":"pc-parts-pat","feedback_percent":"99.2","feedback_count":"455","country":"US","listed_at":"2026-11-20T09:00:00.000Z","best_offer":true}',-5476429756113305579,'card','rtx-3090','rtx-3090-24gb',24.0,1,0,NULL,'used','','GeForce RTX 3090, 24 GB',NULL,61900,'USD',1800,'1',63700,63700,1,'pc-parts-pat',99.2,455,'US',1,0,1795165200000,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(15,'ebay','v1|110000118785|0',1,'https://www.ebay.com/itm/110000118785','RTX 3090 24GB no display, for parts or repair','{"price":"280.00","currency":"USD","shipping":"15.00","shipping_currency":"USD","condition":"For parts or not working","attributes":{"conditionId":"7000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE","marketplace":"EBAY_US"},"seller":"fix-it-felix","feedback_percent":"97.4","feedback_count":"61","country":"US","listed_at":"2026-11-20T09:00:00.000Z"}',-6993448734026250826,'parts','rtx-3090','rtx-3090-24gb',24.0,1,0,NULL,'for_parts','no-display','“no display”: it does not work','parts',NULL,'',NULL,NULL,NULL,NULL,0,'fix-it-felix',97.4,61,'US',0,0,NULL,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(16,'ebay','v1|110000126704|0',1,'https://www.ebay.com/itm/110000126704','NVLink bridge for RTX 3090, 4 slot','{"price":"189.00","currency":"USD","shipping":"8.00","shipping_currency":"USD","condition":"Used","attributes":{"conditionId":"3000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE","marketplace":"EBAY_US"},"seller":"quiet-builds","feedback_percent":"100","feedback_count":"96","country":"US","listed_at":"2026-11-20T09:00:00.000Z"}',308607137285999574,'accessory','rtx-3090','rtx-3090-24gb',24.0,1,0,NULL,'used','','“nvlink bridge” is an accessory','accessory',NULL,'',NULL,NULL,NULL,NULL,0,'quiet-builds',100.0,96,'US',0,0,NULL,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(17,'ebay','v1|110000134623|0',1,'https://www.ebay.com/itm/110000134623','Gaming PC Ryzen 7 5800X, RTX 3090 24GB, 32GB RAM, 1TB NVMe','{"price":"1250.00","currency":"USD","shipping":"0.00","shipping_currency":"USD","condition":"Used","attributes":{"conditionId":"3000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE, BEST_OFFER","marketplace":"EBAY_US"},"seller":"basement-builds","feedback_percent":"99.0","feedback_count":"180","country":"US","listed_at":"2026-11-20T09:00:00.000Z","best_offer":true}',4456668489965301182,'system','rtx-3090','rtx-3090-24gb',24.0,1,0,NULL,'used','','“ryzen 7”, “5800x” with memory or storage is a computer','system',NULL,'',NULL,NULL,NULL,NULL,0,'basement-builds',99.0,180,'US',1,0,NULL,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(18,'ebay','v1|110000142542|0',1,'https://www.ebay.com/itm/110000142542','NVIDIA RTX A6000 48GB GDDR6 workstation card','{"price":"3350.00","currency":"USD","shipping":"0.00","shipping_currency":"USD","condition":"Used","attributes":{"conditionId":"3000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE, BEST_OFFER","marketplace":"EBAY_US"},"seller":"studio-closeout","feedback_percent":"99.9","feedback_count":"640","country":"US","listed_at":"2026-11-20T09:00:00.000Z","best_offer":true}',3015003042154475020,'card','rtx-a6000','rtx-a6000-48gb',48.0,1,0,NULL,'used','','RTX A6000, 48 GB',NULL,335000,'USD',0,'1',335000,335000,1,'studio-closeout',99.9,640,'US',1,0,1795165200000,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(19,'ebay','v1|110000150461|0',1,'https://www.ebay.com/itm/110000150461','NVIDIA A100 40GB PCIe accelerator','{"price":"3950.00","currency":"USD","shipping":"0.00","shipping_currency":"USD","condition":"Excellent - Refurbished","attributes":{"conditionId":"2010","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE","marketplace":"EBAY_US"},"seller":"datacenter-surplus","feedback_percent":"99.1","feedback_count":"15020","country":"US","listed_at":"2026-11-20T09:00:00.000Z"}',235520586929826199,'card','a100','a100-pcie-40gb',40.0,1,0,'pcie','refurbished','','NVIDIA A100, 40 GB',NULL,395000,'USD',0,'1',395000,395000,1,'datacenter-surplus',99.1,15020,'US',0,0,1795165200000,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(20,'ebay','v1|110000158380|0',1,'https://www.ebay.com/itm/110000158380','RTX 3080 20GB blower card, memory doubled','{"price":"410.00","currency":"USD","shipping":"30.00","shipping_currency":"USD","condition":"Excellent - Refurbished","attributes":{"conditionId":"2010","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE","marketplace":"EBAY_US"},"seller":"vram-workshop","feedback_percent":"98.9","feedback_count":"1544","country":"CN","listed_at":"2026-11-20T09:00:00.000Z"}',-8678830412608486642,'card','rtx-3080','rtx-3080-20gb-modded',20.0,1,1,NULL,'refurbished','blower','GeForce RTX 3080, 20 GB fitted afterwards',NULL,41000,'USD',3000,'1',44000,44000,1,'vram-workshop',98.9,1544,'CN',0,0,1795165200000,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(21,'ebay','v1|110000166299|0',1,'https://www.ebay.com/itm/110000166299','GeForce RTX 3060 12GB dual fan','{"price":"215.00","currency":"USD","shipping":"10.00","shipping_currency":"USD","condition":"Used","attributes":{"conditionId":"3000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE, BEST_OFFER","marketplace":"EBAY_US"},"seller":"homelab-attic","feedback_percent":"100","feedback_count":"212","country":"US","listed_at":"2026-11-20T09:00:00.000Z","best_offer":true}',6365369121776267250,'card','rtx-3060','rtx-3060-12gb',12.0,1,0,NULL,'used','','GeForce RTX 3060, 12 GB',NULL,21500,'USD',1000,'1',22500,22500,1,'homelab-attic',100.0,212,'US',1,0,1795165200000,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(22,'ebay','v1|110000174218|0',1,'https://www.ebay.com/itm/110000174218','GeForce RTX 5060 Ti 16GB','{"price":"429.00","currency":"USD","shipping":"0.00","shipping_currency":"USD","condition":"New","attributes":{"conditionId":"1000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE","marketplace":"EBAY_US"},"seller":"bigbox-outlet","feedback_percent":"98.8","feedback_count":"90211","country":"US","listed_at":"2026-11-20T09:00:00.000Z"}',-9120604127579077504,'card','rtx-5060-ti','rtx-5060-ti-16gb',16.0,1,0,NULL,'new','','GeForce RTX 5060 Ti, 16 GB',NULL,42900,'USD',0,'1',42900,42900,1,'bigbox-outlet',98.8,90211,'US',0,0,1795165200000,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(23,'ebay','v1|110000182137|0',1,'https://www.ebay.com/itm/110000182137','AMD Radeon RX 7900 XTX 24GB','{"price":"799.00","currency":"USD","shipping":"0.00","shipping_currency":"USD","condition":"Used","attributes":{"conditionId":"3000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE, BEST_OFFER","marketplace":"EBAY_US"},"seller":"quiet-builds","feedback_percent":"100","feedback_count":"96","country":"US","listed_at":"2026-11-20T09:00:00.000Z","best_offer":true}',-6492730196558818778,'card','rx-7900-xtx','rx-7900-xtx-24gb',24.0,1,0,NULL,'used','','Radeon RX 7900 XTX, 24 GB',NULL,79900,'USD',0,'1',79900,79900,1,'quiet-builds',100.0,96,'US',1,0,1795165200000,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(24,'ebay','v1|110000190056|0',1,'https://www.ebay.com/itm/110000190056','WTB Tesla V100 32GB any quantity','{"price":"1.00","currency":"USD","condition":"Used","attributes":{"conditionId":"3000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE","marketplace":"EBAY_US"},"seller":"buyer-bob","feedback_percent":"100","feedback_count":"12","country":"US","listed_at":"2026-11-20T09:00:00.000Z"}',246525989868264999,'wanted','v100',NULL,32.0,1,0,NULL,'used','','“wtb”: somebody is buying','wanted',NULL,'',NULL,NULL,NULL,NULL,0,'buyer-bob',100.0,12,'US',0,0,NULL,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(25,'ebay','v1|110000197975|0',1,'https://www.ebay.com/itm/110000197975','Tesla M40 24GB GDDR5, the quiet giant','{"price":"95.00","currency":"USD","shipping":"13.00","shipping_currency":"USD","condition":"Used","attributes":{"conditionId":"3000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE, BEST_OFFER","marketplace":"EBAY_US"},"seller":"rackpulls-west","feedback_percent":"99.6","feedback_count":"8123","country":"US","listed_at":"2026-11-20T09:00:00.000Z","best_offer":true}',-6904261395448192550,'card','m40','m40-24gb',24.0,1,0,NULL,'used','','Tesla M40, 24 GB',NULL,9500,'USD',1300,'1',10800,10800,1,'rackpulls-west',99.6,8123,'US',1,0,1795165200000,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(26,'ebay','v1|110000205894|0',1,'https://www.ebay.com/itm/110000205894','RTX PRO 6000 Blackwell 96GB Workstation Edition','{"price":"8190.00","currency":"USD","shipping":"0.00","shipping_currency":"USD","condition":"New","attributes":{"conditionId":"1000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE","marketplace":"EBAY_US"},"seller":"studio-closeout","feedback_percent":"99.9","feedback_count":"640","country":"US","listed_at":"2026-11-20T09:00:00.000Z"}',-4017977463105547743,'card','rtx-pro-6000-blackwell','rtx-pro-6000-blackwell-96gb',96.0,1,0,NULL,'new','','RTX PRO 6000 Blackwell Workstation Edition, 96 GB',NULL,819000,'USD',0,'1',819000,819000,1,'studio-closeout',99.9,640,'US',0,0,1795165200000,NULL,1795340577345,NULL);
INSERT INTO "listing" VALUES(27,'shopify','refurb.example/8000010',2,'https://refurb.example/products/nvidia-tesla-p40-24gb-refurbished?variant=8000010','NVIDIA Tesla P40 24GB Refurbished','{"price":"199.00","currency":"USD","description":"NVIDIA Tesla P40 24GB Refurbished. Tested, 30 days return.","attributes":{"vendor":"NVIDIA","productType":"Graphics Cards","tags":"gpu","sku":"RF-1-0"},"availability":"InStock","listed_at":"2026-11-01T10:00:00Z"}',-3047562014228682621,'card','p40','p40-24gb',24.0,1,0,NULL,'refurbished','returns','Tesla P40, 24 GB',NULL,19900,'USD',NULL,'1',19900,19900,1,'',NULL,NULL,'',0,0,1793527200000,NULL,1795340577369,NULL);
INSERT INTO "listing" VALUES(28,'shopify','refurb.example/8000020',2,'https://refurb.example/products/nvidia-tesla-p100-16gb-pcie-refurbished?variant=8000020','NVIDIA Tesla P100 16GB PCIe Refurbished','{"price":"149.00","currency":"USD","description":"NVIDIA Tesla P100 16GB PCIe Refurbished. Tested, 30 days return.","attributes":{"vendor":"NVIDIA","productType":"Graphics Cards","tags":"gpu","sku":"RF-2-0"},"availability":"InStock","listed_at":"2026-11-01T10:00:00Z"}',3265609787201108628,'card','p100','p100-pcie-16gb',16.0,1,0,'pcie','refurbished','returns','Tesla P100, 16 GB',NULL,14900,'USD',NULL,'1',14900,14900,1,'',NULL,NULL,'',0,0,1793527200000,NULL,1795340577369,NULL);
INSERT INTO "listing" VALUES(29,'shopify','refurb.example/8000030',2,'https://refurb.example/products/nvidia-rtx-a4000-16gb-refurbished?variant=8000030','NVIDIA RTX A4000 16GB Refurbished','{"price":"469.00","currency":"USD","description":"NVIDIA RTX A4000 16GB Refurbished. Tested, 30 days return.","attributes":{"vendor":"NVIDIA","productType":"Graphics Cards","tags":"gpu","sku":"RF-3-0"},"availability":"InStock","listed_at":"2026-11-01T10:00:00Z"}',-3377477545136320448,'card','rtx-a4000','rtx-a4000-16gb',16.0,1,0,NULL,'refurbished','returns','RTX A4000, 16 GB',NULL,46900,'USD',NULL,'1',46900,46900,1,'',NULL,NULL,'',0,0,1793527200000,NULL,1795340577369,NULL);
INSERT INTO "listing" VALUES(30,'shopify','refurb.example/8000040',2,'https://refurb.example/products/nvidia-a40-48gb-refurbished?variant=8000040','NVIDIA A40 48GB Refurbished','{"price":"3690.00","currency":"USD","description":"NVIDIA A40 48GB Refurbished. Tested, 30 days return.","attributes":{"vendor":"NVIDIA","productType":"Graphics Cards","tags":"gpu","sku":"RF-4-0"},"availability":"OutOfStock","listed_at":"2026-11-01T10:00:00Z"}',-2254942729187560879,'card','a40','a40-48gb',48.0,1,0,NULL,'refurbished','returns','NVIDIA A40, 48 GB',NULL,369000,'USD',NULL,'1',369000,369000,0,'',NULL,NULL,'',0,0,1793527200000,NULL,1795340577369,NULL);
INSERT INTO "listing" VALUES(31,'shopify','refurb.example/8000050',2,'https://refurb.example/products/gpu-support-bracket?variant=8000050','GPU support bracket - Black','{"price":"12.00","currency":"USD","description":"GPU support bracket. Tested, 30 days return.","attributes":{"vendor":"Generic","productType":"Graphics Cards","tags":"gpu","sku":"RF-5-0"},"availability":"InStock","listed_at":"2026-11-01T10:00:00Z","group_id":"refurb.example/7000005"}',8083467985320383959,'accessory',NULL,NULL,NULL,1,0,NULL,'unknown','returns','“gpu support” is an accessory','accessory',NULL,'',NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',0,0,NULL,NULL,1795340577369,NULL);
INSERT INTO "listing" VALUES(32,'shopify','refurb.example/8000051',2,'https://refurb.example/products/gpu-support-bracket?variant=8000051','GPU support bracket - White','{"price":"12.00","currency":"USD","description":"GPU support bracket. Tested, 30 days return.","attributes":{"vendor":"Generic","productType":"Graphics Cards","tags":"gpu","sku":"RF-5-1"},"availability":"InStock","listed_at":"2026-11-01T10:00:00Z","group_id":"refurb.example/7000005"}',4139343643818671406,'accessory',NULL,NULL,NULL,1,0,NULL,'unknown','returns','“gpu support” is an accessory','accessory',NULL,'',NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',0,0,NULL,NULL,1795340577369,NULL);
INSERT INTO "listing" VALUES(33,'shopify','refurb.example/8000060',2,'https://refurb.example/products/nvidia-l4-24gb-new?variant=8000060','NVIDIA L4 24GB New','{"price":"2350.00","currency":"USD","description":"NVIDIA L4 24GB New. Tested, 30 days return.","attributes":{"vendor":"NVIDIA","productType":"Graphics Cards","tags":"gpu","sku":"RF-6-0"},"availability":"InStock","listed_at":"2026-11-01T10:00:00Z"}',3075331230250499312,'card','l4','l4-24gb',24.0,1,0,NULL,'new','returns','NVIDIA L4, 24 GB',NULL,235000,'USD',NULL,'1',235000,235000,1,'',NULL,NULL,'',0,0,1793527200000,NULL,1795340577369,NULL);
INSERT INTO "listing" VALUES(34,'jsonld','cards.example/R9700-32',3,'https://cards.example/radeon-ai-pro-r9700','Radeon AI PRO R9700 32GB','{"price":"1299.00","currency":"USD","condition":"NewCondition","attributes":{"brand":"AMD","sku":"R9700-32"},"availability":"InStock"}',8984021287570403632,'card','radeon-ai-pro-r9700','radeon-ai-pro-r9700-32gb',32.0,1,0,NULL,'unknown','','Radeon AI PRO R9700, 32 GB',NULL,129900,'USD',NULL,'1',129900,129900,1,'',NULL,NULL,'',0,0,NULL,NULL,1795340577376,NULL);
INSERT INTO "listing" VALUES(35,'ebay','v1|110000213813|0',1,'https://www.ebay.com/itm/110000213813','AMD Instinct MI50 32GB, pulled from working server, 5 cards left','{"price":"149.00","currency":"USD","shipping":"0.00","shipping_currency":"USD","condition":"Used","attributes":{"conditionId":"3000","category":"Graphics/Video Cards","buyingOptions":"FIXED_PRICE, BEST_OFFER","marketplace":"EBAY_US"},"seller":"datacenter-surplus","feedback_percent":"99.1","feedback_count":"15020","country":"US","listed_at":"2026-11-20T09:00:00.000Z","best_offer":true}',5789290455729157455,'card','mi50','mi50-32gb',32.0,1,0,NULL,'used','','Instinct MI50, 32 GB',NULL,14900,'USD',0,'1',14900,14900,1,'datacenter-surplus',99.1,15020,'US',1,0,1795165200000,NULL,1795426977462,NULL);
INSERT INTO "listing" VALUES(36,'shopify','barn.example/101',4,'https://barn.example/products/p1?variant=101','Instinct MI50 fan shroud','{"price":"19.00","currency":"EUR","attributes":{"vendor":"Barn","productType":"Graphics Cards"},"availability":"InStock"}',-6149886002105224619,'accessory','mi50',NULL,NULL,1,0,NULL,'unknown','','“fan shroud” is an accessory','accessory',NULL,'',NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',0,0,NULL,NULL,1795426977613,NULL);
INSERT INTO "listing" VALUES(37,'shopify','barn.example/102',4,'https://barn.example/products/p2?variant=102','GeForce RTX 3090 24GB','{"price":"640.00","currency":"EUR","attributes":{"vendor":"Barn","productType":"Graphics Cards"},"availability":"InStock"}',-627645066899164326,'card','rtx-3090','rtx-3090-24gb',24.0,1,0,NULL,'unknown','','GeForce RTX 3090, 24 GB',NULL,64000,'EUR',NULL,'1.1172',71501,71501,1,'',NULL,NULL,'',0,0,NULL,NULL,1795426977613,NULL);
INSERT INTO "listing" VALUES(38,'shopify','barn.example/103',4,'https://barn.example/products/p3?variant=103','Tesla P40 24GB','{"price":"150.00","currency":"EUR","attributes":{"vendor":"Barn","productType":"Graphics Cards"},"availability":"OutOfStock"}',-3335884681845685863,'card','p40','p40-24gb',24.0,1,0,NULL,'unknown','','Tesla P40, 24 GB',NULL,15000,'EUR',NULL,'1.1172',16758,16758,0,'',NULL,NULL,'',0,0,NULL,NULL,1795426977613,NULL);
INSERT INTO "listing" VALUES(39,'shopify','barn.example/104',4,'https://barn.example/products/p4?variant=104','RTX 4090 48GB blower','{"price":"2590.00","currency":"EUR","attributes":{"vendor":"Barn","productType":"Graphics Cards"},"availability":"InStock"}',-207126846562633583,'card','rtx-4090','rtx-4090-48gb-modded',48.0,1,1,NULL,'unknown','blower','GeForce RTX 4090, 48 GB fitted afterwards',NULL,259000,'EUR',NULL,'1.1172',289355,289355,1,'',NULL,NULL,'',0,0,NULL,NULL,1795426977613,NULL);
INSERT INTO "listing" VALUES(40,'shopify','barn.example/105',4,'https://barn.example/products/p5?variant=105','RTX 4090 48GB blower','{"price":"2590.00","currency":"EUR","attributes":{"vendor":"Barn","productType":"Graphics Cards"},"availability":"InStock"}',5415380002518342805,'card','rtx-4090','rtx-4090-48gb-modded',48.0,1,1,NULL,'unknown','blower','GeForce RTX 4090, 48 GB fitted afterwards',NULL,259000,'EUR',NULL,'1.1172',289355,289355,0,'',NULL,NULL,'',0,0,NULL,NULL,1795426977613,1795426977630);
INSERT INTO "listing" VALUES(41,'ebay','v1|350000000101|0',5,'https://www.ebay.com/itm/350000000101','RTX 4090 48GB two-slot blower','{"price":"$2,890.00","currency":"USD","shipping":"Free International Shipping","condition":"Brand New","attributes":{"location":"China","originalPrice":"$3,100.00"},"seller":"card_doctor","feedback_percent":"99.2","feedback_count":"1400","country":"CN","image":"https://i.ebayimg.com/images/g/350000000101/s-l500.webp","best_offer":true}',7408521610797243255,'card','rtx-4090','rtx-4090-48gb-modded',48.0,1,1,NULL,'new','blower','GeForce RTX 4090, 48 GB fitted afterwards',NULL,289000,'USD',0,'1',289000,289000,1,'card_doctor',99.2,1400,'CN',1,0,NULL,NULL,1795426977709,NULL);
INSERT INTO "listing" VALUES(42,'ebay','v1|350000000102|0',5,'https://www.ebay.com/itm/350000000102','Tesla V100 SXM2 module, 16 GB or 32 GB','{"price":"$165.00 to $410.00","currency":"USD","shipping":"+$18.40 delivery","condition":"Pre-Owned","attributes":{"location":"United States"},"seller":"rack.pulls","feedback_percent":"100","feedback_count":"12","country":"US","image":"https://i.ebayimg.com/images/g/350000000102/s-l500.webp","group_id":"350000000102"}',2767575915447751675,'card','v100',NULL,NULL,1,0,'sxm','used','range','Tesla V100, memory undecided: 16 GB and 32 GB are named',NULL,16500,'USD',1840,'1',18340,18340,1,'rack.pulls',100.0,12,'US',0,0,NULL,NULL,1795426977709,NULL);
INSERT INTO "listing" VALUES(43,'ebay','v1|350000000103|615000000009',5,'https://www.ebay.com/itm/350000000103?var=615000000009','Instinct MI50 32GB & shroud','{"price":"$87.00","currency":"USD","condition":"Pre-Owned","attributes":{"location":"Lummerland","timeLeft":"1d 4h"},"seller":"attic_finds","feedback_percent":"0","feedback_count":"0","image":"https://i.ebayimg.com/images/g/350000000103/s-l500.webp","bids":"7"}',5887556296140674986,'card','mi50','mi50-32gb',32.0,1,0,NULL,'used','','Instinct MI50, 32 GB',NULL,8700,'USD',NULL,'1',8700,8700,1,'attic_finds',0.0,0,'',0,1,NULL,NULL,1795426977709,NULL);
INSERT INTO "listing" VALUES(44,'ebay','v1|350000000104|0',5,'https://www.ebay.com/itm/350000000104','RTX A6000 48GB','{"price":"$2,450.00","currency":"USD","shipping":"Free delivery","condition":"Pre-Owned","availability":"SoldOut","image":"https://i.ebayimg.com/images/g/350000000104/s-l500.webp"}',7009198372409380876,'card','rtx-a6000','rtx-a6000-48gb',48.0,1,0,NULL,'used','','RTX A6000, 48 GB',NULL,245000,'USD',0,'1',245000,245000,0,'',NULL,NULL,'',0,0,NULL,NULL,1795426977709,NULL);
INSERT INTO "listing" VALUES(45,'ebay','v1|350000000201|0',5,'https://www.ebay.de/itm/350000000201','RTX 2080 Ti 22 GB Turbo, geprüft','{"price":"EUR 379,00 bis EUR 399,00","currency":"EUR","shipping":"+ ca. EUR 12,96 Versand","condition":"Gebraucht","attributes":{"location":"Großbritannien","sellerKind":"Privat"},"country":"GB","image":"https://i.ebayimg.com/images/g/350000000201/s-l500.webp","group_id":"350000000201","best_offer":true}',-3205225399389590363,'card','rtx-2080-ti','rtx-2080-ti-22gb-modded',22.0,1,1,NULL,'used','blower range','GeForce RTX 2080 Ti, 22 GB fitted afterwards',NULL,37900,'EUR',1296,'1.1172',43790,43790,1,'',NULL,NULL,'GB',1,0,NULL,NULL,1795426977709,NULL);
INSERT INTO "listing" VALUES(46,'ebay','v1|350000000202|0',5,'https://www.ebay.de/itm/350000000202','Tesla P40 24GB mit Lüfter','{"price":"EUR 1.249,50","currency":"EUR","shipping":"Kostenloser Versand","condition":"Neu","attributes":{"sellerKind":"Gewerblich","timeLeft":"2T 4Std"},"seller":"serverrest","feedback_percent":"98.7","feedback_count":"2345","image":"https://i.ebayimg.com/images/g/350000000202/s-l500.webp","bids":"3"}',7143801492347891434,'card','p40','p40-24gb',24.0,1,0,NULL,'new','','Tesla P40, 24 GB',NULL,124950,'EUR',0,'1.1172',139594,139594,1,'serverrest',98.7,2345,'',0,1,NULL,NULL,1795426977709,NULL);
CREATE TABLE note (
	name VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "note" VALUES('priced by','e1c1e4cb01055224f897ac813b23b18d916346135ac91ef1e986c45304d9a905');
INSERT INTO "note" VALUES('opened with','{"fingerprint": "cd2774b81f61f74087c07a1fb924acf77061f5edbb0308ad98d432c51d939fdd", "currency": "USD"}');
CREATE TABLE page_memory (
	source_id INTEGER NOT NULL, 
	mode VARCHAR NOT NULL, 
	url VARCHAR NOT NULL, 
	remembered VARCHAR NOT NULL, 
	read_at BIGINT NOT NULL, 
	PRIMARY KEY (source_id, mode, url), 
	FOREIGN KEY(source_id) REFERENCES source (id)
);
INSERT INTO "page_memory" VALUES(4,'full','https://barn.example/products.json?limit=250&page=1','["5512f7c4dfc3f3f9", "\"first\"", "", ["barn.example/101", "barn.example/102", "barn.example/103", "barn.example/104"], [], false]',1795426977637);
CREATE TABLE presence (
	source_id INTEGER NOT NULL, 
	listing_id BIGINT NOT NULL, 
	seen_at BIGINT NOT NULL, 
	PRIMARY KEY (source_id, listing_id), 
	FOREIGN KEY(listing_id) REFERENCES listing (id), 
	FOREIGN KEY(source_id) REFERENCES source (id)
)
 WITHOUT ROWID

;
INSERT INTO "presence" VALUES(1,1,1795426977462);
INSERT INTO "presence" VALUES(1,2,1795426977462);
INSERT INTO "presence" VALUES(1,3,1795426977462);
INSERT INTO "presence" VALUES(1,4,1795426977462);
INSERT INTO "presence" VALUES(1,5,1795426977462);
INSERT INTO "presence" VALUES(1,6,1795426977462);
INSERT INTO "presence" VALUES(1,7,1795426977462);
INSERT INTO "presence" VALUES(1,8,1795426977462);
INSERT INTO "presence" VALUES(1,9,1795426977462);
INSERT INTO "presence" VALUES(1,10,1795426977462);
INSERT INTO "presence" VALUES(1,11,1795426977462);
INSERT INTO "presence" VALUES(1,12,1795340577345);
INSERT INTO "presence" VALUES(1,13,1795426977462);
INSERT INTO "presence" VALUES(1,14,1795426977462);
INSERT INTO "presence" VALUES(1,15,1795426977462);
INSERT INTO "presence" VALUES(1,16,1795426977462);
INSERT INTO "presence" VALUES(1,17,1795426977462);
INSERT INTO "presence" VALUES(1,18,1795426977462);
INSERT INTO "presence" VALUES(1,19,1795426977462);
INSERT INTO "presence" VALUES(1,20,1795426977462);
INSERT INTO "presence" VALUES(1,21,1795426977462);
INSERT INTO "presence" VALUES(1,22,1795426977462);
INSERT INTO "presence" VALUES(1,23,1795426977462);
INSERT INTO "presence" VALUES(1,24,1795426977462);
INSERT INTO "presence" VALUES(1,25,1795426977462);
INSERT INTO "presence" VALUES(1,26,1795426977462);
INSERT INTO "presence" VALUES(1,35,1795426977462);
INSERT INTO "presence" VALUES(2,27,1795426977476);
INSERT INTO "presence" VALUES(2,28,1795426977476);
INSERT INTO "presence" VALUES(2,29,1795426977476);
INSERT INTO "presence" VALUES(2,30,1795426977476);
INSERT INTO "presence" VALUES(2,31,1795426977476);
INSERT INTO "presence" VALUES(2,32,1795426977476);
INSERT INTO "presence" VALUES(2,33,1795426977476);
INSERT INTO "presence" VALUES(3,34,1795426977481);
INSERT INTO "presence" VALUES(4,36,1795426977637);
INSERT INTO "presence" VALUES(4,37,1795426977637);
INSERT INTO "presence" VALUES(4,38,1795426977637);
INSERT INTO "presence" VALUES(4,39,1795426977637);
INSERT INTO "presence" VALUES(5,41,1795426977709);
INSERT INTO "presence" VALUES(5,42,1795426977709);
INSERT INTO "presence" VALUES(5,43,1795426977709);
INSERT INTO "presence" VALUES(5,44,1795426977709);
INSERT INTO "presence" VALUES(5,45,1795426977709);
INSERT INTO "presence" VALUES(5,46,1795426977709);
CREATE TABLE price (
	listing_id BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	price BIGINT NOT NULL, 
	currency VARCHAR NOT NULL, 
	shipping BIGINT, 
	unit_usd BIGINT, 
	available BOOLEAN NOT NULL, 
	PRIMARY KEY (listing_id, at), 
	FOREIGN KEY(listing_id) REFERENCES listing (id)
)
 WITHOUT ROWID

;
INSERT INTO "price" VALUES(1,1795340577345,18900,'USD',1250,20150,1);
INSERT INTO "price" VALUES(2,1795340577345,11900,'USD',NULL,11900,1);
INSERT INTO "price" VALUES(3,1795340577345,72000,'USD',4000,19000,1);
INSERT INTO "price" VALUES(6,1795340577345,42900,'USD',0,42900,1);
INSERT INTO "price" VALUES(8,1795340577345,22900,'USD',0,22900,1);
INSERT INTO "price" VALUES(9,1795340577345,36900,'USD',2500,39400,1);
INSERT INTO "price" VALUES(10,1795340577345,24900,'USD',1400,26300,1);
INSERT INTO "price" VALUES(11,1795340577345,274900,'USD',0,274900,1);
INSERT INTO "price" VALUES(12,1795340577345,189000,'USD',0,189000,1);
INSERT INTO "price" VALUES(13,1795340577345,259000,'USD',NULL,259000,1);
INSERT INTO "price" VALUES(14,1795340577345,72000,'USD',1800,73800,1);
INSERT INTO "price" VALUES(14,1795426977462,61900,'USD',1800,63700,1);
INSERT INTO "price" VALUES(18,1795340577345,335000,'USD',0,335000,1);
INSERT INTO "price" VALUES(19,1795340577345,395000,'USD',0,395000,1);
INSERT INTO "price" VALUES(20,1795340577345,41000,'USD',3000,44000,1);
INSERT INTO "price" VALUES(21,1795340577345,21500,'USD',1000,22500,1);
INSERT INTO "price" VALUES(22,1795340577345,42900,'USD',0,42900,1);
INSERT INTO "price" VALUES(23,1795340577345,79900,'USD',0,79900,1);
INSERT INTO "price" VALUES(25,1795340577345,9500,'USD',1300,10800,1);
INSERT INTO "price" VALUES(26,1795340577345,819000,'USD',0,819000,1);
INSERT INTO "price" VALUES(27,1795340577369,24500,'USD',NULL,24500,1);
INSERT INTO "price" VALUES(27,1795426977476,19900,'USD',NULL,19900,1);
INSERT INTO "price" VALUES(28,1795340577369,14900,'USD',NULL,14900,1);
INSERT INTO "price" VALUES(29,1795340577369,46900,'USD',NULL,46900,1);
INSERT INTO "price" VALUES(30,1795340577369,369000,'USD',NULL,369000,0);
INSERT INTO "price" VALUES(33,1795340577369,235000,'USD',NULL,235000,1);
INSERT INTO "price" VALUES(34,1795340577376,129900,'USD',NULL,129900,1);
INSERT INTO "price" VALUES(35,1795426977462,14900,'USD',0,14900,1);
INSERT INTO "price" VALUES(36,1795426977613,18900,'EUR',NULL,21115,1);
INSERT INTO "price" VALUES(37,1795426977622,64000,'EUR',NULL,71501,1);
INSERT INTO "price" VALUES(38,1795426977613,70000,'EUR',NULL,78204,1);
INSERT INTO "price" VALUES(38,1795426977622,15000,'EUR',NULL,16758,0);
INSERT INTO "price" VALUES(39,1795426977613,15000,'EUR',NULL,16758,0);
INSERT INTO "price" VALUES(39,1795426977622,259000,'EUR',NULL,289355,1);
INSERT INTO "price" VALUES(40,1795426977613,259000,'EUR',NULL,289355,1);
INSERT INTO "price" VALUES(40,1795426977630,259000,'EUR',NULL,289355,0);
INSERT INTO "price" VALUES(41,1795426977709,289000,'USD',0,289000,1);
INSERT INTO "price" VALUES(42,1795426977709,16500,'USD',1840,18340,1);
INSERT INTO "price" VALUES(43,1795426977709,8700,'USD',NULL,8700,1);
INSERT INTO "price" VALUES(44,1795426977709,245000,'USD',0,245000,0);
INSERT INTO "price" VALUES(45,1795426977709,37900,'EUR',1296,43790,1);
INSERT INTO "price" VALUES(46,1795426977709,124950,'EUR',0,139594,1);
CREATE TABLE quota (
	site VARCHAR NOT NULL, 
	day VARCHAR NOT NULL, 
	calls INTEGER NOT NULL, 
	PRIMARY KEY (site, day)
);
INSERT INTO "quota" VALUES('barn.example','2026-11-23',5);
CREATE TABLE rate (
	currency VARCHAR NOT NULL, 
	usd TEXT NOT NULL, 
	day VARCHAR NOT NULL, 
	PRIMARY KEY (currency)
);
INSERT INTO "rate" VALUES('USD','1','2026-10-30');
INSERT INTO "rate" VALUES('JPY','0.00635928961749','2026-10-30');
INSERT INTO "rate" VALUES('CZK','0.0458752515091','2026-10-30');
INSERT INTO "rate" VALUES('DKK','0.149488191610','2026-10-30');
INSERT INTO "rate" VALUES('GBP','1.33988966179','2026-10-30');
INSERT INTO "rate" VALUES('HUF','0.00304970927852','2026-10-30');
INSERT INTO "rate" VALUES('PLN','0.253689995004','2026-10-30');
INSERT INTO "rate" VALUES('RON','0.209029505866','2026-10-30');
INSERT INTO "rate" VALUES('SEK','0.101767170705','2026-10-30');
INSERT INTO "rate" VALUES('CHF','1.21514030890','2026-10-30');
INSERT INTO "rate" VALUES('ISK','0.00821470588235','2026-10-30');
INSERT INTO "rate" VALUES('NOK','0.108339798293','2026-10-30');
INSERT INTO "rate" VALUES('TRY','0.0200209671783','2026-10-30');
INSERT INTO "rate" VALUES('AUD','0.702464788732','2026-10-30');
INSERT INTO "rate" VALUES('BRL','0.184076978844','2026-10-30');
INSERT INTO "rate" VALUES('CAD','0.715878508266','2026-10-30');
INSERT INTO "rate" VALUES('CNY','0.150310792993','2026-10-30');
INSERT INTO "rate" VALUES('HKD','0.127458586227','2026-10-30');
INSERT INTO "rate" VALUES('IDR','0.0000551018807734','2026-10-30');
INSERT INTO "rate" VALUES('ILS','0.319656652361','2026-10-30');
INSERT INTO "rate" VALUES('INR','0.0105312771012','2026-10-30');
INSERT INTO "rate" VALUES('KRW','0.000748914034429','2026-10-30');
INSERT INTO "rate" VALUES('MXN','0.0528884617752','2026-10-30');
INSERT INTO "rate" VALUES('MYR','0.246486486486','2026-10-30');
INSERT INTO "rate" VALUES('NZD','0.563587751602','2026-10-30');
INSERT INTO "rate" VALUES('PHP','0.0157035829245','2026-10-30');
INSERT INTO "rate" VALUES('SGD','0.782243383280','2026-10-30');
INSERT INTO "rate" VALUES('THB','0.0296473210732','2026-10-30');
INSERT INTO "rate" VALUES('ZAR','0.0599179426671','2026-10-30');
INSERT INTO "rate" VALUES('EUR','1.1172','2026-10-30');
CREATE TABLE reference (
	variant VARCHAR NOT NULL, 
	condition VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	day VARCHAR NOT NULL, 
	price BIGINT NOT NULL, 
	currency VARCHAR NOT NULL, 
	usd_cents BIGINT NOT NULL, 
	PRIMARY KEY (variant, condition, source, day)
)
 WITHOUT ROWID

;
INSERT INTO "reference" VALUES('mi50-32gb','new','series','2026-04-01',14999,'USD',14999);
INSERT INTO "reference" VALUES('rtx-3090-24gb','new','series','2026-04-01',71250,'USD',71250);
INSERT INTO "reference" VALUES('rtx-3090-24gb','new','series','2026-04-08',69800,'USD',69800);
CREATE TABLE source (
	id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	site VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	message VARCHAR NOT NULL, 
	failures INTEGER NOT NULL, 
	next_visit_at BIGINT, 
	next_sweep_at BIGINT, 
	claimed_until BIGINT, 
	last_visit_at BIGINT, 
	last_ok_at BIGINT, 
	complete_at BIGINT, 
	PRIMARY KEY (id), 
	UNIQUE (name)
);
INSERT INTO "source" VALUES(1,'ebay','ebay','ok','',0,1795448577462,NULL,NULL,1795426977462,1795426977462,1795426977462);
INSERT INTO "source" VALUES(2,'refurb-shop','shopify','ok','',0,1795448577476,NULL,NULL,1795426977476,1795426977476,1795426977476);
INSERT INTO "source" VALUES(3,'r9700','jsonld','ok','',0,1795448577481,NULL,NULL,1795426977481,1795426977481,1795426977481);
INSERT INTO "source" VALUES(4,'barn','shopify','ok','',0,1795448577637,NULL,NULL,1795426977637,1795426977637,1795426977634);
INSERT INTO "source" VALUES(5,'import:ebay','ebay','ok','',0,NULL,NULL,NULL,1795426977709,1795426977709,NULL);
CREATE TABLE told (
	watch VARCHAR NOT NULL, 
	listing_id BIGINT NOT NULL, 
	unit_usd BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (watch, listing_id), 
	FOREIGN KEY(listing_id) REFERENCES listing (id)
)
 WITHOUT ROWID

;
INSERT INTO "told" VALUES('cheap-gigabytes',1,20150,1795426977365);
INSERT INTO "told" VALUES('cheap-gigabytes',3,19000,1795426977365);
INSERT INTO "told" VALUES('cheap-gigabytes',27,19900,1795426977480);
INSERT INTO "told" VALUES('cheap-gigabytes',35,14900,1795426977475);
INSERT INTO "told" VALUES('cheap-gigabytes',36,21115,1795426977617);
INSERT INTO "told" VALUES('forty-eight-gb',13,259000,1795426977365);
CREATE TABLE visit (
	id INTEGER NOT NULL, 
	source_id INTEGER NOT NULL, 
	mode VARCHAR NOT NULL, 
	started_at BIGINT NOT NULL, 
	ended_at BIGINT NOT NULL, 
	outcome VARCHAR NOT NULL, 
	message VARCHAR NOT NULL, 
	pages INTEGER NOT NULL, 
	listings INTEGER NOT NULL, 
	offers INTEGER NOT NULL, 
	rejected INTEGER NOT NULL, 
	new INTEGER NOT NULL, 
	changed INTEGER NOT NULL, 
	ended INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(source_id) REFERENCES source (id)
);
INSERT INTO "visit" VALUES(1,1,'full',1795340577345,1795340577345,'ok','',1,26,19,7,26,0,0);
INSERT INTO "visit" VALUES(2,2,'full',1795340577369,1795340577369,'ok','',1,7,5,2,7,0,0);
INSERT INTO "visit" VALUES(3,3,'full',1795340577376,1795340577376,'ok','',1,1,1,0,1,0,0);
INSERT INTO "visit" VALUES(4,1,'full',1795426977462,1795426977462,'ok','',1,26,19,7,1,1,0);
INSERT INTO "visit" VALUES(5,2,'full',1795426977476,1795426977476,'ok','',1,7,5,2,0,1,0);
INSERT INTO "visit" VALUES(6,3,'full',1795426977481,1795426977481,'ok','',1,1,1,0,0,0,0);
INSERT INTO "visit" VALUES(7,4,'full',1795426977603,1795426977613,'ok','',1,5,4,1,5,0,0);
INSERT INTO "visit" VALUES(8,4,'full',1795426977619,1795426977622,'ok','',1,4,3,1,0,3,0);
INSERT INTO "visit" VALUES(9,4,'full',1795426977627,1795426977630,'ok','',1,4,3,1,0,0,1);
INSERT INTO "visit" VALUES(10,4,'full',1795426977634,1795426977637,'ok','',1,4,3,1,0,0,0);
INSERT INTO "visit" VALUES(11,5,'full',1795426977709,1795426977709,'ok','',2,6,6,0,6,0,0);
CREATE TABLE watch (
	name VARCHAR NOT NULL, 
	fingerprint VARCHAR NOT NULL, 
	since BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "watch" VALUES('cheap-gigabytes','8ebdcf8b3edb430e',1795254177332);
INSERT INTO "watch" VALUES('forty-eight-gb','2715d5e89cadd360',1795254177332);
CREATE INDEX delivery_owed ON delivery (next_try_at) WHERE state = 'owed';
CREATE INDEX listing_gone ON listing (variant, ended_at) WHERE on_offer = 0 AND auction = 0 AND rejected IS NULL;
CREATE INDEX listing_on_offer ON listing (variant, on_offer, auction, unit_usd, condition) WHERE on_offer = 1 AND auction = 0;
CREATE INDEX listing_rejected ON listing (rejected) WHERE rejected IS NOT NULL;
CREATE INDEX visit_by_source ON visit (source_id, started_at);
CREATE INDEX presence_by_listing ON presence (listing_id);
COMMIT;
