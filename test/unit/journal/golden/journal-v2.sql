PRAGMA user_version = 2;
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
CREATE TABLE money (
  kind TEXT NOT NULL,
  number TEXT NOT NULL,
  seq INTEGER NOT NULL,
  sale_id TEXT NOT NULL,
  amount_fen INTEGER NOT NULL,
  interface TEXT NOT NULL,
  operator TEXT,
  PRIMARY KEY (kind, number)
) STRICT, WITHOUT ROWID;
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
INSERT INTO event VALUES (11, 1772409600010, 'golden', 'golden-20', 'GTGOLDEN00000020', '{"event":{"kind":"golden","atMs":1772409600010},"after":[["golden-20","paid",1020,"GTGOLDEN00000020","paid","PAID","T20","GRGOLDEN00000020",100,"submitting"]]}', X'1c35303db89341aca4b0fe5ddd1e211302cd8ec1ec409db2e3539ec97b5858e4');
INSERT INTO event VALUES (12, 1772409600011, 'golden', 'golden-21', 'GTGOLDEN00000021', '{"event":{"kind":"golden","atMs":1772409600011},"after":[["golden-21","paid",1021,"GTGOLDEN00000021","paid","PAID","T21","GRGOLDEN00000021",100,"checking"]]}', X'f7f930387ae477d5be1b7a3544a068d80eafb5d8028d86376b103e7e0b263acb');
INSERT INTO event VALUES (13, 1772409600012, 'golden', 'golden-22', 'GTGOLDEN00000022', '{"event":{"kind":"golden","atMs":1772409600012},"after":[["golden-22","paid",1022,"GTGOLDEN00000022","paid","PAID","T22","GRGOLDEN00000022",100,"confirming"]]}', X'6f6a189a28e13c5557ed198f51c8f4dbded07d7492eb3732202cb9c4503ed585');
INSERT INTO event VALUES (14, 1772409600013, 'golden', 'golden-23', 'GTGOLDEN00000023', '{"event":{"kind":"golden","atMs":1772409600013},"after":[["golden-23","paid",1023,"GTGOLDEN00000023","paid","PAID","T23","GRGOLDEN00000023",100,"processing"]]}', X'9e0e94de669bb8f339d672ba77553acf5867bed38a24cb3d88ced33609a25fd8');
INSERT INTO event VALUES (15, 1772409600014, 'golden', 'golden-24', 'GTGOLDEN00000024', '{"event":{"kind":"golden","atMs":1772409600014},"after":[["golden-24","paid",1024,"GTGOLDEN00000024","paid","PAID","T24","GRGOLDEN00000024",100,"abnormal"]]}', X'3e04b3dbeb3f7d27663a137f578318067132c634c46bc5b929e563ffaba41f0a');
INSERT INTO event VALUES (16, 1772409600015, 'golden', 'golden-25', 'GTGOLDEN00000025', '{"event":{"kind":"golden","atMs":1772409600015},"after":[["golden-25","paid",1025,"GTGOLDEN00000025","paid","PAID","T25","GRGOLDEN00000025",100,"refunded"]]}', X'5632c601699e2808555b8bf092354e9c486f7e77961d62500e20d59cb0c31b9c');
INSERT INTO event VALUES (17, 1772409600016, 'golden', 'golden-26', 'GTGOLDEN00000026', '{"event":{"kind":"golden","atMs":1772409600016},"after":[["golden-26","paid",1026,"GTGOLDEN00000026","paid","PAID","T26","GRGOLDEN00000026",100,"not_refunded"]]}', X'd1c95f2104f38f4dec882d7df7e72ee7db9099a9a4c2348b94ea67b536336034');
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
INSERT INTO sale VALUES ('golden-20', 11, 1, '{"id":"golden-20","amountFen":1020,"description":"测试店","createdAtMs":1772409600020,"traceId":"trace-20","phase":"paid","attempts":[{"outTradeNo":"GTGOLDEN00000020","amountFen":1020,"merchantId":"1900000001","appId":"wxsandbox00000001","storeId":"S001","interface":"MICROPAY","grantVersion":"config-golden","submittedAtMs":1772409600020,"phase":"paid","outcome":"PAID","sent":true,"queries":1,"reversals":0,"reversalsOutstanding":0,"reverseConfirmed":false,"step":2,"awaits":"nothing","transactionId":"T20","settledAtMs":1772409600020}],"cancelWanted":false,"refunds":[{"outRefundNo":"GRGOLDEN00000020","outTradeNo":"GTGOLDEN00000020","amountFen":100,"reason":"测试","operator":"manager","wantedAtMs":1772409660000,"phase":"submitting","outcome":"UNKNOWN","submits":1,"queries":0,"step":1,"awaits":"timer"}]}');
INSERT INTO sale VALUES ('golden-21', 12, 1, '{"id":"golden-21","amountFen":1021,"description":"测试店","createdAtMs":1772409600021,"traceId":"trace-21","phase":"paid","attempts":[{"outTradeNo":"GTGOLDEN00000021","amountFen":1021,"merchantId":"1900000001","appId":"wxsandbox00000001","storeId":"S001","interface":"MICROPAY","grantVersion":"config-golden","submittedAtMs":1772409600021,"phase":"paid","outcome":"PAID","sent":true,"queries":1,"reversals":0,"reversalsOutstanding":0,"reverseConfirmed":false,"step":2,"awaits":"nothing","transactionId":"T21","settledAtMs":1772409600021}],"cancelWanted":false,"refunds":[{"outRefundNo":"GRGOLDEN00000021","outTradeNo":"GTGOLDEN00000021","amountFen":100,"reason":"测试","operator":"manager","wantedAtMs":1772409660000,"phase":"checking","outcome":"UNKNOWN","submits":1,"queries":0,"step":1,"awaits":"timer"}]}');
INSERT INTO sale VALUES ('golden-22', 13, 1, '{"id":"golden-22","amountFen":1022,"description":"测试店","createdAtMs":1772409600022,"traceId":"trace-22","phase":"paid","attempts":[{"outTradeNo":"GTGOLDEN00000022","amountFen":1022,"merchantId":"1900000001","appId":"wxsandbox00000001","storeId":"S001","interface":"MICROPAY","grantVersion":"config-golden","submittedAtMs":1772409600022,"phase":"paid","outcome":"PAID","sent":true,"queries":1,"reversals":0,"reversalsOutstanding":0,"reverseConfirmed":false,"step":2,"awaits":"nothing","transactionId":"T22","settledAtMs":1772409600022}],"cancelWanted":false,"refunds":[{"outRefundNo":"GRGOLDEN00000022","outTradeNo":"GTGOLDEN00000022","amountFen":100,"reason":"测试","operator":"manager","wantedAtMs":1772409660000,"phase":"confirming","outcome":"UNKNOWN","submits":1,"queries":0,"step":1,"awaits":"timer"}]}');
INSERT INTO sale VALUES ('golden-23', 14, 1, '{"id":"golden-23","amountFen":1023,"description":"测试店","createdAtMs":1772409600023,"traceId":"trace-23","phase":"paid","attempts":[{"outTradeNo":"GTGOLDEN00000023","amountFen":1023,"merchantId":"1900000001","appId":"wxsandbox00000001","storeId":"S001","interface":"MICROPAY","grantVersion":"config-golden","submittedAtMs":1772409600023,"phase":"paid","outcome":"PAID","sent":true,"queries":1,"reversals":0,"reversalsOutstanding":0,"reverseConfirmed":false,"step":2,"awaits":"nothing","transactionId":"T23","settledAtMs":1772409600023}],"cancelWanted":false,"refunds":[{"outRefundNo":"GRGOLDEN00000023","outTradeNo":"GTGOLDEN00000023","amountFen":100,"reason":"测试","operator":"manager","wantedAtMs":1772409660000,"phase":"processing","outcome":"UNKNOWN","submits":1,"queries":0,"step":1,"awaits":"timer"}]}');
INSERT INTO sale VALUES ('golden-24', 15, 1, '{"id":"golden-24","amountFen":1024,"description":"测试店","createdAtMs":1772409600024,"traceId":"trace-24","phase":"paid","attempts":[{"outTradeNo":"GTGOLDEN00000024","amountFen":1024,"merchantId":"1900000001","appId":"wxsandbox00000001","storeId":"S001","interface":"MICROPAY","grantVersion":"config-golden","submittedAtMs":1772409600024,"phase":"paid","outcome":"PAID","sent":true,"queries":1,"reversals":0,"reversalsOutstanding":0,"reverseConfirmed":false,"step":2,"awaits":"nothing","transactionId":"T24","settledAtMs":1772409600024}],"cancelWanted":false,"refunds":[{"outRefundNo":"GRGOLDEN00000024","outTradeNo":"GTGOLDEN00000024","amountFen":100,"reason":"测试","operator":"manager","wantedAtMs":1772409660000,"phase":"abnormal","outcome":"UNKNOWN","submits":1,"queries":0,"step":1,"awaits":"timer"}]}');
INSERT INTO sale VALUES ('golden-25', 16, 0, '{"id":"golden-25","amountFen":1025,"description":"测试店","createdAtMs":1772409600025,"traceId":"trace-25","phase":"paid","attempts":[{"outTradeNo":"GTGOLDEN00000025","amountFen":1025,"merchantId":"1900000001","appId":"wxsandbox00000001","storeId":"S001","interface":"MICROPAY","grantVersion":"config-golden","submittedAtMs":1772409600025,"phase":"paid","outcome":"PAID","sent":true,"queries":1,"reversals":0,"reversalsOutstanding":0,"reverseConfirmed":false,"step":2,"awaits":"nothing","transactionId":"T25","settledAtMs":1772409600025}],"cancelWanted":false,"refunds":[{"outRefundNo":"GRGOLDEN00000025","outTradeNo":"GTGOLDEN00000025","amountFen":100,"reason":"测试","operator":"manager","wantedAtMs":1772409660000,"phase":"refunded","outcome":"REFUNDED","submits":1,"queries":0,"step":1,"awaits":"nothing"}]}');
INSERT INTO sale VALUES ('golden-26', 17, 0, '{"id":"golden-26","amountFen":1026,"description":"测试店","createdAtMs":1772409600026,"traceId":"trace-26","phase":"paid","attempts":[{"outTradeNo":"GTGOLDEN00000026","amountFen":1026,"merchantId":"1900000001","appId":"wxsandbox00000001","storeId":"S001","interface":"MICROPAY","grantVersion":"config-golden","submittedAtMs":1772409600026,"phase":"paid","outcome":"PAID","sent":true,"queries":1,"reversals":0,"reversalsOutstanding":0,"reverseConfirmed":false,"step":2,"awaits":"nothing","transactionId":"T26","settledAtMs":1772409600026}],"cancelWanted":false,"refunds":[{"outRefundNo":"GRGOLDEN00000026","outTradeNo":"GTGOLDEN00000026","amountFen":100,"reason":"测试","operator":"manager","wantedAtMs":1772409660000,"phase":"not_refunded","outcome":"NOT_REFUNDED","submits":1,"queries":0,"step":1,"awaits":"nothing"}]}');
INSERT INTO attempt VALUES ('GTGOLDEN00000010', 'golden-10', 4);
INSERT INTO attempt VALUES ('GTGOLDEN00000011', 'golden-11', 5);
INSERT INTO attempt VALUES ('GTGOLDEN00000012', 'golden-12', 6);
INSERT INTO attempt VALUES ('GTGOLDEN00000013', 'golden-13', 7);
INSERT INTO attempt VALUES ('GTGOLDEN00000014', 'golden-14', 8);
INSERT INTO attempt VALUES ('GTGOLDEN00000015', 'golden-15', 9);
INSERT INTO attempt VALUES ('GTGOLDEN00000016', 'golden-16', 10);
INSERT INTO attempt VALUES ('GTGOLDEN00000020', 'golden-20', 11);
INSERT INTO attempt VALUES ('GTGOLDEN00000021', 'golden-21', 12);
INSERT INTO attempt VALUES ('GTGOLDEN00000022', 'golden-22', 13);
INSERT INTO attempt VALUES ('GTGOLDEN00000023', 'golden-23', 14);
INSERT INTO attempt VALUES ('GTGOLDEN00000024', 'golden-24', 15);
INSERT INTO attempt VALUES ('GTGOLDEN00000025', 'golden-25', 16);
INSERT INTO attempt VALUES ('GTGOLDEN00000026', 'golden-26', 17);
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
INSERT INTO command VALUES ('register-11', 'd', '{}', 11);
INSERT INTO command VALUES ('register-12', 'd', '{}', 12);
INSERT INTO command VALUES ('register-13', 'd', '{}', 13);
INSERT INTO command VALUES ('register-14', 'd', '{}', 14);
INSERT INTO command VALUES ('register-15', 'd', '{}', 15);
INSERT INTO command VALUES ('register-16', 'd', '{}', 16);
INSERT INTO command VALUES ('register-17', 'd', '{}', 17);
INSERT INTO money VALUES ('payment', 'GTGOLDEN00000015', 9, 'golden-15', 1015, 'MICROPAY', NULL);
INSERT INTO money VALUES ('payment', 'GTGOLDEN00000020', 11, 'golden-20', 1020, 'MICROPAY', NULL);
INSERT INTO money VALUES ('payment', 'GTGOLDEN00000021', 12, 'golden-21', 1021, 'MICROPAY', NULL);
INSERT INTO money VALUES ('payment', 'GTGOLDEN00000022', 13, 'golden-22', 1022, 'MICROPAY', NULL);
INSERT INTO money VALUES ('payment', 'GTGOLDEN00000023', 14, 'golden-23', 1023, 'MICROPAY', NULL);
INSERT INTO money VALUES ('payment', 'GTGOLDEN00000024', 15, 'golden-24', 1024, 'MICROPAY', NULL);
INSERT INTO money VALUES ('payment', 'GTGOLDEN00000025', 16, 'golden-25', 1025, 'MICROPAY', NULL);
INSERT INTO money VALUES ('payment', 'GTGOLDEN00000026', 17, 'golden-26', 1026, 'MICROPAY', NULL);
INSERT INTO money VALUES ('refund', 'GRGOLDEN00000025', 16, 'golden-25', 100, 'MICROPAY', 'manager');
CREATE TRIGGER event_is_append_only_update BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER event_is_append_only_delete BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE INDEX sale_by_age ON sale (seq);
CREATE INDEX sale_open ON sale (seq) WHERE open = 1;
CREATE INDEX money_by_step ON money (seq);
CREATE INDEX event_by_kind ON event (kind, seq) WHERE kind IN ('shift_closed');
