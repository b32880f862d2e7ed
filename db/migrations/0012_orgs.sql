DROP INDEX `events_org`;--> statement-breakpoint
CREATE INDEX `events_org` ON `events` (`org_id`,`type`,`id`) WHERE "events"."org_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX `organisations_name` ON `organisations` ("name" COLLATE NOCASE,`id`,`slug`);