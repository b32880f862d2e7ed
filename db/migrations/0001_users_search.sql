-- Full-text search over users. Trigrams find any part of a name or address from three characters up.
-- External content: the index keeps no copy of the text; the triggers keep it in step within each write.
CREATE VIRTUAL TABLE `users_search` USING fts5(`name`, `email`, content='users', content_rowid='row_key', tokenize='trigram remove_diacritics 1');
--> statement-breakpoint
CREATE TRIGGER `users_search_insert` AFTER INSERT ON `users` BEGIN
	INSERT INTO `users_search` (`rowid`, `name`, `email`) VALUES (NEW.`row_key`, NEW.`name`, NEW.`email`);
END;
--> statement-breakpoint
CREATE TRIGGER `users_search_delete` AFTER DELETE ON `users` BEGIN
	INSERT INTO `users_search` (`users_search`, `rowid`, `name`, `email`) VALUES ('delete', OLD.`row_key`, OLD.`name`, OLD.`email`);
END;
--> statement-breakpoint
CREATE TRIGGER `users_search_update` AFTER UPDATE OF `name`, `email` ON `users` BEGIN
	INSERT INTO `users_search` (`users_search`, `rowid`, `name`, `email`) VALUES ('delete', OLD.`row_key`, OLD.`name`, OLD.`email`);
	INSERT INTO `users_search` (`rowid`, `name`, `email`) VALUES (NEW.`row_key`, NEW.`name`, NEW.`email`);
END;
