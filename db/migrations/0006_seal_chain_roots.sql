ALTER TABLE `session_tokens` ADD `sealed_root` text;--> statement-breakpoint
ALTER TABLE `session_tokens` ADD `shown_at` integer;