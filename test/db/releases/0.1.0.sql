-- The database of release 0.1.0, made by record.ts. known: {"at":1783599120000,"appSecret":"test secret of more than thirty-two bytes","email":"ada@example.com","password":"correct horse battery staple","refreshToken":"Ogu9hge9jnfKmLDatR4OLIxooZvvvbiNvteq6NJPA2k","spentToken":"CnjZIxYbRttyrpU_fRIWSiwCMWo8R_mVD0kYI_2MIJw","familyToken":"dcclHF-NW75ejKB1_tUmwLsQ6adtxdfjINLvoilI0pI","cookie":"k8CY3sa9bbCCfFzZnSwKnN9vAEEBlz720D0GuH4YoXk","users":3,"events":14}
PRAGMA foreign_keys=OFF;
PRAGMA application_id=1413957956;
BEGIN;
CREATE TABLE "__drizzle_migrations" (
			id SERIAL PRIMARY KEY,
			hash text NOT NULL,
			created_at numeric
		);
CREATE TABLE `events` (
	`id` text PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`result` text NOT NULL,
	`at` integer NOT NULL,
	`actor_id` text,
	`user_id` text,
	`session_id` text,
	`address` text,
	`user_agent` text,
	`request_id` text,
	`data` text NOT NULL
) STRICT;
CREATE TABLE `signing_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`public_jwk` text NOT NULL,
	`encrypted_private_jwk` text NOT NULL,
	`created_at` integer NOT NULL,
	`active_at` integer NOT NULL,
	`retires_at` integer
) STRICT;
CREATE TABLE `session_tokens` (
	`session_id` text NOT NULL,
	`position` integer NOT NULL,
	`hash` text NOT NULL,
	`rotated_at` integer,
	`salt` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`session_id`, `position`),
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`kind` text NOT NULL,
	`authenticated_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`ended_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
CREATE TABLE `user_roles` (
	`user_id` text NOT NULL,
	`role` text NOT NULL,
	PRIMARY KEY(`user_id`, `role`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
CREATE TABLE `users` (
	`row_key` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`email` text NOT NULL,
	`email_key` text NOT NULL,
	`email_verified` integer NOT NULL,
	`name` text NOT NULL,
	`status` text NOT NULL,
	`password_hash` text,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
CREATE VIRTUAL TABLE `users_search` USING fts5(`name`, `email`, content='users', content_rowid='row_key', tokenize='trigram remove_diacritics 1');
CREATE TABLE `idempotency_keys` (
	`actor_id` text NOT NULL,
	`key_hash` text NOT NULL,
	`fingerprint` text NOT NULL,
	`event_id` text NOT NULL,
	`subject_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`actor_id`, `key_hash`)
) STRICT;
CREATE INDEX `events_user` ON `events` (`user_id`,`id`);
CREATE INDEX `events_actor` ON `events` (`actor_id`,`id`);
CREATE INDEX `events_type` ON `events` (`type`,`id`);
CREATE UNIQUE INDEX `session_tokens_hash` ON `session_tokens` (`hash`);
CREATE INDEX `sessions_user` ON `sessions` (`user_id`,`created_at`);
CREATE INDEX `sessions_expires` ON `sessions` (`expires_at`);
CREATE INDEX `user_roles_role` ON `user_roles` (`role`,`user_id`);
CREATE UNIQUE INDEX `users_id` ON `users` (`id`);
CREATE UNIQUE INDEX `users_email_key` ON `users` (`email_key`);
CREATE INDEX `users_created` ON `users` (`created_at`,`id`);
CREATE INDEX `users_name` ON `users` ("name" COLLATE NOCASE,`id`);
CREATE INDEX `users_status_created` ON `users` (`status`,`created_at`,`id`);
CREATE INDEX `idempotency_keys_expires` ON `idempotency_keys` (`expires_at`);
CREATE TRIGGER `users_search_insert` AFTER INSERT ON `users` BEGIN
	INSERT INTO `users_search` (`rowid`, `name`, `email`) VALUES (NEW.`row_key`, NEW.`name`, NEW.`email`);
END;
CREATE TRIGGER `users_search_delete` AFTER DELETE ON `users` BEGIN
	INSERT INTO `users_search` (`users_search`, `rowid`, `name`, `email`) VALUES ('delete', OLD.`row_key`, OLD.`name`, OLD.`email`);
END;
CREATE TRIGGER `users_search_update` AFTER UPDATE OF `name`, `email` ON `users` BEGIN
	INSERT INTO `users_search` (`users_search`, `rowid`, `name`, `email`) VALUES ('delete', OLD.`row_key`, OLD.`name`, OLD.`email`);
	INSERT INTO `users_search` (`rowid`, `name`, `email`) VALUES (NEW.`row_key`, NEW.`name`, NEW.`email`);
END;
INSERT INTO "__drizzle_migrations" (id, hash, created_at) VALUES (NULL, 'cf87ab9d329805c5d10bbc7aa62f8c19dd46706420b8f84d82b74164f310a416', 1795454605306);
INSERT INTO "__drizzle_migrations" (id, hash, created_at) VALUES (NULL, '29c4c643d68b01348f0c09a804930205d23e6d4c4f87af3a3dc0f2710f9277e5', 1795454605681);
INSERT INTO "__drizzle_migrations" (id, hash, created_at) VALUES (NULL, 'bdb71318ac445937ff95d303b6216e035ab733a70d34f75d2a3bc3b09496a768', 1795459536164);
INSERT INTO "events" (id, type, result, at, actor_id, user_id, session_id, address, user_agent, request_id, data) VALUES ('evt_019f46bfc200700a946b37723832b74b', 'setup.completed', 'success', 1783598400000, 'usr_019f46bfc200700a946b37712f4358d0', 'usr_019f46bfc200700a946b37712f4358d0', NULL, '203.0.113.7', NULL, 'req_4a8f20fb2427d42f0', '{}');
INSERT INTO "events" (id, type, result, at, actor_id, user_id, session_id, address, user_agent, request_id, data) VALUES ('evt_019f46bfc200700a946b3774f6c34446', 'session.created', 'success', 1783598400000, 'usr_019f46bfc200700a946b37712f4358d0', 'usr_019f46bfc200700a946b37712f4358d0', 'ses_019f46bfc200700a946b3773e83498a3', '203.0.113.7', NULL, 'req_4a8f20fb2427d42f0', '{"kind":"token"}');
INSERT INTO "events" (id, type, result, at, actor_id, user_id, session_id, address, user_agent, request_id, data) VALUES ('evt_019f46bfc200700a946b37784025b0e6', 'user.created', 'success', 1783598400000, 'usr_019f46bfc200700a946b377727dd232f', 'usr_019f46bfc200700a946b377727dd232f', NULL, '203.0.113.7', NULL, 'req_4a8f20fb2427d42f1', '{"by":"sign-up"}');
INSERT INTO "events" (id, type, result, at, actor_id, user_id, session_id, address, user_agent, request_id, data) VALUES ('evt_019f46bfc200700a946b377a38e0d403', 'session.created', 'success', 1783598400000, 'usr_019f46bfc200700a946b377727dd232f', 'usr_019f46bfc200700a946b377727dd232f', 'ses_019f46bfc200700a946b3779a6d104ad', '203.0.113.7', NULL, 'req_4a8f20fb2427d42f1', '{"kind":"token"}');
INSERT INTO "events" (id, type, result, at, actor_id, user_id, session_id, address, user_agent, request_id, data) VALUES ('evt_019f46bfc200700a946b377dce767f08', 'key.rotated', 'success', 1783598400000, NULL, NULL, NULL, NULL, NULL, NULL, '{"keyId":"key_019f46bfc200700a946b377c131588a5"}');
INSERT INTO "events" (id, type, result, at, actor_id, user_id, session_id, address, user_agent, request_id, data) VALUES ('evt_019f46c9d42075219fbe6d09cbcd7fc0', 'session.refreshed', 'success', 1783599060000, 'usr_019f46bfc200700a946b377727dd232f', 'usr_019f46bfc200700a946b377727dd232f', 'ses_019f46bfc200700a946b3779a6d104ad', '203.0.113.7', NULL, 'req_4a8f20fb2427d42f2', '{}');
INSERT INTO "events" (id, type, result, at, actor_id, user_id, session_id, address, user_agent, request_id, data) VALUES ('evt_019f46cabe807205a70b5ef63beda4c6', 'session.created', 'success', 1783599120000, 'usr_019f46bfc200700a946b377727dd232f', 'usr_019f46bfc200700a946b377727dd232f', 'ses_019f46cabe807205a70b5ef5bf9fc3f0', '203.0.113.7', NULL, 'req_4a8f20fb2427d42f3', '{"kind":"token"}');
INSERT INTO "events" (id, type, result, at, actor_id, user_id, session_id, address, user_agent, request_id, data) VALUES ('evt_019f46cabe807205a70b5ef90c96951e', 'session.created', 'success', 1783599120000, 'usr_019f46bfc200700a946b377727dd232f', 'usr_019f46bfc200700a946b377727dd232f', 'ses_019f46cabe807205a70b5ef848587ea4', '203.0.113.7', NULL, 'req_4a8f20fb2427d42f4', '{"kind":"token"}');
INSERT INTO "events" (id, type, result, at, actor_id, user_id, session_id, address, user_agent, request_id, data) VALUES ('evt_019f46cabe807205a70b5efbc7174a3b', 'session.ended', 'success', 1783599120000, 'usr_019f46bfc200700a946b377727dd232f', 'usr_019f46bfc200700a946b377727dd232f', 'ses_019f46cabe807205a70b5ef848587ea4', '203.0.113.7', NULL, 'req_4a8f20fb2427d42f5', '{}');
INSERT INTO "events" (id, type, result, at, actor_id, user_id, session_id, address, user_agent, request_id, data) VALUES ('evt_019f46cabe807205a70b5efcdbaaaa95', 'auth.failed', 'failure', 1783599120000, NULL, 'usr_019f46bfc200700a946b377727dd232f', NULL, '203.0.113.7', NULL, 'req_4a8f20fb2427d42f6', '{"reason":"wrong_password"}');
INSERT INTO "events" (id, type, result, at, actor_id, user_id, session_id, address, user_agent, request_id, data) VALUES ('evt_019f46cabe807205a70b5efe9dde93e7', 'session.created', 'success', 1783599120000, 'usr_019f46bfc200700a946b377727dd232f', 'usr_019f46bfc200700a946b377727dd232f', 'ses_019f46cabe807205a70b5efd14409422', '203.0.113.7', NULL, 'req_4a8f20fb2427d42f7', '{"kind":"cookie"}');
INSERT INTO "events" (id, type, result, at, actor_id, user_id, session_id, address, user_agent, request_id, data) VALUES ('evt_019f46cabe807205a70b5f0067e98e18', 'session.created', 'success', 1783599120000, 'usr_019f46bfc200700a946b37712f4358d0', 'usr_019f46bfc200700a946b37712f4358d0', 'ses_019f46cabe807205a70b5eff4937c5ed', '203.0.113.7', NULL, 'req_4a8f20fb2427d42f8', '{"kind":"token"}');
INSERT INTO "events" (id, type, result, at, actor_id, user_id, session_id, address, user_agent, request_id, data) VALUES ('evt_019f46cabe807205a70b5f035f827aed', 'user.created', 'success', 1783599120000, 'usr_019f46bfc200700a946b37712f4358d0', 'usr_019f46cabe807205a70b5f0266d61290', NULL, '203.0.113.7', NULL, 'req_4a8f20fb2427d42f9', '{"by":"admin","roles":["user"]}');
INSERT INTO "events" (id, type, result, at, actor_id, user_id, session_id, address, user_agent, request_id, data) VALUES ('evt_019f46cabe807205a70b5f04b44f7299', 'user.disabled', 'success', 1783599120000, 'usr_019f46bfc200700a946b37712f4358d0', 'usr_019f46cabe807205a70b5f0266d61290', NULL, '203.0.113.7', NULL, 'req_4a8f20fb2427d42fa', '{}');
INSERT INTO "signing_keys" (id, public_jwk, encrypted_private_jwk, created_at, active_at, retires_at) VALUES ('key_019f46bfc200700a946b377561ebcb97', '{"crv":"Ed25519","kty":"OKP","x":"iwJdqrydDmYQRElrJCla6SYHzUNPSE0uGk5TWY0OiO0","kid":"key_019f46bfc200700a946b377561ebcb97","alg":"EdDSA","use":"sig"}', 'oPhTTP_Ty6OV1nXT.fnKBs5v0mHNzxzso5ndVYvaf5CvQepWNO6NdnbXqvsYnTZ45wyp6ynWK7-AGX2K9_mMNFssi2TQYT5OuDpTgd_mjR1P_kFRsoR85eWHVE2iMY64Q5cwVo1pwSzmbWY_s6PMFnF40RFjMtj1lffzKD1gCY1Ktwyo2S3gdnv6B4pXu_Jr4_EWakluhmAbrXown5w', 1783598400000, 1783598400000, 1783599360000);
INSERT INTO "signing_keys" (id, public_jwk, encrypted_private_jwk, created_at, active_at, retires_at) VALUES ('key_019f46bfc200700a946b377c131588a5', '{"crv":"Ed25519","kty":"OKP","x":"MWPMooG-crrCacZiAHn-XlXldKOSVc1YDqqCHsI_9zQ","kid":"key_019f46bfc200700a946b377c131588a5","alg":"EdDSA","use":"sig"}', 'P-JGgHfTdyfRY1kw.WamQrSkEeu3Cyhde4IAwtMOq_KseDiG1yULRY7l2Bi-M9HLnM80f9ewRLigibPPEgPhMWQGJQIbDcXAePJtMkzYClN_czf-O-2sz0D2chNj3LUt0fVDYXN_P0WwryBE1AEYLOdrT8Pe3WlX5Tm461nAr7dRmor3UouqajJHnPC4Kx4xOYpYIQRy4jUJ5ApW4hQ', 1783598400000, 1783599000000, NULL);
INSERT INTO "session_tokens" (session_id, position, hash, rotated_at, salt, created_at) VALUES ('ses_019f46bfc200700a946b3773e83498a3', 0, '0e908862a76e2ffdc9ca19b2448f8824c4fdc57a76799b97aa33c6bd424c8724', NULL, NULL, 1783598400000);
INSERT INTO "session_tokens" (session_id, position, hash, rotated_at, salt, created_at) VALUES ('ses_019f46bfc200700a946b3779a6d104ad', 0, '40655d14d1cebeb4d05b5a72c6ea87c947deba4c71508f364a08aab82df6d3c0', 1783599060000, '5PbIJZVawEfLpryhIPCcmFygcxGBVn9C0vqgwylQWQM', 1783598400000);
INSERT INTO "session_tokens" (session_id, position, hash, rotated_at, salt, created_at) VALUES ('ses_019f46bfc200700a946b3779a6d104ad', 1, '97923b5b3b0469e301ac7d637325879497cec763dedf2e7d7d4fa0ebba04a797', NULL, NULL, 1783599060000);
INSERT INTO "session_tokens" (session_id, position, hash, rotated_at, salt, created_at) VALUES ('ses_019f46cabe807205a70b5ef5bf9fc3f0', 0, 'c712890fe1eb93b4390a6b787bd900a07eee292b1b8ed1c2d4ec8587ba13544a', NULL, NULL, 1783599120000);
INSERT INTO "session_tokens" (session_id, position, hash, rotated_at, salt, created_at) VALUES ('ses_019f46cabe807205a70b5ef848587ea4', 0, '1640f57ed23315bc9a4f9299269be268e52cb2c860bc32b13c2f6fca5a2a78a4', NULL, NULL, 1783599120000);
INSERT INTO "session_tokens" (session_id, position, hash, rotated_at, salt, created_at) VALUES ('ses_019f46cabe807205a70b5efd14409422', 0, '228a3ab4bec74b841bdc7dcb3af701b26b38b8fe7e1032cb4ee7be5dfbde5a05', NULL, NULL, 1783599120000);
INSERT INTO "session_tokens" (session_id, position, hash, rotated_at, salt, created_at) VALUES ('ses_019f46cabe807205a70b5eff4937c5ed', 0, '5f60cd84a41314e9b111d308c354d65e6970f1067685e635b289192e35fcafd8', NULL, NULL, 1783599120000);
INSERT INTO "sessions" (id, user_id, kind, authenticated_at, last_seen_at, expires_at, ended_at, created_at) VALUES ('ses_019f46bfc200700a946b3773e83498a3', 'usr_019f46bfc200700a946b37712f4358d0', 'token', 1783598400000, 1783598400000, 1786190400000, NULL, 1783598400000);
INSERT INTO "sessions" (id, user_id, kind, authenticated_at, last_seen_at, expires_at, ended_at, created_at) VALUES ('ses_019f46bfc200700a946b3779a6d104ad', 'usr_019f46bfc200700a946b377727dd232f', 'token', 1783598400000, 1783599060000, 1786190400000, NULL, 1783598400000);
INSERT INTO "sessions" (id, user_id, kind, authenticated_at, last_seen_at, expires_at, ended_at, created_at) VALUES ('ses_019f46cabe807205a70b5ef5bf9fc3f0', 'usr_019f46bfc200700a946b377727dd232f', 'token', 1783599120000, 1783599120000, 1786191120000, NULL, 1783599120000);
INSERT INTO "sessions" (id, user_id, kind, authenticated_at, last_seen_at, expires_at, ended_at, created_at) VALUES ('ses_019f46cabe807205a70b5ef848587ea4', 'usr_019f46bfc200700a946b377727dd232f', 'token', 1783599120000, 1783599120000, 1786191120000, 1783599120000, 1783599120000);
INSERT INTO "sessions" (id, user_id, kind, authenticated_at, last_seen_at, expires_at, ended_at, created_at) VALUES ('ses_019f46cabe807205a70b5efd14409422', 'usr_019f46bfc200700a946b377727dd232f', 'cookie', 1783599120000, 1783599120000, 1783685520000, NULL, 1783599120000);
INSERT INTO "sessions" (id, user_id, kind, authenticated_at, last_seen_at, expires_at, ended_at, created_at) VALUES ('ses_019f46cabe807205a70b5eff4937c5ed', 'usr_019f46bfc200700a946b37712f4358d0', 'token', 1783599120000, 1783599120000, 1786191120000, NULL, 1783599120000);
INSERT INTO "user_roles" (user_id, role) VALUES ('usr_019f46bfc200700a946b37712f4358d0', 'admin');
INSERT INTO "user_roles" (user_id, role) VALUES ('usr_019f46bfc200700a946b37712f4358d0', 'user');
INSERT INTO "user_roles" (user_id, role) VALUES ('usr_019f46bfc200700a946b377727dd232f', 'user');
INSERT INTO "user_roles" (user_id, role) VALUES ('usr_019f46cabe807205a70b5f0266d61290', 'user');
INSERT INTO "users" (row_key, id, email, email_key, email_verified, name, status, password_hash, version, created_at, updated_at) VALUES (1, 'usr_019f46bfc200700a946b37712f4358d0', 'admin@example.com', 'admin@example.com', 1, 'Admin', 'active', '$argon2id$v=19$m=19456,t=2,p=1$hrUEqT/K/Eu29T1RloWapANK5yAZ36zhRYftEqWe3T8$4WsG+u+GFCfjdSaBLkQjIAGvwcea6qjctT5C1jXjET8', 1, 1783598400000, 1783598400000);
INSERT INTO "users" (row_key, id, email, email_key, email_verified, name, status, password_hash, version, created_at, updated_at) VALUES (2, 'usr_019f46bfc200700a946b377727dd232f', 'ada@example.com', 'ada@example.com', 0, '', 'active', '$argon2id$v=19$m=19456,t=2,p=1$eX1Z3oBpNNwhzwWxfBk34z1BNw3NlONyhYWbLbqEmiQ$JWqwAtOSrmgQjf6GXuUFyJeskdSJ6qod/kjqQu8LOE4', 1, 1783598400000, 1783598400000);
INSERT INTO "users" (row_key, id, email, email_key, email_verified, name, status, password_hash, version, created_at, updated_at) VALUES (3, 'usr_019f46cabe807205a70b5f0266d61290', 'bob@example.com', 'bob@example.com', 0, 'Bob', 'disabled', NULL, 2, 1783599120000, 1783599120000);
COMMIT;
