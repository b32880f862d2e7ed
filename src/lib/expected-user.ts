/**
 * Who a page was drawn for. All tabs of a browser share one cookie, so an open page would act for whoever signed in last. Our
 * pages send this with each request, and a request with the cookie of another person is refused.
 */
export const EXPECTED_USER = 'x-expected-user'

/** The user, and the administrator who acts as them: `usr_…` or `usr_…;act=usr_…`. */
export const personIn = ({ userId, impersonatorId }: { userId: string; impersonatorId: string | null }): string =>
  impersonatorId === null ? userId : `${userId};act=${impersonatorId}`
