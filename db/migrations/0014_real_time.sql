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
	`created_at` integer NOT NULL,
	`finished_at` integer,
	FOREIGN KEY (`webhook_id`) REFERENCES `webhooks`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `webhook_deliveries_id` ON `webhook_deliveries` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `webhook_deliveries_event` ON `webhook_deliveries` (`webhook_id`,`event_id`) WHERE cause = 'event';--> statement-breakpoint
CREATE INDEX `webhook_deliveries_list` ON `webhook_deliveries` (`webhook_id`,`id`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_due` ON `webhook_deliveries` (`webhook_id`,`due_at`) WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX `webhook_deliveries_subject` ON `webhook_deliveries` (`webhook_id`,`subject`,`position`) WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX `webhook_deliveries_leased` ON `webhook_deliveries` (`webhook_id`,`due_at`) WHERE lease IS NOT NULL;--> statement-breakpoint
CREATE TABLE `webhooks` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text,
	`url` text NOT NULL,
	`description` text NOT NULL,
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
