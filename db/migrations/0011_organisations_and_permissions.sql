CREATE TABLE `app_permissions` (
	`name` text PRIMARY KEY NOT NULL,
	`description` text NOT NULL,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `custom_roles` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text,
	`name` text NOT NULL,
	`permissions` text NOT NULL,
	`inherits` text,
	`mfa_required` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `organisations`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `custom_roles_org` ON `custom_roles` (`org_id`,`name`);--> statement-breakpoint
CREATE UNIQUE INDEX `custom_roles_instance` ON `custom_roles` (`name`) WHERE org_id IS NULL;--> statement-breakpoint
CREATE TABLE `decisions` (
	`id` text PRIMARY KEY NOT NULL,
	`actor_id` text,
	`owner_id` text,
	`org_id` text,
	`record` text NOT NULL,
	`expires_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `decisions_expires` ON `decisions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `policies` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text,
	`name` text NOT NULL,
	`effect` text NOT NULL,
	`permissions` text NOT NULL,
	`resource_type` text,
	`condition` text NOT NULL,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `organisations`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `policies_org` ON `policies` (`org_id`,`name`);--> statement-breakpoint
CREATE UNIQUE INDEX `policies_instance` ON `policies` (`name`) WHERE org_id IS NULL;--> statement-breakpoint
CREATE INDEX `policies_resource_type` ON `policies` (`resource_type`);--> statement-breakpoint
CREATE TABLE `resource_types` (
	`name` text PRIMARY KEY NOT NULL,
	`attributes` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `bulk_actions` (
	`id` text PRIMARY KEY NOT NULL,
	`action` text NOT NULL,
	`role` text,
	`filtered_by` text NOT NULL,
	`state` text NOT NULL,
	`reason` text,
	`actor_id` text,
	`org_id` text,
	`request_id` text,
	`turn` text NOT NULL,
	`cursor` text NOT NULL,
	`up_to` text NOT NULL,
	`total` integer,
	`done` integer NOT NULL,
	`changed` integer NOT NULL,
	`failed` integer NOT NULL,
	`created_at` integer NOT NULL,
	`finished_at` integer
) STRICT;
--> statement-breakpoint
CREATE INDEX `bulk_actions_finished` ON `bulk_actions` (`finished_at`);--> statement-breakpoint
CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`form` text NOT NULL,
	`name` text NOT NULL,
	`hash` text,
	`hint` text NOT NULL,
	`user_id` text,
	`service_account_id` text,
	`org_id` text,
	`created_by` text,
	`roles` text,
	`scopes` text NOT NULL,
	`networks` text,
	`requests_per_minute` integer,
	`metadata` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`revoked_at` integer,
	`last_used_at` integer,
	`replaces` text,
	`trust_epoch` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`service_account_id`) REFERENCES `service_accounts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`org_id`) REFERENCES `organisations`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_hash` ON `api_keys` (`hash`);--> statement-breakpoint
CREATE INDEX `api_keys_user` ON `api_keys` (`user_id`,`id`);--> statement-breakpoint
CREATE INDEX `api_keys_service_account` ON `api_keys` (`service_account_id`,`id`);--> statement-breakpoint
CREATE INDEX `api_keys_org` ON `api_keys` (`org_id`,`id`);--> statement-breakpoint
CREATE INDEX `api_keys_expires` ON `api_keys` (`expires_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_replaces` ON `api_keys` (`replaces`);--> statement-breakpoint
CREATE TABLE `service_account_roles` (
	`service_account_id` text NOT NULL,
	`role` text NOT NULL,
	PRIMARY KEY(`service_account_id`, `role`),
	FOREIGN KEY (`service_account_id`) REFERENCES `service_accounts`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `service_account_roles_role` ON `service_account_roles` (`role`,`service_account_id`);--> statement-breakpoint
CREATE TABLE `service_accounts` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text,
	`name` text NOT NULL,
	`description` text NOT NULL,
	`status` text NOT NULL,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `organisations`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `service_accounts_org` ON `service_accounts` (`org_id`,`id`);--> statement-breakpoint
CREATE TABLE `invitations` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text NOT NULL,
	`email` text NOT NULL,
	`email_key` text NOT NULL,
	`roles` text NOT NULL,
	`hash` text NOT NULL,
	`invited_by` text,
	`created_at` integer NOT NULL,
	`sent_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`accepted_at` integer,
	`revoked_at` integer,
	FOREIGN KEY (`org_id`) REFERENCES `organisations`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `invitations_hash` ON `invitations` (`hash`);--> statement-breakpoint
CREATE INDEX `invitations_org` ON `invitations` (`org_id`,`id`);--> statement-breakpoint
CREATE INDEX `invitations_email` ON `invitations` (`email_key`,`org_id`);--> statement-breakpoint
CREATE INDEX `invitations_expires` ON `invitations` (`expires_at`);--> statement-breakpoint
CREATE TABLE `org_departures` (
	`org_id` text NOT NULL,
	`user_id` text NOT NULL,
	PRIMARY KEY(`org_id`, `user_id`),
	FOREIGN KEY (`org_id`) REFERENCES `organisations`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `org_departures_user` ON `org_departures` (`user_id`,`org_id`);--> statement-breakpoint
CREATE TABLE `org_domains` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text NOT NULL,
	`domain` text NOT NULL,
	`challenge` text NOT NULL,
	`auto_join` integer NOT NULL,
	`created_at` integer NOT NULL,
	`verified_at` integer,
	`checked_at` integer,
	`missed_checks` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`org_id`) REFERENCES `organisations`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `org_domains_org` ON `org_domains` (`org_id`,`domain`);--> statement-breakpoint
CREATE UNIQUE INDEX `org_domains_proved` ON `org_domains` (`domain`) WHERE verified_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `org_domains_checked` ON `org_domains` (`checked_at`) WHERE verified_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `org_member_roles` (
	`org_id` text NOT NULL,
	`user_id` text NOT NULL,
	`role` text NOT NULL,
	PRIMARY KEY(`org_id`, `user_id`, `role`),
	FOREIGN KEY (`org_id`) REFERENCES `organisations`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `org_member_roles_role` ON `org_member_roles` (`org_id`,`role`,`user_id`);--> statement-breakpoint
CREATE INDEX `org_member_roles_user` ON `org_member_roles` (`user_id`,`org_id`);--> statement-breakpoint
CREATE TABLE `org_members` (
	`org_id` text NOT NULL,
	`user_id` text NOT NULL,
	`joined_at` integer NOT NULL,
	PRIMARY KEY(`org_id`, `user_id`),
	FOREIGN KEY (`org_id`) REFERENCES `organisations`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `org_members_user` ON `org_members` (`user_id`,`org_id`);--> statement-breakpoint
CREATE TABLE `organisations` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`slug` text NOT NULL,
	`settings` text NOT NULL,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `organisations_slug` ON `organisations` (`slug`);--> statement-breakpoint
CREATE INDEX `organisations_name` ON `organisations` ("name" COLLATE NOCASE,`id`,`slug`);--> statement-breakpoint
CREATE INDEX `organisations_deleted` ON `organisations` (`deleted_at`);--> statement-breakpoint
CREATE INDEX `organisations_created` ON `organisations` (`created_at`,`id`);--> statement-breakpoint
ALTER TABLE `signing_keys` ADD `needed_until` integer;--> statement-breakpoint
ALTER TABLE `sessions` ADD `org_id` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `impersonator_id` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `impersonation_reason` text;--> statement-breakpoint
CREATE INDEX `sessions_impersonator` ON `sessions` (`impersonator_id`) WHERE "sessions"."impersonator_id" IS NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `username` text;--> statement-breakpoint
ALTER TABLE `users` ADD `username_skeleton` text;--> statement-breakpoint
ALTER TABLE `users` ADD `metadata_key` text;--> statement-breakpoint
ALTER TABLE `users` ADD `metadata_value` text;--> statement-breakpoint
ALTER TABLE `users` ADD `public_metadata` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `private_metadata` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `users_username` ON `users` (`username`) WHERE "users"."username" IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `users_username_skeleton` ON `users` (`username_skeleton`) WHERE "users"."username_skeleton" IS NOT NULL;--> statement-breakpoint
CREATE INDEX `users_metadata` ON `users` (`metadata_key`,`metadata_value`) WHERE "users"."metadata_key" IS NOT NULL;--> statement-breakpoint
CREATE INDEX `events_org` ON `events` (`org_id`,`type`,`id`) WHERE "events"."org_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX `events_acting_for` ON `events` (CASE WHEN json_valid(acting_for) THEN acting_for ->> '$[#-1].id' END,`id`) WHERE "events"."acting_for" IS NOT NULL;--> statement-breakpoint
CREATE TRIGGER `org_members_left` AFTER DELETE ON `org_members`
WHEN EXISTS (SELECT 1 FROM `organisations` WHERE `id` = OLD.`org_id`) AND EXISTS (SELECT 1 FROM `users` WHERE `id` = OLD.`user_id`) BEGIN
	INSERT OR IGNORE INTO `org_departures` (`org_id`, `user_id`) VALUES (OLD.`org_id`, OLD.`user_id`);
	UPDATE `invitations` SET `revoked_at` = `sent_at` WHERE `org_id` = OLD.`org_id` AND `email_key` = (SELECT `email_key` FROM `users` WHERE `id` = OLD.`user_id`) AND `accepted_at` IS NULL AND `revoked_at` IS NULL;
END;
