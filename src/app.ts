/** The table of contents. Building it does nothing: no I/O, no globals; many apps can live in one process. */
import { cors } from '@elysiajs/cors'
import { type AnyElysia, Elysia, type ElysiaConfig } from 'elysia'
import type { Deps } from './deps.ts'
import { assertMarked } from './http/access.ts'
import { allowedMethods } from './http/allowed-methods.ts'
import { bodies, withoutParsersOfReads } from './http/bodies.ts'
import { problems } from './http/problems.ts'
import { requestLog } from './http/request-log.ts'
import { requests } from './http/requests.ts'
import { routes as anonymous } from './modules/anonymous/routes.ts'
import { adminRoutes as auditEventsAdmin } from './modules/audit-events/admin-routes.ts'
import { routes as docs } from './modules/docs/routes.ts'
import { routes as emailCodes } from './modules/email-codes/routes.ts'
import { routes as emails } from './modules/emails/routes.ts'
import { ownRoutes as emailsOwn } from './modules/emails/own-routes.ts'
import { ownRoutes as exportOwn } from './modules/export/own-routes.ts'
import { routes as health } from './modules/health/routes.ts'
import { ownRoutes as identitiesOwn } from './modules/identities/own-routes.ts'
import { adminRoutes as jobsAdmin } from './modules/jobs/admin-routes.ts'
import { routes as mail } from './modules/mail/routes.ts'
import { ownRoutes as meOwn } from './modules/me/own-routes.ts'
import { routes as mfa } from './modules/mfa/routes.ts'
import { ownRoutes as mfaOwn } from './modules/mfa/own-routes.ts'
import { adminRoutes as mfaAdmin } from './modules/mfa/admin-routes.ts'
import { routes as pages } from './modules/pages/routes.ts'
import { routes as passkeys } from './modules/passkeys/routes.ts'
import { ownRoutes as passkeysOwn } from './modules/passkeys/own-routes.ts'
import { routes as passwords } from './modules/passwords/routes.ts'
import { ownRoutes as passwordsOwn } from './modules/passwords/own-routes.ts'
import { routes as providers } from './modules/providers/routes.ts'
import { routes as refresh } from './modules/refresh/routes.ts'
import { adminRoutes as rolesAdmin } from './modules/roles/admin-routes.ts'
import { ownRoutes as sessionsOwn } from './modules/sessions/own-routes.ts'
import { adminRoutes as sessionsAdmin } from './modules/sessions/admin-routes.ts'
import { routes as setup } from './modules/setup/routes.ts'
import { routes as signIn } from './modules/sign-in/routes.ts'
import { routes as signOut } from './modules/sign-out/routes.ts'
import { routes as signUp } from './modules/sign-up/routes.ts'
import { routes as signingKeys } from './modules/signing-keys/routes.ts'
import { routes as stepUp } from './modules/step-up/routes.ts'
import { ownRoutes as upgradeOwn } from './modules/upgrade/own-routes.ts'
import { adminRoutes as usersAdmin } from './modules/users/admin-routes.ts'

const CORS = {
  methods: ['GET', 'POST', 'PATCH', 'DELETE'],
  allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match', 'X-Request-Id'],
  exposeHeaders: [
    'ETag',
    'Idempotency-Replayed',
    'Location',
    'RateLimit',
    'RateLimit-Policy',
    'Retry-After',
    'X-Request-Id',
  ],
  credentials: true,
  maxAge: 600,
}

/** What a runtime may ask of the framework: Workers need an adapter that builds no Response at start-up. */
export type AppOptions = Pick<ElysiaConfig<''>, 'adapter'>

export function createApp(deps: Deps, { adapter }: AppOptions = {}): AnyElysia {
  const { corsOrigins } = deps.config
  // The plugin compares a list loosely: `toString` and `x://https://good.example` would pass.
  const isAllowed = ({ headers }: Request) => corsOrigins.includes(headers.get('origin') ?? '')
  const app: AnyElysia = new Elysia({
    name: 'threeger',
    normalize: false,
    ...(adapter === undefined ? {} : { adapter }),
  })
    .use(problems(deps, (path: string): string[] => allowedMethods(app, path)))
    .use(corsOrigins.length > 0 ? cors({ ...CORS, origin: isAllowed }) : new Elysia())
    .use(requests(deps))
    .use(requestLog(deps))
    .use(bodies(deps, (): AnyElysia['routes'] => app.routes))
    .use(anonymous(deps))
    .use(auditEventsAdmin(deps))
    .use(emailCodes(deps))
    .use(emails(deps))
    .use(emailsOwn(deps))
    .use(exportOwn(deps))
    .use(health(deps))
    .use(identitiesOwn(deps))
    .use(jobsAdmin(deps))
    .use(meOwn(deps))
    .use(mfa(deps))
    .use(mfaOwn(deps))
    .use(mfaAdmin(deps))
    .use(passkeys(deps))
    .use(passkeysOwn(deps))
    .use(passwords(deps))
    .use(passwordsOwn(deps))
    .use(providers(deps))
    .use(refresh(deps))
    .use(rolesAdmin(deps))
    .use(sessionsOwn(deps))
    .use(sessionsAdmin(deps))
    .use(setup(deps))
    .use(signIn(deps))
    .use(signOut(deps))
    .use(signUp(deps))
    .use(signingKeys(deps))
    .use(stepUp(deps))
    .use(upgradeOwn(deps))
    .use(usersAdmin(deps))
    .use(deps.config.development ? mail(deps) : new Elysia())
    .use(pages(deps))
    .use(docs(deps, { allRoutes: async (): Promise<AnyElysia['routes']> => app.routes }))
  withoutParsersOfReads(app)
  assertMarked(app)
  return app
}

export type App = ReturnType<typeof createApp>
