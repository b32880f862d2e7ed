/**
 * A key or a token with another character near its end. A fixed ending in the place of the last characters would be the
 * ending of some valid text: of one key in 3,844 for two characters.
 */
export const forged = (text: string): string => text.slice(0, -9) + (text.at(-9) === 'A' ? 'B' : 'A') + text.slice(-8)
