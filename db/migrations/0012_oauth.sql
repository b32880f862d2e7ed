CREATE TABLE `client_secrets` (
	`id` text PRIMARY KEY NOT NULL,
	`client_id` text NOT NULL,
	`mac` text NOT NULL,
	`key_id` text NOT NULL,
	`hint` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	FOREIGN KEY (`client_id`) REFERENCES `oauth_clients`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `client_secrets_client` ON `client_secrets` (`client_id`);--> statement-breakpoint
CREATE INDEX `client_secrets_expires` ON `client_secrets` (`expires_at`) WHERE "client_secrets"."expires_at" IS NOT NULL;--> statement-breakpoint
CREATE TABLE `device_codes` (
	`hash` text PRIMARY KEY NOT NULL,
	`user_code_mac` text NOT NULL,
	`client_id` text NOT NULL,
	`scopes` text NOT NULL,
	`details` text NOT NULL,
	`state` text NOT NULL,
	`user_id` text,
	`grant_id` text,
	`session_id` text,
	`org_id` text,
	`authenticated_at` integer,
	`amr` text,
	`polled_at` integer,
	`interval_seconds` integer NOT NULL,
	`address` text,
	`user_agent` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`trust_epoch` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`client_id`) REFERENCES `oauth_clients`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `device_codes_user_code` ON `device_codes` (`user_code_mac`);--> statement-breakpoint
CREATE INDEX `device_codes_client` ON `device_codes` (`client_id`);--> statement-breakpoint
CREATE INDEX `device_codes_user` ON `device_codes` (`user_id`);--> statement-breakpoint
CREATE INDEX `device_codes_expires` ON `device_codes` (`expires_at`);--> statement-breakpoint
CREATE TABLE `family_tokens` (
	`family_id` text NOT NULL,
	`position` integer NOT NULL,
	`hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`rotated_at` integer,
	PRIMARY KEY(`family_id`, `position`),
	FOREIGN KEY (`family_id`) REFERENCES `token_families`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `family_tokens_hash` ON `family_tokens` (`hash`);--> statement-breakpoint
CREATE TABLE `grants` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`client_id` text NOT NULL,
	`scopes` text NOT NULL,
	`details` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`ended_at` integer,
	`trust_epoch` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`client_id`) REFERENCES `oauth_clients`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `grants_living` ON `grants` (`user_id`,`client_id`) WHERE "grants"."ended_at" IS NULL;--> statement-breakpoint
CREATE INDEX `grants_user` ON `grants` (`user_id`,`id`);--> statement-breakpoint
CREATE INDEX `grants_client` ON `grants` (`client_id`);--> statement-breakpoint
CREATE INDEX `grants_ended` ON `grants` (`ended_at`) WHERE "grants"."ended_at" IS NOT NULL;--> statement-breakpoint
CREATE TABLE `id_token_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`public_jwk` text NOT NULL,
	`encrypted_private_jwk` text NOT NULL,
	`created_at` integer NOT NULL,
	`active_at` integer NOT NULL,
	`retires_at` integer,
	`needed_until` integer,
	`revoked_at` integer,
	`alg` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `logout_notices` (
	`id` text PRIMARY KEY NOT NULL,
	`client_id` text NOT NULL,
	`user_id` text NOT NULL,
	`sid` text NOT NULL,
	`created_at` integer NOT NULL,
	`delivered_at` integer,
	FOREIGN KEY (`client_id`) REFERENCES `oauth_clients`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `logout_notices_session` ON `logout_notices` (`sid`,`client_id`);--> statement-breakpoint
CREATE INDEX `logout_notices_client` ON `logout_notices` (`client_id`);--> statement-breakpoint
CREATE INDEX `logout_notices_created` ON `logout_notices` (`created_at`);--> statement-breakpoint
CREATE TABLE `oauth_clients` (
	`id` text PRIMARY KEY NOT NULL,
	`source` text NOT NULL,
	`org_id` text,
	`name` text NOT NULL,
	`status` text NOT NULL,
	`first_party` integer NOT NULL,
	`redirect_uris` text NOT NULL,
	`post_logout_redirect_uris` text NOT NULL,
	`grant_types` text NOT NULL,
	`auth_method` text NOT NULL,
	`jwks` text,
	`jwks_uri` text,
	`scopes` text,
	`audiences` text,
	`subject_type` text NOT NULL,
	`sector` text,
	`id_token_alg` text NOT NULL,
	`requires_pushed_requests` integer NOT NULL,
	`requires_dpop` integer NOT NULL,
	`backchannel_logout_uri` text,
	`service_account_id` text,
	`about` text NOT NULL,
	`registration_token_hash` text,
	`created_by` text,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`expires_at` integer,
	FOREIGN KEY (`org_id`) REFERENCES `organisations`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`service_account_id`) REFERENCES `service_accounts`(`id`) ON UPDATE no action ON DELETE set null
) STRICT;
--> statement-breakpoint
CREATE INDEX `oauth_clients_org` ON `oauth_clients` (`org_id`,`id`);--> statement-breakpoint
CREATE INDEX `oauth_clients_service_account` ON `oauth_clients` (`service_account_id`);--> statement-breakpoint
CREATE INDEX `oauth_clients_expires` ON `oauth_clients` (`expires_at`) WHERE "oauth_clients"."expires_at" IS NOT NULL;--> statement-breakpoint
CREATE TABLE `pairwise_sectors` (
	`host` text PRIMARY KEY NOT NULL,
	`salt` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `pushed_requests` (
	`hash` text PRIMARY KEY NOT NULL,
	`client_id` text NOT NULL,
	`parameters` text NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`client_id`) REFERENCES `oauth_clients`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `pushed_requests_expires` ON `pushed_requests` (`expires_at`);--> statement-breakpoint
CREATE INDEX `pushed_requests_client` ON `pushed_requests` (`client_id`);--> statement-breakpoint
CREATE TABLE `resources` (
	`id` text PRIMARY KEY NOT NULL,
	`audience` text NOT NULL,
	`name` text NOT NULL,
	`org_id` text,
	`scopes` text NOT NULL,
	`detail_types` text NOT NULL,
	`access_ttl_seconds` integer,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `organisations`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `resources_audience` ON `resources` (`audience`);--> statement-breakpoint
CREATE INDEX `resources_org` ON `resources` (`org_id`,`id`);--> statement-breakpoint
CREATE TABLE `revoked_tokens` (
	`jti` text PRIMARY KEY NOT NULL,
	`expires_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `revoked_tokens_expires` ON `revoked_tokens` (`expires_at`);--> statement-breakpoint
CREATE TABLE `token_families` (
	`id` text PRIMARY KEY NOT NULL,
	`grant_id` text NOT NULL,
	`user_id` text NOT NULL,
	`client_id` text NOT NULL,
	`origin_hash` text NOT NULL,
	`session_id` text,
	`sid` text,
	`offline` integer NOT NULL,
	`scopes` text NOT NULL,
	`details` text NOT NULL,
	`claims` text,
	`org_id` text,
	`authenticated_at` integer NOT NULL,
	`amr` text NOT NULL,
	`jkt` text,
	`created_at` integer NOT NULL,
	`last_used_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`ended_at` integer,
	`trust_epoch` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`grant_id`) REFERENCES `grants`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`client_id`) REFERENCES `oauth_clients`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `token_families_origin` ON `token_families` (`origin_hash`);--> statement-breakpoint
CREATE INDEX `token_families_grant` ON `token_families` (`grant_id`);--> statement-breakpoint
CREATE INDEX `token_families_user` ON `token_families` (`user_id`);--> statement-breakpoint
CREATE INDEX `token_families_client` ON `token_families` (`client_id`);--> statement-breakpoint
CREATE INDEX `token_families_session` ON `token_families` (`session_id`);--> statement-breakpoint
CREATE INDEX `token_families_expires` ON `token_families` (`expires_at`);--> statement-breakpoint
ALTER TABLE `signing_keys` ADD `revoked_at` integer;--> statement-breakpoint
ALTER TABLE `sessions` ADD `renewed_by` text;--> statement-breakpoint
-- Whatever ends a session: the clients that hold tokens of it are told (OpenID Connect Back-Channel Logout 1.0).
CREATE TRIGGER `sessions_end` AFTER UPDATE OF `ended_at` ON `sessions` WHEN NEW.`ended_at` IS NOT NULL AND OLD.`ended_at` IS NULL AND NEW.`renewed_by` IS NULL BEGIN
	INSERT OR IGNORE INTO `logout_notices` (`id`, `client_id`, `user_id`, `sid`, `created_at`)
		SELECT printf('lgt_%012x', NEW.`ended_at`) || lower(hex(randomblob(10))), family.`client_id`, family.`user_id`, family.`sid`, NEW.`ended_at`
		FROM `token_families` AS family JOIN `oauth_clients` AS client ON client.`id` = family.`client_id`
		WHERE family.`session_id` = NEW.`id` AND family.`sid` IS NOT NULL AND client.`backchannel_logout_uri` IS NOT NULL;
END;--> statement-breakpoint
-- A step-up replaces a session by another one: the tokens of clients go on with it.
CREATE TRIGGER `sessions_renew` AFTER UPDATE OF `ended_at` ON `sessions` WHEN NEW.`ended_at` IS NOT NULL AND OLD.`ended_at` IS NULL AND NEW.`renewed_by` IS NOT NULL BEGIN
	UPDATE `token_families` SET `session_id` = NEW.`renewed_by` WHERE `session_id` = NEW.`id`;
	UPDATE `device_codes` SET `session_id` = NEW.`renewed_by` WHERE `session_id` = NEW.`id` AND `state` = 'approved';
END;--> statement-breakpoint
-- An account that is deleted takes its sessions and tokens with it, so its clients are told before.
CREATE TRIGGER `users_delete` BEFORE DELETE ON `users` BEGIN
	INSERT OR IGNORE INTO `logout_notices` (`id`, `client_id`, `user_id`, `sid`, `created_at`)
		SELECT printf('lgt_%012x', session.`last_seen_at`) || lower(hex(randomblob(10))), family.`client_id`, family.`user_id`, family.`sid`, session.`last_seen_at`
		FROM `token_families` AS family JOIN `oauth_clients` AS client ON client.`id` = family.`client_id` JOIN `sessions` AS session ON session.`id` = family.`session_id`
		WHERE family.`user_id` = OLD.`id` AND session.`ended_at` IS NULL AND family.`sid` IS NOT NULL AND client.`backchannel_logout_uri` IS NOT NULL;
END;--> statement-breakpoint
CREATE TRIGGER `logout_notices_queue` AFTER INSERT ON `logout_notices` BEGIN
	INSERT INTO `jobs` (`id`, `kind`, `state`, `attempts`, `run_at`, `created_at`)
		VALUES ('job_' || substr(NEW.`id`, 5), 'backchannel-logout', 'pending', 0, NEW.`created_at`, NEW.`created_at`);
END;
