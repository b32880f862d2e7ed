/** Words for true and false in spreadsheets and database dumps, in lower case. */
export const TRUE = ['true', 't', 'yes', 'y', 'on', '1']
export const FALSE = ['false', 'f', 'no', 'n', 'off', '0']
