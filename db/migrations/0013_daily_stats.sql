CREATE TABLE `daily_stats` (
	`day` integer PRIMARY KEY NOT NULL,
	`sign_ins` integer NOT NULL,
	`sign_in_failures` integer NOT NULL,
	`sign_ups` integer NOT NULL,
	`active_sessions` integer
) STRICT;
