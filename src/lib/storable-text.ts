/** Whether the database returns this text unchanged: it has no U+0000 and no lone surrogates. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed()
