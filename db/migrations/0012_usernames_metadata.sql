ALTER TABLE `users` ADD `username` text;--> statement-breakpoint
ALTER TABLE `users` ADD `username_skeleton` text;--> statement-breakpoint
ALTER TABLE `users` ADD `metadata_key` text;--> statement-breakpoint
ALTER TABLE `users` ADD `metadata_value` text;--> statement-breakpoint
ALTER TABLE `users` ADD `public_metadata` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `private_metadata` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `users_username` ON `users` (`username`) WHERE "users"."username" IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `users_username_skeleton` ON `users` (`username_skeleton`) WHERE "users"."username_skeleton" IS NOT NULL;--> statement-breakpoint
CREATE INDEX `users_metadata` ON `users` (`metadata_key`,`metadata_value`) WHERE "users"."metadata_key" IS NOT NULL;