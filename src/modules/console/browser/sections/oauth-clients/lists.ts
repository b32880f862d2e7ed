/** One word a line, or separated by blanks. */
export const wordsIn = (text: string): string[] => [...new Set(text.split(/\s+/).filter((word) => word !== ''))]

/** Null stands for “everything”, an empty text too. */
export const wordsOrNull = (text: string): string[] | null => {
  const words = wordsIn(text)
  return words.length === 0 ? null : words
}
