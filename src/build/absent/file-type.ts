/** In place of `file-type`, with which Elysia looks into uploaded files: no route of ours takes any. */
export const fileTypeFromBlob = (): Promise<never> => Promise.reject(new Error('this bundle has no file-type'))
