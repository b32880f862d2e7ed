ALTER TABLE `event_seals` ADD `version` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `events` ADD `org_id` text;--> statement-breakpoint
ALTER TABLE `events` ADD `acting_for` text;