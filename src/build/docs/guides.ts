/**
 * The guides of `/docs`, in the order in which they are read. A file of `docs` stands here, or in EXCEPTIONS with the reason;
 * `test/modules/docs/guides.test.ts` finds one that does not.
 */

export interface GuideGroup {
  title: string
  /**
   * File name without `.md`, which is the last word of the URL too; the name in lists; and what the guide is about, in one
   * sentence.
   */
  guides: readonly (readonly [slug: string, name: string, summary: string])[]
}

export const guideGroups: readonly GuideGroup[] = [
  {
    title: 'Accounts and sign-in',
    guides: [
      [
        'account',
        'Mails and recovery',
        'Confirm an address, reset a password, sign in by mail. Each mail has a link and a code, and works once.',
      ],
      [
        'sessions',
        'Sessions',
        'Refresh, cookies, sign-out, and the list of devices: how a sign-in lasts and how it ends.',
      ],
      ['mfa', 'Second factors', 'Authenticator apps, recovery codes and remembered devices, after any first factor.'],
      ['passkeys', 'Passkeys', 'Sign up and sign in without a password, in browsers and native apps.'],
      ['providers', 'Other providers', 'Google, Microsoft, Apple, GitHub, or any OpenID provider.'],
      [
        'anonymous',
        'Anonymous users',
        'An account without an address that becomes a normal one later, with the same id.',
      ],
      [
        'pages',
        'Hosted pages',
        'The hosted pages for sign-in and for the links in mails, and how to use your own instead.',
      ],
      [
        'branding',
        'Branding',
        'Name, colour, logo and links, of the server and of organisations, with the contrast that people need.',
      ],
    ],
  },
  {
    title: 'People and organisations',
    guides: [
      [
        'users',
        'Users',
        'Search accounts, act as a user, change many at once, store metadata, sign in with usernames.',
      ],
      [
        'console',
        'The console',
        'The first hour by clicks, and what administrators and owners of organisations do there.',
      ],
      ['organisations', 'Organisations', 'Members, owners, transfer, deletion and restoration.'],
      [
        'invitations',
        'Invitations and domains',
        'Invite by mail, prove domains, and require factors or ways to sign in.',
      ],
      [
        'notifications',
        'Notifications',
        'Messages to people, organisations and roles: a list, read marks, choices, mails.',
      ],
      [
        'real-time',
        'Real time',
        'Follow what happens, as it happens, with nothing missed: event streams and WebSockets.',
      ],
      [
        'websocket',
        'WebSocket',
        'The same events on one connection, with presence, rooms that change, and a token that is renewed.',
      ],
      ['webhooks', 'Webhooks', 'Events sent to your URL: signed, in order, at least once, with a log and replays.'],
      ['import', 'Import and export', 'Move users here with their password hashes, and move them out again.'],
    ],
  },
  {
    title: 'Who may do what',
    guides: [
      ['authorization', 'Roles and rules', 'Roles, permissions and rules, for this API and for your own application.'],
      [
        'authzen',
        'Decisions (AuthZEN)',
        'Ask for a decision (AuthZEN 1.0), and have it explained: what would allow it?',
      ],
      ['api-keys', 'API keys', 'Keys and service accounts for programs, with scopes, networks and rotation.'],
      ['actions', 'Actions', 'Programs of yours that are asked before an account is made or a token is issued.'],
    ],
  },
  {
    title: 'OAuth and OpenID Connect',
    guides: [
      ['oauth', 'Sign-in for your apps', 'OAuth 2.1 and OpenID Connect: the request, the consent and the code.'],
      ['oauth-clients', 'Clients and resources', 'Register applications, and the APIs that accept our tokens.'],
      ['tokens', 'Tokens', 'Refresh, client credentials, token exchange, DPoP, introspection, revocation.'],
      ['revocations', 'Revocations', 'APIs that verify offline, and refuse a revoked token within a second.'],
      ['device', 'Devices without a browser', 'TVs and command lines: sign in with a short code on another device.'],
      ['logout', 'Sign-out across apps', 'One sign-out that ends the sessions of all apps.'],
      ['mcp', 'MCP servers', 'An MCP server that accepts our tokens, from end to end.'],
    ],
  },
  {
    title: 'Calling the API',
    guides: [
      ['idempotency', 'Sending a write again', 'Repeat a write whose answer was lost, without doing it twice.'],
      ['rate-limits', 'Rate limits', 'Every limit, its headers, and where it is counted.'],
    ],
  },
  {
    title: 'Run it',
    guides: [
      ['deploy', 'Deploy', 'From a checkout, as one binary, in a container.'],
      ['scale', 'Scale', 'From one process to several, what they share, and a plan to a hundred million users.'],
      ['edge', 'At the edge', 'Cloudflare Workers, Deno, Node, Lambda and Vercel, beside a libSQL server.'],
      ['operations', 'Operations', 'Start, keys, backup, restore, upgrade, logs, commands.'],
      ['mail', 'Mail', 'Send by SMTP or a provider over HTTPS, in the colours of your brand.'],
      ['jobs', 'Jobs', 'Work outside of requests: queued, scheduled, retried.'],
      ['redis', 'Redis', 'What processes share in Redis, what it cannot lose, and what happens while it is away.'],
      ['audit', 'Audit log', 'The sealed log: who did what, and the proof that nobody changed it.'],
    ],
  },
  {
    title: 'How it is made',
    guides: [
      ['architecture', 'Architecture', 'The decisions of the design, and where the code is.'],
      ['security', 'Security', 'Each guarantee, and the test that holds it.'],
      ['conformance', 'Conformance', 'Each clause of a specification, and the test that holds it.'],
      ['benchmarks', 'Benchmarks', 'What was measured, how, and beside what.'],
    ],
  },
]

/** Files of `docs` that are no guide. */
export const EXCEPTIONS: Readonly<Record<string, string>> = {
  errors: 'the page /docs/errors is made from the same catalogue',
}
