PRAGMA user_version = 1;
CREATE TABLE event (
  seq INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  sale_id TEXT,
  out_trade_no TEXT,
  body TEXT NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE TABLE sale (
  id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  open INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE attempt (
  out_trade_no TEXT PRIMARY KEY,
  sale_id TEXT NOT NULL,
  seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE command (
  client_id TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  answer TEXT NOT NULL,
  seq INTEGER NOT NULL
) STRICT;
INSERT INTO event VALUES (1, 1772409600000, 'golden', 'golden-1', NULL, '{"event":{"kind":"golden","atMs":1772409600000},"after":[["golden-1","ready",1001,null,null,null,null]]}', X'75876f0f990e260903f0709b95e41a3b4b158d06ac83c8a758731c1db158b73b');
INSERT INTO event VALUES (2, 1772409600001, 'golden', 'golden-2', NULL, '{"event":{"kind":"golden","atMs":1772409600001},"after":[["golden-2","armed",1002,null,null,null,null]]}', X'76256e2c27129f16b06c0ab3ce3f2f5f930553a0de2f5ee200fc222e7e99593e');
INSERT INTO event VALUES (3, 1772409600002, 'golden', 'golden-3', NULL, '{"event":{"kind":"golden","atMs":1772409600002},"after":[["golden-3","closed",1003,null,null,null,null]]}', X'5ef68dd4e9ef624f785489a604cc0afd1643a5590da4379f2855a52a5f40f65d');
INSERT INTO event VALUES (4, 1772409600003, 'golden', 'golden-10', 'GTGOLDEN00000010', '{"event":{"kind":"golden","atMs":1772409600003},"after":[["golden-10","in_flight",1010,"GTGOLDEN00000010","submitting","UNKNOWN",null]]}', X'ffb0abe38f5a3604c6e521a1e0146e9c047ad688110d37cafb1421c64e014e4d');
INSERT INTO event VALUES (5, 1772409600004, 'golden', 'golden-11', 'GTGOLDEN00000011', '{"event":{"kind":"golden","atMs":1772409600004},"after":[["golden-11","in_flight",1011,"GTGOLDEN00000011","paying","UNKNOWN",null]]}', X'7981164cf90e29816497795e3f43482ad86eca73479f52bf3e56ad41fb880347');
INSERT INTO event VALUES (6, 1772409600005, 'golden', 'golden-12', 'GTGOLDEN00000012', '{"event":{"kind":"golden","atMs":1772409600005},"after":[["golden-12","in_flight",1012,"GTGOLDEN00000012","confirming","UNKNOWN",null]]}', X'a63d808c16e18619e4c41f5e235ecb4c397c5875e60003a181b481b66f6b884b');
INSERT INTO event VALUES (7, 1772409600006, 'golden', 'golden-13', 'GTGOLDEN00000013', '{"event":{"kind":"golden","atMs":1772409600006},"after":[["golden-13","in_flight",1013,"GTGOLDEN00000013","checking","UNKNOWN",null]]}', X'181675c6f7cea42a5f2eb0a1bfd80e0bc431dafa51900bcc3475a5379a3fd9e5');
INSERT INTO event VALUES (8, 1772409600007, 'golden', 'golden-14', 'GTGOLDEN00000014', '{"event":{"kind":"golden","atMs":1772409600007},"after":[["golden-14","in_flight",1014,"GTGOLDEN00000014","reversing","UNKNOWN",null]]}', X'70ca4055817611111f5443c3fe759047b9a1cee20a8f94083dea8873f81cdeda');
INSERT INTO event VALUES (9, 1772409600008, 'golden', 'golden-15', 'GTGOLDEN00000015', '{"event":{"kind":"golden","atMs":1772409600008},"after":[["golden-15","paid",1015,"GTGOLDEN00000015","paid","PAID","T15"]]}', X'1aa7f61a116c868242203333d7f1ea0631315b073d479704526bc97fd42994d2');
INSERT INTO event VALUES (10, 1772409600009, 'golden', 'golden-16', 'GTGOLDEN00000016', '{"event":{"kind":"golden","atMs":1772409600009},"after":[["golden-16","closed",1016,"GTGOLDEN00000016","not_paid","NOT_PAID",null]]}', X'd22f70fb1eadd157f8bb543ce7e9f8a6e07a476d1fb9915880d1f16159b899c5');
INSERT INTO sale VALUES ('golden-1', 1, 1, '{"id":"golden-1","amountFen":1001,"description":"测试店","createdAtMs":1772409600001,"traceId":"trace-1","phase":"ready","attempts":[],"cancelWanted":false}');
INSERT INTO sale VALUES ('golden-2', 2, 1, '{"id":"golden-2","amountFen":1002,"description":"测试店","createdAtMs":1772409600002,"traceId":"trace-2","phase":"armed","attempts":[],"cancelWanted":false}');
INSERT INTO sale VALUES ('golden-3', 3, 0, '{"id":"golden-3","amountFen":1003,"description":"测试店","createdAtMs":1772409600003,"traceId":"trace-3","phase":"closed","attempts":[],"cancelWanted":false}');
INSERT INTO sale VALUES ('golden-10', 4, 1, '{"id":"golden-10","amountFen":1010,"description":"测试店","createdAtMs":1772409600010,"traceId":"trace-10","phase":"in_flight","attempts":[{"outTradeNo":"GTGOLDEN00000010","amountFen":1010,"merchantId":"1900000001","appId":"wxsandbox00000001","storeId":"S001","interface":"MICROPAY","grantVersion":"config-golden","submittedAtMs":1772409600010,"phase":"submitting","outcome":"UNKNOWN","sent":true,"queries":1,"reversals":0,"reversalsOutstanding":0,"reverseConfirmed":false,"step":2,"awaits":"timer"}],"cancelWanted":false}');
INSERT INTO sale VALUES ('golden-11', 5, 1, '{"id":"golden-11","amountFen":1011,"description":"测试店","createdAtMs":1772409600011,"traceId":"trace-11","phase":"in_flight","attempts":[{"outTradeNo":"GTGOLDEN00000011","amountFen":1011,"merchantId":"1900000001","appId":"wxsandbox00000001","storeId":"S001","interface":"MICROPAY","grantVersion":"config-golden","submittedAtMs":1772409600011,"phase":"paying","outcome":"UNKNOWN","sent":true,"queries":1,"reversals":0,"reversalsOutstanding":0,"reverseConfirmed":false,"step":2,"awaits":"timer"}],"cancelWanted":false}');
INSERT INTO sale VALUES ('golden-12', 6, 1, '{"id":"golden-12","amountFen":1012,"description":"测试店","createdAtMs":1772409600012,"traceId":"trace-12","phase":"in_flight","attempts":[{"outTradeNo":"GTGOLDEN00000012","amountFen":1012,"merchantId":"1900000001","appId":"wxsandbox00000001","storeId":"S001","interface":"MICROPAY","grantVersion":"config-golden","submittedAtMs":1772409600012,"phase":"confirming","outcome":"UNKNOWN","sent":true,"queries":1,"reversals":0,"reversalsOutstanding":0,"reverseConfirmed":false,"step":2,"awaits":"timer"}],"cancelWanted":false}');
INSERT INTO sale VALUES ('golden-13', 7, 1, '{"id":"golden-13","amountFen":1013,"description":"测试店","createdAtMs":1772409600013,"traceId":"trace-13","phase":"in_flight","attempts":[{"outTradeNo":"GTGOLDEN00000013","amountFen":1013,"merchantId":"1900000001","appId":"wxsandbox00000001","storeId":"S001","interface":"MICROPAY","grantVersion":"config-golden","submittedAtMs":1772409600013,"phase":"checking","outcome":"UNKNOWN","sent":true,"queries":1,"reversals":0,"reversalsOutstanding":0,"reverseConfirmed":false,"step":2,"awaits":"timer"}],"cancelWanted":false}');
INSERT INTO sale VALUES ('golden-14', 8, 1, '{"id":"golden-14","amountFen":1014,"description":"测试店","createdAtMs":1772409600014,"traceId":"trace-14","phase":"in_flight","attempts":[{"outTradeNo":"GTGOLDEN00000014","amountFen":1014,"merchantId":"1900000001","appId":"wxsandbox00000001","storeId":"S001","interface":"MICROPAY","grantVersion":"config-golden","submittedAtMs":1772409600014,"phase":"reversing","outcome":"UNKNOWN","sent":true,"queries":1,"reversals":0,"reversalsOutstanding":0,"reverseConfirmed":false,"step":2,"awaits":"timer"}],"cancelWanted":false}');
INSERT INTO sale VALUES ('golden-15', 9, 0, '{"id":"golden-15","amountFen":1015,"description":"测试店","createdAtMs":1772409600015,"traceId":"trace-15","phase":"paid","attempts":[{"outTradeNo":"GTGOLDEN00000015","amountFen":1015,"merchantId":"1900000001","appId":"wxsandbox00000001","storeId":"S001","interface":"MICROPAY","grantVersion":"config-golden","submittedAtMs":1772409600015,"phase":"paid","outcome":"PAID","sent":true,"queries":1,"reversals":0,"reversalsOutstanding":0,"reverseConfirmed":false,"step":2,"awaits":"nothing","transactionId":"T15","settledAtMs":1772409600015}],"cancelWanted":false}');
INSERT INTO sale VALUES ('golden-16', 10, 0, '{"id":"golden-16","amountFen":1016,"description":"测试店","createdAtMs":1772409600016,"traceId":"trace-16","phase":"closed","attempts":[{"outTradeNo":"GTGOLDEN00000016","amountFen":1016,"merchantId":"1900000001","appId":"wxsandbox00000001","storeId":"S001","interface":"MICROPAY","grantVersion":"config-golden","submittedAtMs":1772409600016,"phase":"not_paid","outcome":"NOT_PAID","sent":true,"queries":1,"reversals":0,"reversalsOutstanding":0,"reverseConfirmed":false,"step":2,"awaits":"nothing"}],"cancelWanted":false}');
INSERT INTO attempt VALUES ('GTGOLDEN00000010', 'golden-10', 4);
INSERT INTO attempt VALUES ('GTGOLDEN00000011', 'golden-11', 5);
INSERT INTO attempt VALUES ('GTGOLDEN00000012', 'golden-12', 6);
INSERT INTO attempt VALUES ('GTGOLDEN00000013', 'golden-13', 7);
INSERT INTO attempt VALUES ('GTGOLDEN00000014', 'golden-14', 8);
INSERT INTO attempt VALUES ('GTGOLDEN00000015', 'golden-15', 9);
INSERT INTO attempt VALUES ('GTGOLDEN00000016', 'golden-16', 10);
INSERT INTO command VALUES ('register-1', 'd', '{}', 1);
INSERT INTO command VALUES ('register-2', 'd', '{}', 2);
INSERT INTO command VALUES ('register-3', 'd', '{}', 3);
INSERT INTO command VALUES ('register-4', 'd', '{}', 4);
INSERT INTO command VALUES ('register-5', 'd', '{}', 5);
INSERT INTO command VALUES ('register-6', 'd', '{}', 6);
INSERT INTO command VALUES ('register-7', 'd', '{}', 7);
INSERT INTO command VALUES ('register-8', 'd', '{}', 8);
INSERT INTO command VALUES ('register-9', 'd', '{}', 9);
INSERT INTO command VALUES ('register-10', 'd', '{}', 10);
CREATE TRIGGER event_is_append_only_update BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER event_is_append_only_delete BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE INDEX sale_by_age ON sale (seq);
CREATE INDEX sale_open ON sale (seq) WHERE open = 1;
