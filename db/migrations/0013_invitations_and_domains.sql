CREATE TABLE `org_departures` (
	`org_id` text NOT NULL,
	`user_id` text NOT NULL,
	PRIMARY KEY(`org_id`, `user_id`),
	FOREIGN KEY (`org_id`) REFERENCES `organisations`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `org_departures_user` ON `org_departures` (`user_id`,`org_id`);--> statement-breakpoint
ALTER TABLE `org_domains` ADD `missed_checks` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `org_domains_checked` ON `org_domains` (`checked_at`) WHERE verified_at IS NOT NULL;--> statement-breakpoint
CREATE TRIGGER `org_members_left` AFTER DELETE ON `org_members`
WHEN EXISTS (SELECT 1 FROM `organisations` WHERE `id` = OLD.`org_id`) AND EXISTS (SELECT 1 FROM `users` WHERE `id` = OLD.`user_id`) BEGIN
	INSERT OR IGNORE INTO `org_departures` (`org_id`, `user_id`) VALUES (OLD.`org_id`, OLD.`user_id`);
	UPDATE `invitations` SET `revoked_at` = `sent_at` WHERE `org_id` = OLD.`org_id` AND `email_key` = (SELECT `email_key` FROM `users` WHERE `id` = OLD.`user_id`) AND `accepted_at` IS NULL AND `revoked_at` IS NULL;
END;
