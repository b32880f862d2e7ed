DROP INDEX `jobs_user`;--> statement-breakpoint
CREATE INDEX `jobs_kind` ON `jobs` (`kind`,`state`,`id`);--> statement-breakpoint
CREATE INDEX `jobs_user` ON `jobs` (`user_id`,`id`);--> statement-breakpoint
CREATE INDEX `events_user_type` ON `events` (`user_id`,`type`,`id`);--> statement-breakpoint
CREATE INDEX `events_actor_type` ON `events` (`actor_id`,`type`,`id`);--> statement-breakpoint
CREATE INDEX `users_inactive_name` ON `users` ("name" COLLATE NOCASE,`id`) WHERE "users"."status" <> 'active';--> statement-breakpoint
CREATE INDEX `users_inactive_email` ON `users` (`email_key`) WHERE "users"."status" <> 'active';
--> statement-breakpoint
-- Written by hand from here on.
-- Where a word of a name or address begins, for searches of one or two characters: a trigram index has none so short.
-- A word is a run of letters, marks, digits and pictures. Case and diacritics are folded exactly as `users_search` folds.
CREATE VIRTUAL TABLE `users_words` USING fts5(`name`, `email`, content='users', content_rowid='row_key', prefix='1 2', detail='none', columnsize=0, tokenize="unicode61 remove_diacritics 2 categories 'L* M* N* So Co'");
--> statement-breakpoint
CREATE TRIGGER `users_words_insert` AFTER INSERT ON `users` BEGIN
	INSERT INTO `users_words` (`rowid`, `name`, `email`) VALUES (NEW.`row_key`, NEW.`name`, NEW.`email`);
END;
--> statement-breakpoint
CREATE TRIGGER `users_words_delete` AFTER DELETE ON `users` BEGIN
	INSERT INTO `users_words` (`users_words`, `rowid`, `name`, `email`) VALUES ('delete', OLD.`row_key`, OLD.`name`, OLD.`email`);
END;
--> statement-breakpoint
CREATE TRIGGER `users_words_update` AFTER UPDATE OF `name`, `email` ON `users` BEGIN
	INSERT INTO `users_words` (`users_words`, `rowid`, `name`, `email`) VALUES ('delete', OLD.`row_key`, OLD.`name`, OLD.`email`);
	INSERT INTO `users_words` (`rowid`, `name`, `email`) VALUES (NEW.`row_key`, NEW.`name`, NEW.`email`);
END;
--> statement-breakpoint
-- Of the users there are already: one pass over them.
INSERT INTO `users_words` (`users_words`) VALUES ('rebuild');
