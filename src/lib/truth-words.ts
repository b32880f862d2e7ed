/** What a cell of a spreadsheet or a database dump says for true and false, in lower case. */
export const TRUE = ['true', 't', 'yes', 'y', 'on', '1']
export const FALSE = ['false', 'f', 'no', 'n', 'off', '0']
