/** Whether the database returns this text unchanged: it has no U+0000 and no lone surrogates. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

/** Control characters, marks that change the direction of text (UAX #9 §2) and unpaired surrogates. */
const UNSEEN = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** A text of others on one line, without control characters and marks that could turn the text around it. */
export const plainLine = (text: string): string => text.replace(/\s+/gu, ' ').replace(UNSEEN, '').trim()

/**
 * A JSON Schema pattern: at least one character can be seen. Blanks, soft hyphens, zero-width characters, marks of direction
 * and Hangul fillers cannot. Unicode TR 36 §2.
 */
export const HAS_VISIBLE_TEXT =
  '[^\\s\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff9-\\ufffb]'
