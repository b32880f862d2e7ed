ALTER TABLE `mfa_challenges` ADD `trust_epoch` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `recovery_codes` ADD `trust_epoch` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `remembered_devices` ADD `trust_epoch` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `totp_secrets` ADD `trust_epoch` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `identities` ADD `trust_epoch` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `one_time_tokens` ADD `trust_epoch` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `one_time_tokens` ADD `account_key` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `one_time_tokens` ADD `session_id` text;--> statement-breakpoint
ALTER TABLE `one_time_tokens` ADD `password_hash` text;--> statement-breakpoint
ALTER TABLE `passkeys` ADD `trust_epoch` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `trust_epoch` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `trust_epoch` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `trusted_from` integer DEFAULT 0 NOT NULL;