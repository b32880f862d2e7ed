/**
 * In a document that the build has made, in the place of APP_URL. It is https, as APP_URL is in production: the scheme decides
 * the name of the cookie.
 */
export const PREBUILT_APP_URL = 'https://app-url.invalid'
