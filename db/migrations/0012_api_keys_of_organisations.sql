ALTER TABLE `api_keys` ADD `roles` text;--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_replaces` ON `api_keys` (`replaces`);--> statement-breakpoint
CREATE INDEX `events_acting_for` ON `events` ("acting_for" ->> '$[#-1].id',`id`) WHERE "events"."acting_for" IS NOT NULL;