/** A line of sh that signs in, and keeps the access token in `$TOKEN` for the calls after it. Account and password are of no quotes. */
export const tokenCommand = (appUrl: string, email: string, password: string): string =>
  [
    `TOKEN=$(curl -s ${appUrl}/v1/auth/sign-in`,
    `-H 'content-type: application/json'`,
    `-d '{"email":"${email}","password":"${password}"}'`,
    `| sed -E 's/.*"accessToken":"([^"]+)".*/\\1/')`,
  ].join(' \\\n  ')
