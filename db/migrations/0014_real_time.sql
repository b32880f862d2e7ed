CREATE TABLE `actions` (
	`id` text PRIMARY KEY NOT NULL,
	`trigger` text NOT NULL,
	`url` text NOT NULL,
	`name` text NOT NULL,
	`enabled` integer NOT NULL,
	`on_failure` text NOT NULL,
	`timeout_ms` integer NOT NULL,
	`secret` text NOT NULL,
	`previous_secret` text,
	`previous_until` integer,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `actions_trigger` ON `actions` (`trigger`,`id`);--> statement-breakpoint
CREATE TABLE `notification_digests` (
	`user_id` text PRIMARY KEY NOT NULL,
	`sent_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `notification_preferences` (
	`user_id` text NOT NULL,
	`kind` text NOT NULL,
	`delivery` text NOT NULL,
	PRIMARY KEY(`user_id`, `kind`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `notification_recipients` (
	`user_id` text NOT NULL,
	`notification_id` text NOT NULL,
	`read_at` integer,
	`mail_at` integer,
	PRIMARY KEY(`user_id`, `notification_id`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`notification_id`) REFERENCES `notifications`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `notification_recipients_of` ON `notification_recipients` (`notification_id`);--> statement-breakpoint
CREATE INDEX `notification_recipients_unread` ON `notification_recipients` (`user_id`,`notification_id`) WHERE "notification_recipients"."read_at" IS NULL;--> statement-breakpoint
CREATE INDEX `notification_recipients_mail` ON `notification_recipients` (`mail_at`,`user_id`) WHERE "notification_recipients"."mail_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX `notification_recipients_waiting` ON `notification_recipients` (`user_id`) WHERE "notification_recipients"."mail_at" IS NOT NULL;--> statement-breakpoint
CREATE TABLE `notifications` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`title` text NOT NULL,
	`body` text,
	`data` text,
	`targets` text NOT NULL,
	`org_id` text,
	`actor_id` text NOT NULL,
	`acting_for` text,
	`state` text NOT NULL,
	`turn` text NOT NULL,
	`recipients` integer NOT NULL,
	`created_at` integer NOT NULL,
	`finished_at` integer,
	`expires_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `notifications_org` ON `notifications` (`org_id`,`id`);--> statement-breakpoint
CREATE INDEX `notifications_expires` ON `notifications` (`expires_at`);--> statement-breakpoint
CREATE INDEX `notifications_sending` ON `notifications` (`actor_id`) WHERE "notifications"."finished_at" IS NULL;--> statement-breakpoint
CREATE TABLE `revocations` (
	`seq` integer PRIMARY KEY NOT NULL,
	`nonce` text DEFAULT (lower(hex(randomblob(8)))) NOT NULL,
	`subject` text NOT NULL,
	`restored` integer DEFAULT false NOT NULL,
	`noted_at` integer NOT NULL,
	`effective_at` integer,
	`lives_until` integer
) STRICT;
--> statement-breakpoint
CREATE INDEX `revocations_subject` ON `revocations` (`subject`);--> statement-breakpoint
CREATE TABLE `webhook_deliveries` (
	`position` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`webhook_id` text NOT NULL,
	`event_id` text NOT NULL,
	`event_type` text NOT NULL,
	`subject` text NOT NULL,
	`cause` text NOT NULL,
	`state` text NOT NULL,
	`attempts` integer NOT NULL,
	`due_at` integer NOT NULL,
	`lease` text,
	`body` text,
	`tries` text NOT NULL,
	`answer` text,
	`replay_key` text,
	`created_at` integer NOT NULL,
	`finished_at` integer,
	FOREIGN KEY (`webhook_id`) REFERENCES `webhooks`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `webhook_deliveries_id` ON `webhook_deliveries` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `webhook_deliveries_event` ON `webhook_deliveries` (`webhook_id`,`event_id`) WHERE cause = 'event';--> statement-breakpoint
CREATE UNIQUE INDEX `webhook_deliveries_replay` ON `webhook_deliveries` (`replay_key`) WHERE replay_key IS NOT NULL;--> statement-breakpoint
CREATE INDEX `webhook_deliveries_list` ON `webhook_deliveries` (`webhook_id`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_due` ON `webhook_deliveries` (`webhook_id`,`due_at`) WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX `webhook_deliveries_subject` ON `webhook_deliveries` (`webhook_id`,`subject`,`position`) WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX `webhook_deliveries_leased` ON `webhook_deliveries` (`webhook_id`,`due_at`) WHERE lease IS NOT NULL;--> statement-breakpoint
CREATE TABLE `webhooks` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text,
	`url` text NOT NULL,
	`name` text NOT NULL,
	`events` text NOT NULL,
	`patterns` text NOT NULL,
	`format` text NOT NULL,
	`payload_version` text NOT NULL,
	`status` text NOT NULL,
	`disabled_reason` text,
	`secret` text NOT NULL,
	`previous_secret` text,
	`previous_until` integer,
	`failures` integer NOT NULL,
	`failing_since` integer,
	`resume_at` integer NOT NULL,
	`delivered_at` integer,
	`created_by` text,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `organisations`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `webhooks_org` ON `webhooks` (`org_id`,`id`);--> statement-breakpoint
CREATE INDEX `webhooks_active` ON `webhooks` (`org_id`) WHERE status = 'active';--> statement-breakpoint
-- Revocations: what ends sessions, tokens and keys before they expire. See db/tables/revocations.ts.
CREATE TRIGGER `revoke_session` AFTER UPDATE OF `ended_at` ON `sessions` WHEN NEW.`ended_at` IS NOT NULL AND OLD.`ended_at` IS NULL BEGIN
	INSERT INTO `revocations` (`subject`, `noted_at`) VALUES (NEW.`id`, NEW.`ended_at`);
	-- Tokens of clients that end with the session. After a step-up they go on with the new one.
	INSERT INTO `revocations` (`subject`, `noted_at`)
		SELECT family.`id`, NEW.`ended_at` FROM `token_families` AS family
		WHERE NEW.`renewed_by` IS NULL AND family.`session_id` = NEW.`id` AND family.`offline` = 0 AND family.`ended_at` IS NULL;
END;--> statement-breakpoint
CREATE TRIGGER `revoke_family` AFTER UPDATE OF `ended_at` ON `token_families` WHEN NEW.`ended_at` IS NOT NULL AND OLD.`ended_at` IS NULL BEGIN
	INSERT INTO `revocations` (`subject`, `noted_at`) VALUES (NEW.`id`, NEW.`ended_at`);
END;--> statement-breakpoint
CREATE TRIGGER `revoke_grant` AFTER UPDATE OF `ended_at` ON `grants` WHEN NEW.`ended_at` IS NOT NULL AND OLD.`ended_at` IS NULL BEGIN
	INSERT INTO `revocations` (`subject`, `noted_at`) VALUES (NEW.`id`, NEW.`ended_at`);
END;--> statement-breakpoint
-- With its account or its client. A token with a pairwise subject names neither the account nor, after an exchange, the client.
CREATE TRIGGER `revoke_deleted_grant` AFTER DELETE ON `grants` WHEN OLD.`ended_at` IS NULL BEGIN
	INSERT INTO `revocations` (`subject`, `noted_at`) VALUES (OLD.`id`, unixepoch() * 1000);
END;--> statement-breakpoint
CREATE TRIGGER `revoke_token` AFTER INSERT ON `revoked_tokens` BEGIN
	INSERT INTO `revocations` (`subject`, `noted_at`, `lives_until`) VALUES (NEW.`jti`, unixepoch() * 1000, NEW.`expires_at`);
END;--> statement-breakpoint
-- Only signed keys are verified offline. A text that was signed says when it expires, so an earlier end must be told.
CREATE TRIGGER `revoke_api_key` AFTER UPDATE OF `revoked_at`, `expires_at` ON `api_keys`
	WHEN NEW.`form` = 'signed' AND (NEW.`revoked_at` IS NOT NULL AND OLD.`revoked_at` IS NULL OR NEW.`revoked_at` IS NULL AND NEW.`expires_at` < OLD.`expires_at`) BEGIN
	INSERT INTO `revocations` (`subject`, `noted_at`, `effective_at`, `lives_until`)
		VALUES (NEW.`id`, coalesce(NEW.`revoked_at`, unixepoch() * 1000), CASE WHEN NEW.`revoked_at` IS NULL THEN NEW.`expires_at` END,
			max(OLD.`expires_at`, coalesce((SELECT max(told.`lives_until`) FROM `revocations` AS told WHERE told.`subject` = NEW.`id`), 0)));
END;--> statement-breakpoint
CREATE TRIGGER `revoke_deleted_api_key` AFTER DELETE ON `api_keys` WHEN OLD.`form` = 'signed' AND OLD.`revoked_at` IS NULL BEGIN
	INSERT INTO `revocations` (`subject`, `noted_at`, `lives_until`) VALUES (OLD.`id`, unixepoch() * 1000, OLD.`expires_at`);
END;--> statement-breakpoint
CREATE TRIGGER `revoke_signing_key` AFTER UPDATE OF `revoked_at` ON `signing_keys` WHEN NEW.`revoked_at` IS NOT NULL AND OLD.`revoked_at` IS NULL BEGIN
	INSERT INTO `revocations` (`subject`, `noted_at`, `lives_until`) VALUES (NEW.`id`, NEW.`revoked_at`, nullif(max(coalesce(OLD.`needed_until`, 0), coalesce(OLD.`retires_at`, 0)), 0));
END;--> statement-breakpoint
CREATE TRIGGER `revoke_user` AFTER UPDATE OF `status` ON `users` WHEN NEW.`status` <> 'active' AND OLD.`status` = 'active' BEGIN
	INSERT INTO `revocations` (`subject`, `noted_at`, `lives_until`)
		VALUES (NEW.`id`, max(NEW.`updated_at`, unixepoch() * 1000), (SELECT max(held.`expires_at`) FROM `api_keys` AS held WHERE held.`user_id` = NEW.`id` AND held.`form` = 'signed'));
	-- Tokens with a pairwise subject do not name the account.
	INSERT INTO `revocations` (`subject`, `noted_at`) SELECT held.`id`, max(NEW.`updated_at`, unixepoch() * 1000) FROM `grants` AS held WHERE held.`user_id` = NEW.`id` AND held.`ended_at` IS NULL;
END;--> statement-breakpoint
CREATE TRIGGER `restore_user` AFTER UPDATE OF `status` ON `users` WHEN NEW.`status` = 'active' AND OLD.`status` <> 'active' BEGIN
	INSERT INTO `revocations` (`subject`, `restored`, `noted_at`, `lives_until`)
		SELECT told.`subject`, 1, max(NEW.`updated_at`, unixepoch() * 1000), max(told.`lives_until`) FROM `revocations` AS told
		WHERE told.`subject` = NEW.`id` OR told.`subject` IN (SELECT held.`id` FROM `grants` AS held WHERE held.`user_id` = NEW.`id` AND held.`ended_at` IS NULL)
		GROUP BY told.`subject`;
END;--> statement-breakpoint
CREATE TRIGGER `revoke_deleted_user` BEFORE DELETE ON `users` BEGIN
	INSERT INTO `revocations` (`subject`, `noted_at`, `lives_until`)
		VALUES (OLD.`id`, unixepoch() * 1000, (SELECT max(held.`expires_at`) FROM `api_keys` AS held WHERE held.`user_id` = OLD.`id` AND held.`form` = 'signed'));
END;--> statement-breakpoint
-- A proof of the address ends what strangers had made before (ADR 0012). The rows count no more, whether or not they are marked.
CREATE TRIGGER `revoke_untrusted` AFTER UPDATE OF `trusted_from` ON `users` WHEN NEW.`trusted_from` > OLD.`trusted_from` BEGIN
	INSERT INTO `revocations` (`subject`, `noted_at`) SELECT held.`id`, max(NEW.`updated_at`, unixepoch() * 1000) FROM `sessions` AS held
		WHERE held.`user_id` = NEW.`id` AND held.`ended_at` IS NULL AND held.`trust_epoch` < NEW.`trusted_from` AND held.`trust_epoch` >= OLD.`trusted_from`;
	INSERT INTO `revocations` (`subject`, `noted_at`) SELECT held.`id`, max(NEW.`updated_at`, unixepoch() * 1000) FROM `token_families` AS held
		WHERE held.`user_id` = NEW.`id` AND held.`ended_at` IS NULL AND held.`trust_epoch` < NEW.`trusted_from` AND held.`trust_epoch` >= OLD.`trusted_from`;
	INSERT INTO `revocations` (`subject`, `noted_at`) SELECT held.`id`, max(NEW.`updated_at`, unixepoch() * 1000) FROM `grants` AS held
		WHERE held.`user_id` = NEW.`id` AND held.`ended_at` IS NULL AND held.`trust_epoch` < NEW.`trusted_from` AND held.`trust_epoch` >= OLD.`trusted_from`;
	INSERT INTO `revocations` (`subject`, `noted_at`, `lives_until`) SELECT held.`id`, max(NEW.`updated_at`, unixepoch() * 1000), held.`expires_at` FROM `api_keys` AS held
		WHERE held.`user_id` = NEW.`id` AND held.`form` = 'signed' AND held.`revoked_at` IS NULL AND held.`trust_epoch` < NEW.`trusted_from` AND held.`trust_epoch` >= OLD.`trusted_from`;
END;--> statement-breakpoint
CREATE TRIGGER `revoke_service_account` AFTER UPDATE OF `status` ON `service_accounts` WHEN NEW.`status` <> 'active' AND OLD.`status` = 'active' BEGIN
	INSERT INTO `revocations` (`subject`, `noted_at`, `lives_until`)
		VALUES (NEW.`id`, max(NEW.`updated_at`, unixepoch() * 1000), (SELECT max(held.`expires_at`) FROM `api_keys` AS held WHERE held.`service_account_id` = NEW.`id` AND held.`form` = 'signed'));
END;--> statement-breakpoint
CREATE TRIGGER `restore_service_account` AFTER UPDATE OF `status` ON `service_accounts` WHEN NEW.`status` = 'active' AND OLD.`status` <> 'active' BEGIN
	INSERT INTO `revocations` (`subject`, `restored`, `noted_at`, `lives_until`)
		SELECT told.`subject`, 1, max(NEW.`updated_at`, unixepoch() * 1000), max(told.`lives_until`) FROM `revocations` AS told WHERE told.`subject` = NEW.`id` GROUP BY told.`subject`;
END;--> statement-breakpoint
CREATE TRIGGER `revoke_deleted_service_account` BEFORE DELETE ON `service_accounts` BEGIN
	INSERT INTO `revocations` (`subject`, `noted_at`, `lives_until`)
		VALUES (OLD.`id`, unixepoch() * 1000, (SELECT max(held.`expires_at`) FROM `api_keys` AS held WHERE held.`service_account_id` = OLD.`id` AND held.`form` = 'signed'));
END;--> statement-breakpoint
CREATE TRIGGER `revoke_client` AFTER UPDATE OF `status` ON `oauth_clients` WHEN NEW.`status` <> 'active' AND OLD.`status` = 'active' BEGIN
	INSERT INTO `revocations` (`subject`, `noted_at`) VALUES (NEW.`id`, max(NEW.`updated_at`, unixepoch() * 1000));
END;--> statement-breakpoint
CREATE TRIGGER `restore_client` AFTER UPDATE OF `status` ON `oauth_clients` WHEN NEW.`status` = 'active' AND OLD.`status` <> 'active' BEGIN
	INSERT INTO `revocations` (`subject`, `restored`, `noted_at`)
		SELECT told.`subject`, 1, max(NEW.`updated_at`, unixepoch() * 1000) FROM `revocations` AS told WHERE told.`subject` = NEW.`id` GROUP BY told.`subject`;
END;--> statement-breakpoint
CREATE TRIGGER `revoke_deleted_client` AFTER DELETE ON `oauth_clients` BEGIN
	INSERT INTO `revocations` (`subject`, `noted_at`) VALUES (OLD.`id`, unixepoch() * 1000);
END;--> statement-breakpoint
-- The clients of an organisation end with it, and their tokens need not name it.
CREATE TRIGGER `revoke_organisation` AFTER UPDATE OF `deleted_at` ON `organisations` WHEN NEW.`deleted_at` IS NOT NULL AND OLD.`deleted_at` IS NULL BEGIN
	INSERT INTO `revocations` (`subject`, `noted_at`, `lives_until`)
		VALUES (NEW.`id`, NEW.`deleted_at`, (SELECT max(held.`expires_at`) FROM `api_keys` AS held WHERE held.`org_id` = NEW.`id` AND held.`form` = 'signed'));
	INSERT INTO `revocations` (`subject`, `noted_at`) SELECT client.`id`, NEW.`deleted_at` FROM `oauth_clients` AS client WHERE client.`org_id` = NEW.`id` AND client.`status` = 'active';
END;--> statement-breakpoint
CREATE TRIGGER `restore_organisation` AFTER UPDATE OF `deleted_at` ON `organisations` WHEN NEW.`deleted_at` IS NULL AND OLD.`deleted_at` IS NOT NULL BEGIN
	INSERT INTO `revocations` (`subject`, `restored`, `noted_at`, `lives_until`)
		SELECT told.`subject`, 1, max(NEW.`updated_at`, unixepoch() * 1000), max(told.`lives_until`) FROM `revocations` AS told
		WHERE told.`subject` = NEW.`id` OR told.`subject` IN (SELECT client.`id` FROM `oauth_clients` AS client WHERE client.`org_id` = NEW.`id` AND client.`status` = 'active')
		GROUP BY told.`subject`;
END;--> statement-breakpoint
CREATE TRIGGER `revoke_deleted_organisation` BEFORE DELETE ON `organisations` WHEN OLD.`deleted_at` IS NULL BEGIN
	INSERT INTO `revocations` (`subject`, `noted_at`, `lives_until`)
		VALUES (OLD.`id`, unixepoch() * 1000, (SELECT max(held.`expires_at`) FROM `api_keys` AS held WHERE held.`org_id` = OLD.`id` AND held.`form` = 'signed'));
END;--> statement-breakpoint
-- Not with its account or its organisation, which are told already.
CREATE TRIGGER `revoke_membership` AFTER DELETE ON `org_members`
	WHEN EXISTS (SELECT 1 FROM `organisations` AS left_org WHERE left_org.`id` = OLD.`org_id`) AND EXISTS (SELECT 1 FROM `users` AS leaver WHERE leaver.`id` = OLD.`user_id`) BEGIN
	INSERT INTO `revocations` (`subject`, `noted_at`, `lives_until`)
		VALUES (OLD.`user_id` || ' ' || OLD.`org_id`, unixepoch() * 1000,
			(SELECT max(held.`expires_at`) FROM `api_keys` AS held WHERE held.`user_id` = OLD.`user_id` AND held.`org_id` = OLD.`org_id` AND held.`form` = 'signed'));
END;--> statement-breakpoint
CREATE TRIGGER `restore_membership` AFTER INSERT ON `org_members` BEGIN
	INSERT INTO `revocations` (`subject`, `restored`, `noted_at`, `lives_until`)
		SELECT told.`subject`, 1, NEW.`joined_at`, max(told.`lives_until`) FROM `revocations` AS told WHERE told.`subject` = NEW.`user_id` || ' ' || NEW.`org_id` GROUP BY told.`subject`;
END;
--> statement-breakpoint
CREATE TRIGGER `notification_recipients_gone` AFTER DELETE ON `notification_recipients` BEGIN
  DELETE FROM `notifications` WHERE `id` = OLD.`notification_id` AND `finished_at` IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM `notification_recipients` AS `left_over` WHERE `left_over`.`notification_id` = OLD.`notification_id`);
END;
--> statement-breakpoint
-- An event and what is sent of it are one transaction. `due_at` 9007199254740991: an earlier delivery of this subject waits.
CREATE TRIGGER `events_deliver` AFTER INSERT ON `events` WHEN EXISTS (SELECT 1 FROM `webhooks` WHERE status = 'active') BEGIN
	INSERT INTO `webhook_deliveries` (`id`, `webhook_id`, `event_id`, `event_type`, `subject`, `cause`, `state`, `attempts`, `due_at`, `tries`, `created_at`)
		SELECT printf('dlv_%012x', NEW.`at`) || lower(hex(randomblob(10))), target.`id`, NEW.`id`, NEW.`type`, coalesce(NEW.`user_id`, NEW.`org_id`, ''), 'event', 'pending', 0,
			CASE WHEN EXISTS (SELECT 1 FROM `webhook_deliveries` AS earlier WHERE earlier.`webhook_id` = target.`id` AND earlier.`subject` = coalesce(NEW.`user_id`, NEW.`org_id`, '') AND earlier.state = 'pending')
				THEN 9007199254740991 ELSE NEW.`at` END, '[]', NEW.`at`
		FROM (SELECT `id`, `patterns` FROM `webhooks` WHERE status = 'active' AND `org_id` IS NULL
			UNION ALL SELECT `id`, `patterns` FROM `webhooks` WHERE status = 'active' AND `org_id` = NEW.`org_id`) AS target
		WHERE EXISTS (SELECT 1 FROM json_each(target.`patterns`) AS pattern WHERE NEW.`type` GLOB pattern.value);
END;--> statement-breakpoint
-- A worker sends what is due. One job is enough for all that is due when it begins.
CREATE TRIGGER `webhook_deliveries_queue` AFTER INSERT ON `webhook_deliveries`
WHEN NEW.`due_at` <= NEW.`created_at` AND NOT EXISTS (SELECT 1 FROM `jobs` WHERE `kind` = 'send-webhooks' AND `state` = 'pending' AND `lease` IS NULL AND `run_at` <= NEW.`created_at`) BEGIN
	INSERT INTO `jobs` (`id`, `kind`, `state`, `attempts`, `run_at`, `created_at`)
		VALUES ('job_' || substr(NEW.`id`, 5), 'send-webhooks', 'pending', 0, NEW.`created_at`, NEW.`created_at`);
END;
