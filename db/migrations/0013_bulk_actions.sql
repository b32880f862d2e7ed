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
CREATE INDEX `bulk_actions_finished` ON `bulk_actions` (`finished_at`);