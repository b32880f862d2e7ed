/** Larger messages are refused with the close code 1009, before they are in memory. */
export const MAX_MESSAGE_BYTES = 16_384
