CREATE INDEX `jobs_user_given_up` ON `jobs` (`user_id`,`id`) WHERE state <> 'done' AND state <> 'pending';--> statement-breakpoint
CREATE INDEX `users_row_name` ON `users` (`row_key`,"name" COLLATE NOCASE,`id`,`status`);--> statement-breakpoint
CREATE INDEX `users_row_email` ON `users` (`row_key`,`email_key`,`status`);